// W1: raw depth frame -> decode -> book -> best bid and ask, after every frame.
// usage: w1_book FRAMES.jsonl VARIANT [passes=20]
//   VARIANT: simdjson or scanner, then -flat, -ladder or -decode (which keeps no book)
#include "checksum.hpp"
#include "flat_book.hpp"
#include "frames.hpp"
#include "json_decoder.hpp"
#include "ladder_book.hpp"
#include "percentiles.hpp"
#include "scanner.hpp"

// A book that keeps nothing: what is left is the decoding.
struct NoBook {
    int64_t sum = 0, levels = 0;
    void clear() {}
    void bid(int64_t price, int64_t quantity) { sum += price ^ quantity, levels++; }
    void ask(int64_t price, int64_t quantity) { sum -= price ^ quantity, levels++; }
    Best best() const { return {sum, levels, 0, 0}; }
};

// The books by symbol. A capture has a handful of symbols: a walk is faster than a hash.
template <class Book> struct Shelf {
    std::vector<std::string> symbols;
    std::vector<Book *> books;
    inline Book *book(std::string_view symbol) {
        for (size_t i = 0; i < symbols.size(); i++)
            if (symbols[i] == symbol)
                return books[i];
        symbols.emplace_back(symbol);
        books.push_back(new Book());
        return books.back();
    }
    void clear() {
        for (auto *book : books)
            book->clear();
    }
};

template <class Decoder, class Book> class Workload {
    Frames frames;
    Shelf<Book> shelf;
    Decoder decoder;
    size_t snapshots = 0; // leading frames, one a symbol; applied untimed
    int64_t last_update = 0;

    inline Book *step(size_t i) {
        return decoder.decode(frames.text(i), frames.length(i),
                              [&](std::string_view symbol, int64_t, int64_t update) {
                                  last_update = update;
                                  return shelf.book(symbol);
                              });
    }
    void reset() {
        shelf.clear();
        for (size_t i = 0; i < snapshots; i++)
            step(i);
    }

public:
    explicit Workload(const char *path) : frames(load_frames(path, false)) {
        for (; snapshots < frames.count(); snapshots++) {
            size_t before = shelf.symbols.size();
            step(snapshots);
            if (shelf.symbols.size() == before)
                break;
        }
    }
    size_t timed() const { return frames.count() - snapshots; }

    uint32_t checksum() {
        reset();
        uint32_t crc = 0;
        for (size_t i = snapshots; i < frames.count(); i++) {
            Best best = step(i)->best();
            crc = crc32(crc, &best, sizeof best);
        }
        return crc;
    }
    // Every level is an opening bracket, as are the two lists of a frame.
    size_t levels() const {
        size_t count = 0;
        for (size_t i = snapshots; i < frames.count(); i++)
            count += std::count(frames.text(i), frames.text(i) + frames.length(i), '[') - 2;
        return count;
    }
    // Nanoseconds a frame, without a clock inside.
    double pass(std::vector<Best> &last) {
        reset();
        uint64_t began = now_ns();
        for (size_t i = 0; i < timed(); i++)
            last[i] = step(snapshots + i)->best();
        return double(now_ns() - began) / timed();
    }
    // Ticks of each frame, with a clock read on both sides.
    void latencies(std::vector<Best> &last, std::vector<uint32_t> &samples) {
        reset();
        for (size_t i = 0; i < timed(); i++) {
            uint64_t began = ticks();
            last[i] = step(snapshots + i)->best();
            samples.push_back(uint32_t(ticks() - began));
        }
    }
};

template <class Decoder, class Book> int run(const char *path, const char *variant, int passes) {
    Workload<Decoder, Book> workload(path);
    uint32_t crc = workload.checksum();
    std::vector<Best> last(workload.timed()); // written, so that nothing is optimised away
    std::vector<double> durations;
    for (int i = 0; i < passes; i++)
        durations.push_back(workload.pass(last));
    std::vector<uint32_t> samples;
    samples.reserve(workload.timed() * passes);
    for (int i = 0; i < passes; i++)
        workload.latencies(last, samples);
    Percentiles at = percentiles(samples);
    double ns = median(durations);
    printf("{\"workload\":\"W1\",\"peer\":\"cpp-floor\",\"variant\":\"%s\",\"version\":"
           "\"simdjson " SIMDJSON_RELEASE "\","
           "\"frames\":%zu,\"levels\":%zu,\"ns_per_frame\":%.1f,\"ns_per_level\":%.2f,\"frames_per_s\":%.0f,"
           "\"p50_ns\":%.0f,\"p99_ns\":%.0f,\"p999_ns\":%.0f,\"bbo_crc\":\"%08x\"}\n",
           variant, workload.timed(), workload.levels(), ns, ns * workload.timed() / workload.levels(),
           1e9 / ns, at.p50, at.p99, at.p999, crc);
    return 0;
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: w1_book FRAMES.jsonl VARIANT [passes]\n");
        return 2;
    }
    const char *path = arguments[1], *variant = arguments[2];
    std::string name = variant;
    int passes = count > 3 ? atoi(arguments[3]) : 20;
    if (name == "simdjson-flat")
        return run<JsonDecoder<false>, FlatBook>(path, variant, passes);
    if (name == "simdjson-ladder")
        return run<JsonDecoder<false>, LadderBook>(path, variant, passes);
    if (name == "scanner-flat")
        return run<Scanner<false>, FlatBook>(path, variant, passes);
    if (name == "scanner-ladder")
        return run<Scanner<false>, LadderBook>(path, variant, passes);
    if (name == "simdjson-decode")
        return run<JsonDecoder<false>, NoBook>(path, variant, passes);
    if (name == "scanner-decode")
        return run<Scanner<false>, NoBook>(path, variant, passes);
    fprintf(stderr, "w1_book: there is no variant %s\n", variant);
    return 2;
}
