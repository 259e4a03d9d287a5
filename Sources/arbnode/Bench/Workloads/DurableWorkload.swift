import ArgumentParser
import LiveWorld
import Ports
import TradingModel

/// W3: rows of 200 bytes made durable, as they are before an order leaves: one row, both legs of a pair in
/// one commit, sixty-four in one commit; then the opening of a store that holds many.
struct DurableWorkload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w3", abstract: "Durable appends on this disk, and recovery.",
        discussion: "Example: arbnode bench w3 --directory /tmp/w3")

    @Option(help: "A directory on the disk to measure; what is written there is removed again.")
    var directory: String
    @Option(help: "Commits of each size.") var commits = 2_000
    @Option(help: "Rows of the store that is opened again.") var rows = 200_000

    func validate() throws {
        guard commits > 0, rows > 0 else { throw ValidationError("--commits and --rows are above 0.") }
    }

    func run() throws {
        let place = try DemoDirectory(onDiskOf: directory)
        defer { place.discard() }
        let outbox = try RocksOutbox(directory: place.path + "/commits", limits: .demonstration)
        for (variant, count) in [("single", 1), ("pair", 2), ("batch64", 64)] {
            let samples = try append(count, to: outbox)
            let median = samples.quantile(0.5)
            WorkloadLine.print(
                "W3", variant,
                [
                    "p50_us": median / 1_000, "p99_us": samples.quantile(0.99) / 1_000,
                    "p999_us": samples.quantile(0.999) / 1_000,
                    "records_per_s": Double(count) * 1e9 / samples.mean,
                ])
        }
        outbox.close()
        let recovery = try OutboxBench.recovery(place.path, rows: rows)
        let found = Double(recovery.rows)
        WorkloadLine.print(
            "W3", "recovery",
            ["rows": found, "seconds_per_million_rows": recovery.seconds * 1e6 / found])
    }

    /// What a commit takes until its rows are durable. The store is given them afterwards, as in the node; it
    /// settles in between, unmeasured.
    private func append(_ count: Int, to outbox: RocksOutbox) throws -> Samples {
        let batch = Array(repeating: [UInt8](repeating: 0x5A, count: 200), count: count)
        var samples = Samples()
        for number in 0..<commits + 20 {
            let began = Stopwatch.now
            _ = try outbox.append(batch)
            let span = Stopwatch.now - began
            if number >= 20 { samples.add(span.nanoseconds) }
            try outbox.absorb()
            if number % 64 == 63 { try outbox.settle() }
        }
        samples.sort()
        return samples
    }
}
