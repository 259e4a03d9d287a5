import TradingModel

/// A change of the risk index, as it stands in the outbox: who, why, from what to what, and how calm the
/// market was.
public struct RiskIndexRow: Hashable, Sendable {
    /// What people want, after the change.
    public var target: Int
    /// The index before and after, 0…100.
    public var before: Int
    public var after: Int
    /// How calm prices were, 0…100; `nil` when that was not known.
    public var marketStability: Int?
    public var reason: String
    public var actor: String
    public var at: Moment

    public init(
        target: Int, before: Int, after: Int, marketStability: Int?, reason: String, actor: String, at: Moment
    ) {
        self.target = target
        self.before = before
        self.after = after
        self.marketStability = marketStability
        self.reason = reason
        self.actor = actor
        self.at = at
    }
}

extension RowWriter {
    /// Kind 8 is the node's own word, 32 that of people.
    mutating func corrected(_ venue: String, _ what: String, _ reason: String, _ actor: String) {
        let isOfPeople = actor != "node" || !reason.isEmpty
        byte(isOfPeople ? 32 : 8)
        text(venue)
        text(what)
        guard isOfPeople else { return }
        text(reason)
        text(actor)
    }

    mutating func kill(_ block: KillBlock, isLifted: Bool) {
        byte(20)
        switch block.scope {
        case .all: named(0, "")
        case .venue(let name): named(1, name)
        case .strategy(let name): named(2, name)
        case .symbol(let name): named(3, name)
        }
        byte(block.flattens ? 1 : 0)
        byte(isLifted ? 1 : 0)
        text(block.reason)
        text(block.actor)
        integer(block.at.nanoseconds)
    }

    private mutating func named(_ kind: UInt8, _ name: String) {
        byte(kind)
        text(name)
    }

    mutating func riskIndex(_ change: RiskIndexRow) {
        byte(21)
        for value in [change.target, change.before, change.after, change.marketStability ?? -1] {
            integer(Int64(value))
        }
        text(change.reason)
        text(change.actor)
        integer(change.at.nanoseconds)
    }
}

extension RowReader {
    mutating func kill() throws(OutboxRecord.Fault) -> (KillBlock, isLifted: Bool) {
        let kind = try byte()
        let name = try text()
        let scope: KillScope
        switch kind {
        case 0: scope = .all
        case 1: scope = .venue(name)
        case 2: scope = .strategy(name)
        case 3: scope = .symbol(name)
        default: throw .malformed("kill scope \(kind)")
        }
        let flattens = try byte() == 1
        let isLifted = try byte() == 1
        return (
            KillBlock(
                scope, flattens: flattens, reason: try text(), actor: try text(), at: try moment()), isLifted
        )
    }

    mutating func riskIndex() throws(OutboxRecord.Fault) -> RiskIndexRow {
        func percent(_ value: Int64) throws(OutboxRecord.Fault) -> Int {
            guard (0...100).contains(value) else { throw .malformed("risk index \(value)") }
            return Int(value)
        }
        let target = try percent(try integer())
        let before = try percent(try integer())
        let after = try percent(try integer())
        let stability = try integer()
        return RiskIndexRow(
            target: target, before: before, after: after,
            marketStability: stability < 0 ? nil : try percent(stability), reason: try text(),
            actor: try text(), at: try moment())
    }
}
