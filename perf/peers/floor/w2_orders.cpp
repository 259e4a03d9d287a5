// W2: raw frame -> decode -> book -> opportunity across two venues -> risk rules -> bytes of two orders.
// usage: w2_orders W2.txt VARIANT [passes=10] [sign]
//   VARIANT: simdjson or scanner, then -flat or -ladder; `sign` adds HMAC-SHA256 to each order
#include "arbitrage.hpp"
#include "checksum.hpp"
#include "flat_book.hpp"
#include "frames.hpp"
#include "json_decoder.hpp"
#include "ladder_book.hpp"
#include "percentiles.hpp"
#include "scanner.hpp"
#include <memory>

static constexpr size_t snapshots = 2; // the first frame of each venue, applied untimed

template <class Decoder, class Book> class Workload {
    Frames frames;
    Decoder decoder;
    std::unique_ptr<Book> books[2] = {std::make_unique<Book>(), std::make_unique<Book>()};
    bool signs;

public:
    std::unique_ptr<Arbitrage> rules;

    Workload(const char *path, bool signs) : frames(load_frames(path, true)), signs(signs) {}
    size_t timed() const { return frames.count() - snapshots; }

    inline bool step(size_t i) {
        int venue = frames.places[i].venue == 'B';
        int64_t now_ms = 0;
        Book *book = decoder.decode(frames.text(i), frames.length(i),
                                    [&](std::string_view, int64_t event_time, int64_t) {
                                        now_ms = event_time;
                                        return books[venue].get();
                                    });
        return rules->book_changed(venue, book->best(), now_ms);
    }
    void reset() {
        rules = std::make_unique<Arbitrage>();
        rules->signs = signs;
        for (auto &book : books)
            book->clear();
        for (size_t i = 0; i < snapshots; i++)
            step(i);
    }
    uint32_t checksum() {
        reset();
        uint32_t crc = 0;
        for (size_t i = snapshots; i < frames.count(); i++)
            if (step(i))
                for (auto &text : rules->text)
                    crc = crc32(crc, text.bytes(), text.length());
        return crc;
    }
    // Nanoseconds a tick, without a clock inside.
    double pass() {
        reset();
        uint64_t began = now_ns();
        for (size_t i = snapshots; i < frames.count(); i++)
            step(i);
        return double(now_ns() - began) / timed();
    }
    // Clock ticks of all frames, and of those that made orders.
    void latencies(std::vector<uint32_t> &all, std::vector<uint32_t> &with_orders) {
        reset();
        for (size_t i = snapshots; i < frames.count(); i++) {
            uint64_t began = ticks();
            bool ordered = step(i);
            uint32_t duration = uint32_t(ticks() - began);
            all.push_back(duration);
            if (ordered)
                with_orders.push_back(duration);
        }
    }
};

template <class Decoder, class Book> int run(const char *path, const char *variant, int passes, bool signs) {
    Workload<Decoder, Book> workload(path, signs);
    uint32_t crc = workload.checksum();
    std::vector<double> durations;
    for (int i = 0; i < passes; i++)
        durations.push_back(workload.pass());
    std::vector<uint32_t> all, with_orders;
    for (int i = 0; i < passes; i++)
        workload.latencies(all, with_orders);
    Percentiles tick = percentiles(all), order = percentiles(with_orders);
    double ns = median(durations);
    const Arbitrage &rules = *workload.rules;
    printf("{\"workload\":\"W2\",\"peer\":\"cpp-floor\",\"variant\":\"%s%s\",\"version\":"
           "\"simdjson " SIMDJSON_RELEASE
           "\",\"ticks\":%zu,\"opportunities\":%ld,\"orders\":%ld,\"rejects\":%ld,\"ns_per_tick\":%.1f,"
           "\"ticks_per_s\":%.0f,\"p50_ns\":%.0f,\"p99_ns\":%.0f,\"p999_ns\":%.0f,\"order_p50_ns\":%.0f,"
           "\"order_p99_ns\":%.0f,\"order_p999_ns\":%.0f,\"orders_crc\":\"%08x\"}\n",
           variant, signs ? "+hmac" : "", workload.timed(), rules.opportunities, rules.orders, rules.rejects,
           ns, 1e9 / ns, tick.p50, tick.p99, tick.p999, order.p50, order.p99, order.p999, crc);
    return 0;
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: w2_orders W2.txt VARIANT [passes] [sign]\n");
        return 2;
    }
    const char *path = arguments[1], *variant = arguments[2];
    std::string name = variant;
    int passes = count > 3 ? atoi(arguments[3]) : 10;
    bool signs = count > 4;
    if (name == "simdjson-flat")
        return run<JsonDecoder<true>, FlatBook>(path, variant, passes, signs);
    if (name == "simdjson-ladder")
        return run<JsonDecoder<true>, LadderBook>(path, variant, passes, signs);
    if (name == "scanner-flat")
        return run<Scanner<true>, FlatBook>(path, variant, passes, signs);
    if (name == "scanner-ladder")
        return run<Scanner<true>, LadderBook>(path, variant, passes, signs);
    fprintf(stderr, "w2_orders: there is no variant %s\n", variant);
    return 2;
}
