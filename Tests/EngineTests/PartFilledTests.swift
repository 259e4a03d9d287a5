import Engine
import Orders
import Testing
import TradingModel

@Suite struct `An order that filled in part` {
    /// One leg of a pair, filled in the least part and then not heard of for seven seconds.
    private func forgotten() -> (Stage, ClientOrderID) {
        var stage = Stage()
        let legs = stage.pair()
        stage.durable(legs)
        stage.accept(legs[0])
        stage.fill(legs[0], part: 1)
        stage.pass(.seconds(7))
        return (stage, legs[0].id)
    }

    /// Its venue knows it by no query and no cancel.
    private func ask(_ stage: inout Stage, _ id: ClientOrderID, listsShowIt: Bool) {
        stage.advance(.milliseconds(100))
        stage.process(.timer)
        stage.process(.queryAnswered(id, .absent))
        stage.process(.listsRead(id, isWhole: true, showsIt: listsShowIt))
        stage.process(.cancelAnswered(id, .unknownOrder))
    }

    @Test func `has ended when its venue has forgotten it, and that is proven twice`() {
        var (stage, id) = forgotten()
        var states: [OrderState] = []
        for _ in 0..<400 where stage.engine.orders[id]?.state.isTerminal == false {
            ask(&stage, id, listsShowIt: false)
            if let state = stage.engine.orders[id]?.state, states.last != state { states.append(state) }
        }
        #expect(states == [.partial, .unknown, .canceled], "doubted first, then proven once more")
        #expect(stage.engine.orders[id]?.filled == Quantity(raw: 1))
        #expect(stage.engine.orders[id]?.isSettled == true, "its venue can be compared again")
    }

    @Test func `lives on while its venue's lists show it`() {
        var (stage, id) = forgotten()
        for _ in 0..<400 { ask(&stage, id, listsShowIt: true) }
        #expect(stage.engine.orders[id]?.state == .partial)
    }
}

@Suite struct `A pair of which one leg fell short` {
    @Test func `a leg that may still fill is hedged when it has, and not before`() throws {
        var stage = Stage()
        let legs = stage.sentPair()
        let half = legs[1].quantity.raw / 2
        stage.fill(legs[1], part: half)
        stage.expire(legs[1])
        #expect(stage.persisted().isEmpty, "what was sold may be bought by the other leg")
        stage.fill(legs[0])
        let hedge = try #require(stage.persisted().first)
        #expect(hedge.side == .sell && hedge.quantity.raw == legs[0].quantity.raw - half)
    }

    @Test func `a leg that filled in part is hedged where the other one fell short, not where it filled`()
        throws
    {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.expire(legs[1])
        // Its end is told before its fill, as Bybit's topics may be.
        stage.process(
            .reported(
                legs[0].venue,
                OrderReport(
                    instrument: legs[0].instrument, clientID: legs[0].id, venueOrderID: "o\(legs[0].id)",
                    side: legs[0].side, state: .canceled, filled: Quantity(raw: legs[0].quantity.raw / 2),
                    quantity: legs[0].quantity, evidence: .stream, venueTime: stage.now)))
        stage.fill(legs[0], part: legs[0].quantity.raw / 2)
        let hedge = try #require(stage.persisted().first)
        #expect(hedge.venue == legs[1].venue && hedge.side == .sell)
    }
}

@Suite struct `An outbox that contradicts itself` {
    @Test func `a fill whose row is gone is missed by the next checkpoint`() throws {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.process(.checkpoint)
        let lost = try #require(stage.rows.firstIndex { if case .filled = $0 { true } else { false } })
        var recovery = Recovery(policy: stage.engine.policy)
        for (number, row) in stage.rows.enumerated() where number != lost {
            try recovery.replay(row.encoded(), sequence: UInt64(number + 1))
        }
        let said = recovery.contradictions.joined(separator: "; ")
        #expect(said.contains("by the rows") && said.contains("owed otherwise"), "\(said)")
    }
}
