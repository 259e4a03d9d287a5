// Decimal text as an integer in units of 1e-8, the scale of every price and quantity here.
#pragma once
#include <cstdint>

static constexpr int64_t power_of_ten[9] = {100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};

// At most 8 decimals.
static inline int64_t decimal(const char *text, const char *end) {
    int64_t value = 0;
    int decimals = 0;
    while (text < end && *text != '.')
        value = value * 10 + (*text++ - '0');
    if (text < end) {
        text++;
        while (text < end) {
            value = value * 10 + (*text++ - '0');
            decimals++;
        }
    }
    return value * power_of_ten[decimals];
}
