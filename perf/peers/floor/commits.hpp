// What all W3 programs share: the 200-byte order record, the timed loop of commits, and the line that reports
// it. Latency is a commit's (a batch is one commit), throughput is in records.
#pragma once
#include "percentiles.hpp"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>

static constexpr size_t record_size = 200;

struct Record {
    char bytes[record_size];
    void fill(uint64_t number) {
        memset(bytes, 'x', record_size);
        snprintf(bytes, 64, "{\"coid\":\"a-%010lu\",\"px\":\"60000.1\",\"qty\":\"0.123\"",
                 (unsigned long)number);
    }
};

[[noreturn]] static inline void fail(const char *what) {
    perror(what);
    exit(1);
}

// The number behind `word` in a mode such as `sync-batch64`; 0 when it is not there.
static inline int number_after(const std::string &mode, const char *word) {
    size_t at = mode.find(word);
    return at == std::string::npos ? 0 : atoi(mode.c_str() + at + strlen(word));
}

static inline void report(const char *peer, const std::string &version, const std::string &variant,
                          uint64_t records, uint64_t commits, uint64_t elapsed_ns,
                          std::vector<uint32_t> &samples) {
    Percentiles at = percentiles(samples);
    printf("{\"workload\":\"W3\",\"peer\":\"%s\",\"version\":\"%s\",\"variant\":\"%s\",\"records\":%lu,"
           "\"records_per_s\":%.0f,\"commits_per_s\":%.0f,\"p50_us\":%.2f,\"p99_us\":%.2f,\"p999_us\":%.2f,"
           "\"max_us\":%.1f}\n",
           peer, version.c_str(), variant.c_str(), (unsigned long)records, records * 1e9 / elapsed_ns,
           commits * 1e9 / elapsed_ns, at.p50 / 1e3, at.p99 / 1e3, at.p999 / 1e3, at.max / 1e3);
}

// Calls `commit(number)` for so many seconds and reports it.
static inline void time_commits(const char *peer, const std::string &version, const std::string &variant,
                                double seconds, uint64_t records_each,
                                const std::function<void(uint64_t)> &commit) {
    static constexpr size_t most = 8 << 20;
    static constexpr uint64_t warm_up = 20;
    for (uint64_t i = 0; i < warm_up; i++)
        commit(i);
    ns_per_tick();
    std::vector<uint32_t> samples;
    samples.reserve(most);
    uint64_t count = 0, began = now_ns(), end = began + uint64_t(seconds * 1e9);
    while (samples.size() < most) {
        uint64_t before = ticks();
        commit(warm_up + count);
        samples.push_back(uint32_t(std::min<uint64_t>(ticks() - before, UINT32_MAX)));
        count++;
        if ((count & 15) == 0 && now_ns() > end)
            break;
    }
    report(peer, version, variant, count * records_each, count, now_ns() - began, samples);
}
