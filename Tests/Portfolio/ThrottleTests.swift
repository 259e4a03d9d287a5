import Portfolio
import Testing
import TradingModel

@Suite struct `A strategy's throttle` {
    static let policy = ThrottlePolicy(
        drawdown: units(10), slippage: Rate(hundredthsOfBasisPoint: 2_000),
        range: Rate(hundredthsOfBasisPoint: 10_000), trades: 3, calm: .seconds(60), least: 1_000)

    static func units(_ n: Int64) -> Amount { Amount(raw: Int128(n) * 1_000_000_000_000_000_000) }
    private static func at(_ seconds: Int64) -> Moment {
        Moment(nanoseconds: 1_000_000_000_000 + seconds * 1_000_000_000)
    }

    @Test func `steps down for each drawdown once, and says by how much`() throws {
        var throttle = StrategyThrottle(policy: Self.policy)
        throttle.look(ThrottleEvidence(profit: Self.units(5), trades: 1, goodTrades: 1), at: Self.at(0))
        #expect(throttle.share == 10_000 && throttle.last == nil)
        let lost = ThrottleEvidence(profit: Self.units(-5), trades: 2, goodTrades: 1)
        throttle.look(lost, at: Self.at(1))
        #expect(throttle.share == 7_500)
        let step = try #require(throttle.last)
        #expect(step.cause == .drawdown && step.from == 10_000 && step.to == 7_500)
        #expect(step.why == "10 below its peak, a step for each 10")
        throttle.look(lost, at: Self.at(2))
        #expect(throttle.share == 7_500, "the same news twice is no news")
        throttle.look(
            ThrottleEvidence(profit: Self.units(-14), trades: 3, goodTrades: 1), at: Self.at(3))
        #expect(throttle.share == 7_500, "19 below is one drawdown of 10")
        throttle.look(
            ThrottleEvidence(profit: Self.units(-15), trades: 4, goodTrades: 1), at: Self.at(4))
        #expect(throttle.share == 5_625)
    }

    @Test func `recovers by trades that earned their costs, and a loss among them begins anew`() {
        var throttle = StrategyThrottle(policy: Self.policy)
        var shown = ThrottleEvidence(badHedges: 1)
        throttle.look(shown, at: Self.at(0))
        #expect(throttle.share == 7_500 && throttle.last?.cause == .hedges)
        func trade(_ good: Bool, _ second: Int64) {
            shown.trades += 1
            if good { shown.goodTrades += 1 }
            throttle.look(shown, at: Self.at(second))
        }
        for second in 1...2 { trade(true, Int64(second)) }
        trade(false, 3)
        for second in 4...5 { trade(true, Int64(second)) }
        #expect(throttle.share == 7_500)
        // A week of nothing proves nothing.
        throttle.look(shown, at: Self.at(604_800))
        #expect(throttle.share == 7_500)
        trade(true, 604_801)
        #expect(throttle.share == 10_000 && throttle.recoveries == 1)
        #expect(throttle.last?.why == "3 trades in a row earned their costs")
    }

    @Test func `bad slippage is held against it once for the hedges it is the average of`() {
        var throttle = StrategyThrottle(policy: Self.policy)
        var shown = ThrottleEvidence(hedges: 1, slippage: Rate(hundredthsOfBasisPoint: 2_001))
        throttle.look(shown, at: Self.at(0))
        #expect(throttle.share == 7_500 && throttle.last?.cause == .slippage)
        for number in 2...8 {
            shown.hedges = number
            throttle.look(shown, at: Self.at(Int64(number)))
        }
        #expect(throttle.share == 7_500)
        shown.hedges = 9
        throttle.look(shown, at: Self.at(9))
        #expect(throttle.share == 5_625)
        shown.slippage = Rate(hundredthsOfBasisPoint: 2_000)
        shown.hedges = 40
        throttle.look(shown, at: Self.at(10))
        #expect(throttle.share == 5_625, "the bound itself is borne")
    }

    @Test func `a wild market takes a step at a time, and only calm that was seen gives it back`() {
        var throttle = StrategyThrottle(policy: Self.policy)
        let wild = ThrottleEvidence(range: Rate(hundredthsOfBasisPoint: 10_001))
        for second in 0..<10 { throttle.look(wild, at: Self.at(Int64(second))) }
        #expect(throttle.share == 7_500)
        throttle.look(wild, at: Self.at(10))
        #expect(throttle.share == 5_625)
        let calm = ThrottleEvidence(range: Rate(hundredthsOfBasisPoint: 5_000))
        throttle.look(calm, at: Self.at(20))
        throttle.look(calm, at: Self.at(79))
        #expect(throttle.share == 5_625)
        throttle.look(ThrottleEvidence(range: nil), at: Self.at(79))
        throttle.look(calm, at: Self.at(81))
        #expect(throttle.share == 5_625, "a market nobody saw was not calm")
        throttle.look(calm, at: Self.at(141))
        #expect(throttle.share == 7_500)
        throttle.look(calm, at: Self.at(201))
        #expect(throttle.share == 10_000 && throttle.recoveries == 2)
    }

    @Test func `bad news never raises it, it stays in bounds, and it rises by one step at most`() {
        var draw = CaseDraw(seed: 41)
        for _ in 0..<50 {
            var throttle = StrategyThrottle(policy: Self.policy)
            var shown = ThrottleEvidence()
            var now: Int64 = 0
            for _ in 0..<200 {
                now += Int64(draw.below(40))
                var isBad = false
                let old = shown
                switch draw.below(5) {
                case 0:
                    shown.profit -= Self.units(Int64(1 + draw.below(30)))
                    shown.trades += 1
                case 1:
                    shown.badHedges += 1
                    isBad = true
                case 2: shown.range = Rate(hundredthsOfBasisPoint: Int64(draw.below(20_000)))
                case 3:
                    shown.hedges += 1
                    shown.slippage = Rate(hundredthsOfBasisPoint: Int64(draw.below(4_000)))
                default:
                    shown.profit += Self.units(Int64(draw.below(5)))
                    shown.trades += 1
                    shown.goodTrades += 1
                }
                let (before, conduct, market) = (throttle.share, throttle.conduct, throttle.market)
                throttle.look(shown, at: Self.at(now))
                #expect((1_000...10_000).contains(throttle.share))
                #expect(throttle.conduct >= conduct - 1 && throttle.market >= market - 1)
                if isBad { #expect(throttle.conduct >= conduct) }
                // Conduct rises on trades alone.
                if shown.goodTrades == old.goodTrades { #expect(throttle.conduct >= conduct) }
                if throttle.share != before { #expect(throttle.last?.to == throttle.share) }
            }
            #expect(throttle.steps.reduce(0, +) > 0)
        }
    }
}
