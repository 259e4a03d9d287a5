// W0, how noisy the machine is: reads the clock without a pause and counts the gaps in which it did not run.
// usage: jitter [seconds=5]
#include "clock.hpp"
#include <cstdio>
#include <cstdlib>

int main(int count, char **arguments) {
    double seconds = count > 1 ? atof(arguments[1]) : 5;
    uint64_t previous = now_ns(), end = previous + uint64_t(seconds * 1e9);
    uint64_t reads = 0, lost = 0, longest = 0, over_10us = 0, over_100us = 0, over_1ms = 0;
    while (previous < end) {
        uint64_t time = now_ns(), gap = time - previous;
        previous = time;
        reads++;
        if (gap > longest)
            longest = gap;
        if (gap > 10000) {
            over_10us++;
            lost += gap;
        }
        if (gap > 100000)
            over_100us++;
        if (gap > 1000000)
            over_1ms++;
    }
    printf("{\"workload\":\"W0\",\"peer\":\"machine\",\"variant\":\"spin %gs\",\"gaps_over_10us_per_s\":%.1f,"
           "\"gaps_over_100us_per_s\":%.1f,\"gaps_over_1ms_per_s\":%.2f,\"lost_pct\":%.3f,\"max_us\":%.0f,"
           "\"clock_read_ns\":%.1f}\n",
           seconds, over_10us / seconds, over_100us / seconds, over_1ms / seconds, lost / seconds / 1e7,
           longest / 1e3, seconds * 1e9 / reads);
}
