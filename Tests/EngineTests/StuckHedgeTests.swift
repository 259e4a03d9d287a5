import Engine
import Hedging
import Orders
import Testing
import TradingModel

@Suite struct `A hedge that cannot be made` {
    @Test func `for an order of unknown fate holds after five seconds, and not before`() {
        var stage = Stage()
        let legs = stage.pair()
        stage.durable(legs)
        stage.fill(legs[0])
        stage.process(.placeAnswered(legs[1].id, .ambiguous(code: "timeout")))
        stage.advance(.milliseconds(120) + TradingEngine.stuckPatience)
        stage.process(.timer)
        #expect(stage.engine.mode == .normal)
        stage.advance(.milliseconds(1))
        stage.process(.timer)
        #expect(stage.engine.mode == .hold)
        #expect(stage.engine.modeReason.contains("unknown fate"))
    }

    @Test func `for want of a price anyone takes is no unknown fate: a person's NORMAL stands`() {
        var stage = Stage {
            $0.hedge.repriceBound = .zero
            $0.hedge.otherVenueBound = .zero
            $0.hedge.unwindBound = .zero
        }
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.quote(1, bid: 99_90, ask: 101_10)
        stage.expire(legs[1])
        stage.advance(.milliseconds(121))
        stage.process(.timer)
        #expect(stage.engine.mode == .hold)
        stage.advance(.seconds(6))
        stage.process(.mode(.normal, reason: "seen", actor: "ann"))
        stage.process(.timer)
        #expect(stage.engine.mode == .normal)
    }

    /// A run that finds something owed by the last one, with prices and without accounts.
    private func restarted() -> Stage {
        var first = Stage()
        let legs = first.sentPair()
        first.fill(legs[0])
        first.expire(legs[1])
        var rows = first.rows
        rows.removeAll {
            if case .intended(let intent, _, _) = $0 { intent.purpose == .hedge } else { false }
        }
        var stage = Stage(recovery: rows)
        for venue in 0..<2 {
            stage.process(.privateStream(VenueID(venue), isReady: false, reason: "not yet"))
            stage.quote(venue, bid: 100_00, ask: 100_10)
        }
        return stage
    }

    /// What an earlier run left open, before any account is ready.
    @Test func `left by an earlier run waits for a venue, and is hedged by the first that is ready`() {
        var stage = restarted()
        stage.process(.timer)
        #expect(stage.engine.mode == .normal, "\(stage.engine.modeReason)")
        #expect(!stage.alarms.contains(.hedgeFailure))
        stage.process(.privateStream(VenueID(1), isReady: true, reason: ""))
        stage.process(.timer)
        let hedge = stage.persisted()
        #expect(hedge.map(\.side) == [.sell] && hedge.map(\.venue.index) == [1])
        stage.durable(hedge)
        stage.quote(1, bid: 99_00, ask: 100_10)
        stage.fail(hedge)
        stage.advance(.seconds(5))
        stage.quote(1, bid: 99_00, ask: 100_10)
        stage.process(.timer)
        #expect(stage.engine.mode == .normal, "the other venue may still become ready")
        stage.advance(.seconds(6))
        stage.quote(1, bid: 99_00, ask: 100_10)
        stage.process(.timer)
        #expect(stage.engine.mode == .hold)
    }

    @Test func `left by an earlier run has the usual deadline once the start is over`() {
        var stage = restarted()
        stage.advance(.seconds(11))
        stage.quote(1, bid: 100_00, ask: 100_10)
        stage.process(.privateStream(VenueID(1), isReady: true, reason: ""))
        stage.process(.timer)
        #expect(stage.persisted().map(\.venue.index) == [1])
        #expect(!stage.alarms.contains(.hedgeFailure))
        stage.advance(.milliseconds(121))
        stage.process(.timer)
        #expect(stage.alarms.contains(.hedgeFailure))
    }

    @Test func `at its deadline exactly makes its instrument rest as if it were late`() {
        var stage = Stage {
            $0.hedge.repriceBound = .zero
            $0.hedge.otherVenueBound = .zero
            $0.hedge.unwindBound = .zero
        }
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.quote(1, bid: 99_90, ask: 101_10)
        stage.expire(legs[1])
        stage.advance(.milliseconds(120))
        stage.process(.timer)
        #expect(stage.engine.mode == .hold && stage.engine.summary.hedgesLate == 0)
        stage.fill(legs[1])
        stage.process(.mode(.normal, reason: "seen", actor: "ann"))
        stage.advance(.seconds(1))
        #expect(stage.pair().isEmpty)
        stage.advance(.seconds(5))
        #expect(stage.pair().count == 2)
    }

    @Test func `for want of any price stays owed, and is late in time`() {
        var first = Stage()
        let legs = first.sentPair()
        var stage = Stage(recovery: first.rows)
        stage.fill(legs[0])
        stage.expire(legs[1])
        #expect(stage.engine.obligations[0].open.count == 1)
        stage.advance(.milliseconds(121))
        stage.process(.timer)
        #expect(stage.engine.obligations[0].residual == .zero)
        #expect(stage.alarms.contains(.hedgeFailure))
    }

    @Test func `is not owed while an order of the last run may still make it`() {
        var first = Stage()
        let legs = first.sentPair()
        first.fill(legs[0])
        var stage = Stage(recovery: first.rows)
        for venue in 0..<2 { stage.quote(venue, bid: 100_00, ask: 100_10) }
        for _ in 0..<5 {
            stage.advance(.milliseconds(50))
            stage.process(.timer)
        }
        #expect(stage.engine.obligations[0].open.isEmpty && !stage.alarms.contains(.hedgeFailure))
        stage.fill(legs[1])
        #expect(stage.engine.obligations[0].deviation == .zero)
    }

    @Test func `however small, is no residual while the other leg is in flight`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0], part: 400)
        #expect(stage.engine.obligations[0].residual == .zero)
        #expect(stage.engine.obligations[0].open.count == 1)
    }

    @Test func `a hedge too small for one of the venues is a residual, whatever the others would take`() {
        var stage = Stage { Stage.relist(&$0, 1, minimum: 5_000) }
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.fill(legs[1], part: legs[1].quantity.raw - 4_999)
        stage.expire(legs[1])
        #expect(stage.persisted().isEmpty)
        #expect(stage.engine.obligations[0].residual == Quantity(raw: 4_999))
    }
}
