// W5: replays decoded levels through an exchange's book and a local one, 1 ms apart; a strategy reads the
// best bid and ask after every frame. `orders` sends an IOC limit order every hundredth frame, 1 ms on its
// way, matched against the exchange's book.
// usage: w5_replay FRAMES.jsonl flat|ladder [noop|orders] [repeat=10]
#include "flat_book.hpp"
#include "frames.hpp"
#include "json_decoder.hpp"
#include "ladder_book.hpp"
#include "percentiles.hpp"
#include <cstring>
#include <memory>

static constexpr int64_t latency_ns = 1000000;

struct Row {
    int64_t time, price, quantity;
    uint32_t asks, last; // `last` ends a frame
};

// Takes the levels of a frame as a book would, and writes them down.
struct Rows {
    std::vector<Row> all;
    int64_t time = 0;
    void bid(int64_t price, int64_t quantity) { all.push_back({time, price, quantity, 0, 0}); }
    void ask(int64_t price, int64_t quantity) { all.push_back({time, price, quantity, 1, 0}); }
};

struct Order {
    int64_t arrives, price;
    bool buys;
};

template <class Book> class Replay {
    const std::vector<Row> &rows;
    bool sends_orders;
    std::unique_ptr<Book> exchange = std::make_unique<Book>(), local = std::make_unique<Book>();
    std::vector<Order> queue;
    size_t next_order = 0;

    static inline size_t apply_frame(Book &book, const Row *rows, size_t at) {
        do {
            if (rows[at].asks)
                book.ask(rows[at].price, rows[at].quantity);
            else
                book.bid(rows[at].price, rows[at].quantity);
        } while (!rows[at++].last);
        return at;
    }
    inline void match(const Order &order) {
        Best top = exchange->best();
        bool fills = order.buys ? top.ask_price && order.price >= top.ask_price
                                : top.bid_price && order.price <= top.bid_price;
        if (fills)
            filled++;
    }

public:
    long orders = 0, filled = 0;
    uint64_t frames = 0;
    double spreads = 0; // the checksum of this workload

    Replay(const std::vector<Row> &rows, bool sends_orders) : rows(rows), sends_orders(sends_orders) {
        queue.reserve(1 << 16);
    }

    // `shift` moves this repetition behind the one before it.
    void run(int64_t shift) {
        exchange->clear();
        local->clear();
        const Row *row = rows.data();
        size_t at_exchange = 0, at_local = 0, count = rows.size();
        while (at_local < count) {
            int64_t exchange_time = at_exchange < count ? row[at_exchange].time + shift : INT64_MAX;
            int64_t local_time = row[at_local].time + shift + latency_ns;
            int64_t order_time = next_order < queue.size() ? queue[next_order].arrives : INT64_MAX;
            if (order_time <= exchange_time && order_time <= local_time) {
                match(queue[next_order++]);
            } else if (exchange_time <= local_time) {
                at_exchange = apply_frame(*exchange, row, at_exchange);
            } else {
                at_local = apply_frame(*local, row, at_local);
                Best top = local->best();
                spreads += (top.ask_price - top.bid_price) * 1e-8;
                if (++frames % 100 == 0 && sends_orders) {
                    bool buys = ++orders & 1;
                    queue.push_back({local_time + latency_ns, buys ? top.ask_price : top.bid_price, buys});
                }
            }
        }
    }
};

template <class Book>
int run(const std::vector<Row> &rows, size_t frames, const char *book, const char *variant, int repeat) {
    int64_t span = rows.back().time - rows.front().time + 1000000000;
    std::vector<double> durations;
    long orders = 0, filled = 0;
    double spreads = 0;
    for (int pass = 0; pass < 5; pass++) {
        Replay<Book> replay(rows, !strcmp(variant, "orders"));
        uint64_t began = now_ns();
        for (int i = 0; i < repeat; i++)
            replay.run(i * span);
        durations.push_back(double(now_ns() - began) / (double(rows.size()) * repeat));
        orders = replay.orders, filled = replay.filled, spreads = replay.spreads;
    }
    double ns = median(durations), ns_frame = ns * rows.size() / frames;
    printf("{\"workload\":\"W5\",\"peer\":\"cpp-floor\",\"variant\":\"%s two books "
           "%s\",\"frames\":%zu,\"deltas\":%zu,"
           "\"orders\":%ld,\"filled\":%ld,\"ns_per_delta\":%.1f,\"ns_per_frame\":%.0f,\"deltas_per_s\":%.0f,"
           "\"frames_per_s\":%.0f,\"acc\":%.1f}\n",
           book, variant, frames * repeat, rows.size() * repeat, orders, filled, ns, ns_frame, 1e9 / ns,
           1e9 / ns_frame, spreads);
    return 0;
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: w5_replay FRAMES.jsonl flat|ladder [noop|orders] [repeat]\n");
        return 2;
    }
    Frames frames = load_frames(arguments[1], false);
    JsonDecoder<true> decoder;
    Rows rows;
    for (size_t i = 0; i < frames.count(); i++) {
        decoder.decode(frames.text(i), frames.length(i), [&](std::string_view, int64_t event_time, int64_t) {
            rows.time = event_time * 1000000;
            return &rows;
        });
        rows.all.back().last = 1;
    }
    const char *book = arguments[2], *variant = count > 3 ? arguments[3] : "noop";
    int repeat = count > 4 ? atoi(arguments[4]) : 10;
    return !strcmp(book, "flat") ? run<FlatBook>(rows.all, frames.count(), book, variant, repeat)
                                 : run<LadderBook>(rows.all, frames.count(), book, variant, repeat);
}
