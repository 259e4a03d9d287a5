import Glibc

/// Seconds of real time, for budgets, patience and rates; nothing a simulation sees.
enum WallClock {
    static var seconds: Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
