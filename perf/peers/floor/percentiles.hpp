// Medians and percentiles as every peer reports them: the item at index share * count of the sorted samples.
#pragma once
#include "clock.hpp"
#include <algorithm>
#include <vector>

struct Percentiles {
    double p50, p99, p999, max;
};

// Samples in clock ticks, the result in nanoseconds. Sorts the samples.
static inline Percentiles percentiles(std::vector<uint32_t> &samples) {
    if (samples.empty())
        return {0, 0, 0, 0};
    std::sort(samples.begin(), samples.end());
    double scale = ns_per_tick();
    auto at = [&](double share) {
        return samples[std::min(samples.size() - 1, size_t(share * samples.size()))] * scale;
    };
    return {at(0.5), at(0.99), at(0.999), samples.back() * scale};
}

static inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}
