import Engine
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// What goes wrong makes the next pair smaller, and the edge it needs larger.
@Suite struct `What the next pair depends on` {
    private func next(
        _ change: (inout EnginePolicy) -> Void = { _ in }, after before: (inout Stage) -> Void
    ) -> Int64 {
        var stage = Stage {
            $0.takerTaker[0].depthShare = 100
            // The two touches of a pair are half a percent apart: that is calm here.
            $0.sizing?.calmRange = Stage.bps(100)
            change(&$0)
        }
        before(&stage)
        stage.advance(.seconds(1))
        return stage.pair().first?.quantity.raw ?? 0
    }

    private func lose(_ stage: inout Stage, _ venue: Int) {
        stage.process(.privateStream(VenueID(venue), isReady: false, reason: "test"))
        stage.process(.privateStream(VenueID(venue), isReady: true, reason: ""))
        stage.process(.reconciled(VenueID(venue)))
    }

    @Test func `is its whole size when nothing is wrong`() { #expect(next { _ in } == 100_000) }

    @Test func `is the range of prices`() {
        let size = next { stage in
            stage.quote(0, bid: 99_00, ask: 99_10)
            stage.quote(1, bid: 99_00, ask: 101_10)
        }
        // 1.45 of 100.50 are 144 basis points, where a hundred are calm.
        #expect((69_000...70_000).contains(size))
    }

    @Test func `is how much of the last legs filled`() {
        let size = next { stage in for leg in stage.sentPair() { stage.expire(leg) } }
        #expect(size == 76_000, "two that did not, each an eighth")
    }

    @Test func `is what the last hedges lost`() {
        let size = next { stage in
            let legs = stage.sentPair()
            stage.fill(legs[0])
            stage.expire(legs[1])
            let hedges = stage.persisted()
            stage.durable(hedges)
            for hedge in hedges { stage.fill(hedge) }
        }
        // Twenty basis points, where ten are calm, and one leg in eight did not fill.
        #expect((43_000...45_000).contains(size))
    }

    @Test(arguments: [0, 1]) func `is either venue's quality`(venue: Int) {
        #expect(next { lose(&$0, venue) } == 75_000)
    }

    @Test func `is the mode`() {
        let size = next { $0.process(.mode(.reduced, reason: "test", actor: "ann")) }
        #expect(size == 50_000)
    }

    // MARK: The edge

    /// One basis point after fees, less a little.
    private func opens(after before: (inout Stage) -> Void) -> Bool {
        var stage = Stage { $0.takerTaker[0].cooldown = .milliseconds(50) }
        before(&stage)
        stage.advance(.seconds(1))
        stage.quote(1, bid: 100_21, ask: 100_31)
        stage.quote(0, bid: 99_90, ask: 100_00)
        return stage.persisted().contains { !$0.isQuote }
    }

    @Test func `an edge of a basis point is enough when nothing is wrong`() { #expect(opens { _ in }) }

    @Test(arguments: [0, 1]) func `it is too little where an account's stream was lost`(venue: Int) {
        #expect(!opens { lose(&$0, venue) })
    }

    @Test(arguments: [0, 1]) func `nor is it enough where an order's fate was unknown`(venue: Int) {
        #expect(
            !opens { stage in
                let legs = stage.pair()
                stage.durable(legs)
                stage.process(.placeAnswered(legs[venue].id, .ambiguous(code: "timeout")))
                for leg in legs { stage.expire(leg) }
            })
    }

    @Test(arguments: [0, 1]) func `nor where orders were refused`(venue: Int) {
        #expect(
            !opens { stage in
                for _ in 0..<7 {
                    stage.advance(.milliseconds(100))
                    let legs = stage.pair()
                    stage.durable(legs)
                    stage.process(.placeAnswered(legs[venue].id, .refused(code: "x", message: "")))
                    stage.expire(legs[1 - venue])
                }
            })
    }

    @Test(arguments: [0, 1]) func `nor where a book has lost its proof time and again`(venue: Int) {
        #expect(
            !opens { stage in
                for _ in 0..<5 {
                    stage.quote(venue, bid: 99_90, ask: 100_00)
                    stage.quote(venue, bid: 99_90, ask: 100_00, proven: false)
                }
            })
    }

    @Test func `a quote that was refused because it would have taken is no fault`() {
        #expect(
            opens { stage in
                stage = Stage {
                    $0.makerTaker = [Stage.maker()]
                    $0.takerTaker[0].cooldown = .zero
                }
                stage.process(.deadMan(VenueID(0), isArmed: true))
                for _ in 0..<7 {
                    stage.advance(.milliseconds(501))
                    stage.quote(0, bid: 99_00, ask: 101_00)
                    stage.quote(1, bid: 100_00, ask: 100_10)
                    for quote in stage.persisted() {
                        stage.durable([quote])
                        stage.process(.placeAnswered(quote.id, .refused(code: "x", message: "")))
                    }
                }
            })
    }

    @Test func `every fault is forgiven in time`() {
        #expect(
            opens { stage in
                lose(&stage, 0)
                stage.advance(.seconds(60))
            })
    }
}
