// The clocks of the floor programs: nanoseconds for passes, the time-stamp counter for single items.
#pragma once
#include <cstdint>
#include <time.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

static inline uint64_t now_ns() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return uint64_t(time.tv_sec) * 1000000000ull + time.tv_nsec;
}

static inline uint64_t ticks() {
#if defined(__x86_64__)
    unsigned processor;
    return __rdtscp(&processor);
#else
    return now_ns();
#endif
}

// Measured once, over 50 ms: call it before what is timed.
static inline double ns_per_tick() {
    static double value = 0;
    if (value == 0) {
        uint64_t began_ns = now_ns(), began = ticks();
        while (now_ns() - began_ns < 50000000) {
        }
        value = double(now_ns() - began_ns) / double(ticks() - began);
    }
    return value;
}
