import Engine
import Node
import Orders
import Risk
import SimulatedWorld
import Tape
import Testing
import TradingModel

@Suite struct `A run that was taped` {
    /// Some seconds of trading, ended in order or killed, and all that its tape holds.
    private func taped(seed: UInt64 = 3, isKilled: Bool = false) throws -> (
        policy: EnginePolicy, entries: [TapeEntry], summary: EngineSummary
    ) {
        let stand = try NodeStand(seed: seed)
        // So that the second run begins with rows.
        try stand.startNode()
        stand.run(.seconds(3))
        stand.killNode()
        let tape = SimulatedTape()
        try stand.startNode(tape: tape)
        stand.run(.seconds(6))
        let summary = try stand.report().summary
        if isKilled { stand.killNode() } else { _ = try stand.stopNode() }
        var entries: [TapeEntry] = []
        for block in tape.blocks {
            var reader = TapeEntries(block)
            while let entry = try reader.next({ digest throws(TapeFault) in throw .malformed(digest) }) {
                entries.append(entry)
            }
        }
        return (stand.policy, entries, summary)
    }

    private func told(_ entries: [TapeEntry], _ policy: EnginePolicy) throws -> Rerun {
        var rerun = Rerun(policy: policy)
        for entry in entries { try rerun.play(entry) }
        return rerun
    }

    @Test func `is decided again, byte for byte, to its end`() throws {
        let (policy, entries, summary) = try taped()
        let rerun = try told(entries, policy)
        #expect(rerun.difference == nil, "\(rerun.difference as Any)")
        #expect(rerun.isWhole && rerun.agreed > 50 && rerun.books > 100)
        let engine = try #require(rerun.engine)
        #expect(engine.counters.pairs >= summary.counters.pairs && summary.counters.pairs > 0)
        #expect(engine.decisions.count > 0)
    }

    @Test func `and killed is decided again up to its last second`() throws {
        let (policy, entries, _) = try taped(isKilled: true)
        let rerun = try told(entries, policy)
        #expect(rerun.difference == nil && !rerun.isWhole && rerun.agreed > 20)
    }

    @Test func `is not decided again with anything withheld that a decision came of`() throws {
        let (policy, entries, _) = try taped()
        /// The first of its kind that an answer follows: of what was known already none does.
        func without(_ isWithheld: (TapeEntry) -> Bool) throws -> Rerun {
            let place = try #require(
                entries.indices.dropLast().first {
                    guard case .taken = entries[$0 + 1] else { return false }
                    return isWithheld(entries[$0])
                })
            return try told(Array(entries[..<place] + entries[(place + 1)...]), policy)
        }
        let fill = try without { if case .event(.filled, _) = $0 { true } else { false } }
        #expect(fill.difference != nil)
        let answer = try without { if case .event(.placeAnswered, _) = $0 { true } else { false } }
        #expect(answer.difference != nil)
        let message = try without { if case .book = $0 { true } else { false } }
        #expect(message.difference != nil)
    }

    @Test func `is not decided again on another history`() throws {
        let (policy, entries, _) = try taped()
        let bare = entries.filter { if case .row(_, let bytes) = $0 { bytes[1] != 2 } else { true } }
        #expect(bare.count < entries.count, "accounts were opened")
        #expect(try told(bare, policy).difference != nil)
    }

    @Test func `under other limits is not the same run`() throws {
        var (policy, entries, _) = try taped()
        policy.limits.orderNotional = Amount(raw: policy.limits.orderNotional.raw / 1_000)
        #expect(try told(entries, policy).difference != nil)
    }
}
