/// Figures out of the kernel's text files. What is not there, or not as expected, is `nil`: a machine without
/// it is no worse for it.
enum HostText {
    /// Busy and total time of all cores since boot, in the kernel's ticks.
    struct CPUTime: Hashable {
        var busy: Int64
        var total: Int64
    }

    /// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, then guest
    /// times, which user and nice hold already. Waiting for a disk is not being busy.
    static func cpu(_ text: String) -> CPUTime? {
        guard let line = text.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
        let times = line.split(separator: " ").dropFirst().prefix(8).map { Int64($0) }
        let known = times.compactMap { $0 }
        guard known.count == times.count, known.count >= 5 else { return nil }
        let total = known.reduce(0, +)
        return CPUTime(busy: total - known[3] - known[4], total: total)
    }

    /// Resident pages: the second figure of `/proc/self/statm`.
    static func residentPages(_ text: String) -> Int64? {
        let figures = text.split { $0 == " " || $0 == "\n" }
        return figures.count > 1 ? Int64(figures[1]) : nil
    }

    /// Taken memory in percent: what `/proc/meminfo` does not call available.
    static func memoryUsed(_ text: String) -> Int64? {
        func kibibytes(_ key: String) -> Int64? {
            text.split(separator: "\n").first { $0.hasPrefix(key + ":") }.flatMap {
                $0.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
            }
        }
        guard let total = kibibytes("MemTotal"), let available = kibibytes("MemAvailable"), total > 0,
            (0...total).contains(available)
        else { return nil }
        return (total - available) * 100 / total
    }

    /// Thousandths of a degree in a sensor's file. Sensors that are not connected tell absurd figures.
    static func celsius(_ text: String) -> Int64? {
        guard let line = text.split(separator: "\n").first, let thousandths = Int64(line) else { return nil }
        let degrees = thousandths / 1_000
        return (-40...150).contains(degrees) ? degrees : nil
    }
}
