import Foundation

/// Processor time of this process's threads, apart for the doubles' loops and for all others, in seconds.
struct ThreadTimes {
    /// NIO's loops: the venues.
    var doubles = 0.0
    /// The node's lanes, the store's own threads, and what little the benchmark itself takes.
    var node = 0.0

    /// From the scheduler's own count: nanoseconds, not ticks.
    static func now() -> ThreadTimes {
        var times = ThreadTimes()
        let files = FileManager.default
        let folder = "/proc/self/task/"
        // A thread may end between the listing and the reading: it then has no time to tell any more.
        let threads = try? files.contentsOfDirectory(atPath: folder)  // no listing: nothing is known
        for thread in threads ?? [] {
            guard let name = files.contents(atPath: folder + thread + "/comm"),
                let text = files.contents(atPath: folder + thread + "/schedstat"),
                let spent = String(decoding: text, as: UTF8.self).split(separator: " ").first.flatMap({
                    Double($0)
                })
            else { continue }
            if String(decoding: name, as: UTF8.self).hasPrefix("NIO-") {
                times.doubles += spent / 1e9
            } else {
                times.node += spent / 1e9
            }
        }
        return times
    }
}
