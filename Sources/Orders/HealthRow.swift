import TradingModel

/// What others than the engine told it of the node's health, whenever that changed: with these rows a replay
/// of the past reckons with what was known then. They bind no later run, which knows nothing yet.
public struct HealthRow: Hashable, Sendable {
    /// Of the parts that must give a sign of life, how many did in time, in percent; `nil`: not known.
    public var heartbeats: Int?
    /// Whether the node's last check of itself passed.
    public var canary: Bool?
    public var operatorPresent: Bool?
    public var at: Moment

    public init(heartbeats: Int?, canary: Bool?, operatorPresent: Bool?, at: Moment) {
        self.heartbeats = heartbeats
        self.canary = canary
        self.operatorPresent = operatorPresent
        self.at = at
    }
}

extension RowWriter {
    mutating func health(_ health: HealthRow) {
        byte(25)
        integer(Int64(health.heartbeats ?? -1))
        for answer in [health.canary, health.operatorPresent] { byte(answer.map { $0 ? 1 : 0 } ?? 2) }
        integer(health.at.nanoseconds)
    }
}

extension RowReader {
    mutating func health() throws(OutboxRecord.Fault) -> HealthRow {
        let heartbeats = try integer()
        guard (-1...100).contains(heartbeats) else { throw .malformed("heartbeats of \(heartbeats) %") }
        return HealthRow(
            heartbeats: heartbeats < 0 ? nil : Int(heartbeats), canary: try answer(),
            operatorPresent: try answer(), at: try moment())
    }

    private mutating func answer() throws(OutboxRecord.Fault) -> Bool? {
        switch try byte() {
        case 0: return false
        case 1: return true
        case 2: return nil
        case let byte: throw .malformed("yes, no or unknown as \(byte)")
        }
    }
}
