import Engine
import Orders
import Risk
import Testing
import TradingModel

@Suite struct `The order of a check` {
    private func ready() -> Stage {
        var stage = Stage()
        stage.quote(0, bid: 100_00, ask: 100_10)
        stage.quote(1, bid: 100_02, ask: 100_12)
        return stage
    }

    private func sent(_ stage: inout Stage) throws -> OrderIntent {
        stage.process(.canaryOrder(VenueID(0)))
        let order = try #require(stage.persisted().first)
        #expect(stage.engine.canaryOrder(VenueID(0)) == .sent(order.id))
        return order
    }

    @Test func `is the venue's least, far from the market, and rests nowhere`() throws {
        var stage = ready()
        let order = try sent(&stage)
        #expect(order.venue == VenueID(0) && order.timeInForce == .immediateOrCancel)
        #expect(order.side == .buy && order.limit == Price(raw: 98_00))
        let listing = try #require(stage.engine.listing(VenueID(0), InstrumentID(0)))
        #expect(order.quantity == listing.smallestOrder(at: order.limit))
        #expect(order.id.strategy == 0)
        stage.durable([order])
        #expect(stage.transmitted == [order])
    }

    @Test func `ends unfilled without a trace in hedging and sizing`() throws {
        var stage = ready()
        let order = try sent(&stage)
        stage.durable([order])
        stage.accept(order)
        stage.expire(order)
        #expect(stage.engine.orders[order.id]?.state == .expired && stage.engine.isFlat)
        stage.process(.timer)
        #expect(stage.persisted().isEmpty, "nothing is owed")
        // The next pair is as large as without it.
        #expect(stage.pair().map(\.quantity) == ready().pairAfterwards())
    }

    @Test func `is hedged like any other if it fills all the same`() throws {
        var stage = ready()
        let order = try sent(&stage)
        stage.durable([order])
        stage.accept(order)
        stage.fill(order)
        stage.advance(.milliseconds(50))
        stage.process(.timer)
        let hedge = try #require(stage.persisted().first)
        #expect(hedge.purpose.reducesRisk && hedge.side == .sell && hedge.quantity == order.quantity)
    }

    @Test func `goes nowhere in HOLD, to a venue that may not be opened at, or past the governor`() {
        func untried(_ change: (inout Stage) -> Void) -> String? {
            var stage = ready()
            change(&stage)
            stage.process(.canaryOrder(VenueID(0)))
            guard stage.persisted().isEmpty, case .untried(let why)? = stage.engine.canaryOrder(VenueID(0))
            else { return nil }
            return why
        }
        #expect(untried { $0.process(.mode(.hold, reason: "a drill", actor: "t")) } == "the node is in HOLD")
        #expect(
            untried { $0.process(.privateStream(VenueID(0), isReady: false, reason: "")) }
                == "nothing may be opened there now")
        #expect(untried { $0.process(.headroom(VenueID(0), 1)) } == "its rate budget is spent")
        #expect(
            untried { $0.quote(0, bid: 100_00, ask: 100_10, proven: false) }
                == "no book with a balance for its least order")
        var strict = Stage { $0.limits.orderNotional = Amount(raw: 1) }
        strict.quote(0, bid: 100_00, ask: 100_10)
        strict.quote(1, bid: 100_02, ask: 100_12)
        strict.process(.canaryOrder(VenueID(0)))
        #expect(strict.persisted().isEmpty)
        #expect(
            strict.engine.canaryOrder(VenueID(0))
                == .untried("the governor refuses it (arbctl rules says which)"))
    }
}

extension Stage {
    fileprivate func pairAfterwards() -> [Quantity] {
        var stage = self
        return stage.pair().map(\.quantity)
    }
}
