import Configuration
import Engine
import LiveWorld
import Orders
import TradingModel

/// An outbox of a thousand to a million real rows: what one more durable row costs, and what a start on it
/// takes, every record verified, decoded and replayed.
struct OutboxGrowth {
    let isQuick: Bool

    struct Result {
        var append = GrowthSeries("outbox_rows", "append_us", .flat)
        var recovery = GrowthSeries("outbox_rows", "recovery_s", .linear)
        /// Of the largest.
        var secondsPerMillionRows = 0.0
    }

    func run(_ progress: (String) -> Void) throws -> Result {
        let policy = try CapturedFrames.configuration().policy
        var result = Result()
        for rows in isQuick ? [1_000, 4_000] : [1_000, 10_000, 100_000, 1_000_000] {
            progress("\(rows) outbox rows")
            let directory = try DemoDirectory(nil)
            defer { directory.discard() }
            let path = directory.path + "/outbox"
            let store = try RocksOutbox(directory: path, limits: .demonstration)
            var history = OrderHistory(policy)
            var written = 0
            while written < rows {
                let batch = history.rows(min(2_000, rows - written))
                _ = try store.append(batch)
                written += batch.count
            }
            try store.settle()
            result.append.add(rows, try append(store, &history))
            store.close()
            let seconds = try recover(path, policy)
            result.recovery.add(rows, seconds)
            result.secondsPerMillionRows = seconds / Double(rows) * 1_000_000
        }
        return result
    }

    /// Microseconds: the median of single durable rows.
    private func append(_ store: RocksOutbox, _ history: inout OrderHistory) throws -> Double {
        var samples = Samples()
        for _ in 0..<(isQuick ? 20 : 300) {
            let row = history.rows(1)
            let began = Stopwatch.now
            _ = try store.append(row)
            samples.add((Stopwatch.now - began).nanoseconds)
        }
        samples.sort()
        return samples.quantile(0.5) / 1_000
    }

    /// The median of three: opened, read, verified, replayed.
    private func recover(_ path: String, _ policy: EnginePolicy) throws -> Double {
        var seconds: [Double] = []
        for _ in 0..<3 {
            let began = Stopwatch.now
            let store = try RocksOutbox(directory: path, limits: .demonstration)
            var recovery = Recovery(policy: policy)
            try store.readAll { sequence, row in try recovery.replay(row, sequence: sequence) }
            let engine = TradingEngine(policy: policy, recovery: recovery)
            seconds.append(Double((Stopwatch.now - began).nanoseconds) / 1e9)
            precondition(engine.orders.live.isEmpty, "every order of the history has ended")
            store.close()
        }
        return seconds.median
    }
}

/// Rows as trading leaves them: an intent, its acknowledgement, its fill, its end.
struct OrderHistory {
    private let policy: EnginePolicy
    private var number = 0
    private var waiting: [[UInt8]] = []

    init(_ policy: EnginePolicy) { self.policy = policy }

    mutating func rows(_ count: Int) -> [[UInt8]] {
        while waiting.count < count { order() }
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }

    private mutating func order() {
        number += 1
        let venue = policy.venues[number % policy.venues.count]
        let instrument = policy.instruments[number / 2 % policy.instruments.count]
        let at = CapturedFrames.start + .milliseconds(Int64(number) * 10)
        let id = ClientOrderID(
            epoch: 1, node: policy.node, strategy: 1, intent: UInt64(number), leg: 0, attempt: 0)
        let intent = OrderIntent(
            id: id, venue: VenueID(number % policy.venues.count), instrument: instrument.id,
            side: number % 4 < 2 ? .buy : .sell, quantity: Quantity(raw: 5_000_000),
            limit: Price(raw: 10_000_000), timeInForce: .immediateOrCancel, purpose: .open, decidedAt: at,
            sendBefore: at + .milliseconds(150), decision: UInt64(number))
        let venueOrderID = "4b3f-\(1_000_000_000 + number)"
        let fill = FillReport(
            instrument: instrument.id, clientID: id, venueOrderID: venueOrderID,
            tradeID: "\(7_000_000_000 + number)", side: intent.side, price: intent.limit,
            quantity: intent.quantity, fee: Amount(raw: 1_000_000_000), feeAsset: instrument.quote,
            isMaker: false, evidence: .stream, venueTime: at + .milliseconds(4))
        let rows: [OutboxRecord] = [
            .intended(intent, venue: venue.name, symbol: instrument.symbol),
            .moved(id, to: .acked, venueOrderID: venueOrderID, at: at + .milliseconds(3)),
            .filled(fill, order: id, venue: venue.name, symbol: instrument.symbol),
            .moved(id, to: .filled, venueOrderID: venueOrderID, at: at + .milliseconds(5)),
        ]
        waiting += rows.map { $0.encoded() }
    }
}
