import Portfolio
import Testing
import TradingModel

@Suite struct `Value at risk` {
    private static func cases(_ count: Int, seed: UInt64) -> [PortfolioCase] {
        var draw = CaseDraw(seed: seed)
        return (0..<count).map { _ in draw.portfolio() }
    }

    private func near(_ one: Double, _ other: Double) -> Bool {
        (one - other).magnitude <= 1e-9 * max(one.magnitude, other.magnitude) + 1e-12
    }

    @Test func `never falls when more confidence is asked for`() throws {
        for one in Self.cases(60, seed: 1) {
            var last = (parametric: 0.0, historical: 0.0)
            for confidence in 51...99 {
                var policy = one.policy
                policy.confidence = confidence
                guard let value = policy.valueAtRisk(of: one.holdings.netValues, one.history).value else {
                    continue
                }
                #expect(value.parametric >= last.parametric && value.historical >= last.historical)
                last = (value.parametric, value.historical)
            }
        }
    }

    @Test func `grows as the positions do, and does not know long from short in the parametric method`() {
        for one in Self.cases(60, seed: 2) {
            guard let values = one.holdings.netValues,
                let value = one.policy.valueAtRisk(of: values, one.history).value
            else { continue }
            for factor in [0.25, 3.0, 1_000.0] {
                let scaled = one.policy.valueAtRisk(of: values.map { $0 * factor }, one.history).value
                #expect(scaled.map { near($0.parametric, value.parametric * factor) } == true)
                #expect(scaled.map { near($0.historical, value.historical * factor) } == true)
            }
            let opposite = one.policy.valueAtRisk(of: values.map { -$0 }, one.history).value
            #expect(opposite.map { near($0.parametric, value.parametric) } == true)
        }
    }

    @Test func `of prices that move as one is the sum of each position's own`() throws {
        var draw = CaseDraw(seed: 3)
        for _ in 0..<40 {
            var one = draw.portfolio()
            let count = one.holdings.assets.count
            // One series of returns for all, at each one's own price.
            var price = 1.0
            one.rows = (0..<(one.policy.window + 1)).map { _ in
                price *= 1 + draw.between(-0.004, 0.004)
                return (0..<count).map { price * Double($0 + 1) * 100 }
            }
            let values = (0..<count).map { _ in draw.between(10, 10_000) }
            let whole = try #require(one.policy.valueAtRisk(of: values, one.history).value)
            let sum = one.policy.correlatedLoss(of: values, one.history)
            #expect(near(whole.parametric, sum), "\(whole.parametric) and \(sum)")
        }
    }

    @Test func `is never more than with all prices moving together`() {
        for one in Self.cases(60, seed: 4) {
            guard let values = one.holdings.netValues, one.rows.allSatisfy({ !$0.contains(0) }),
                let value = one.policy.valueAtRisk(of: values, one.history).value
            else { continue }
            #expect(value.parametric <= one.policy.correlatedLoss(of: values, one.history) * (1 + 1e-9))
        }
    }

    @Test func `is no number before there are returns enough`() {
        for one in Self.cases(20, seed: 5) {
            var short = one
            short.rows = Array(one.rows.suffix(one.policy.least))
            let reading = short.report.net
            // One return fewer than rows.
            guard case .insufficient(let have, let needed) = reading else {
                Issue.record("\(reading)")
                continue
            }
            #expect(have < needed && needed == one.policy.least)
            #expect(reading.value == nil && reading.state == "insufficient_data")
            #expect(short.report.counted == short.holdings.netValues.map { one.policy.assumedLoss(of: $0) })
        }
    }

    @Test func `takes no return from before its window, and none over a gap`() {
        var history = PriceHistory(assets: 1, step: .seconds(10), capacity: 4)
        func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }
        for (number, price) in [100.0, 110, 121, 0, 121, 133.1, 146.41].enumerated() {
            history.note([price], at: at(1_000 + Int64(number) * 10))
        }
        // 121 → none → 121 → 133.1 → 146.41: the window reaches back four returns.
        #expect(history.profits(of: [1]).count == 2)
        history.note([160], at: at(1_061))
        #expect(history.profits(of: [1]).count == 2, "a step has one row")
        history.note([161.051], at: at(1_074))
        #expect(history.profits(of: [1]).count == 2, "what comes late in its step is none")
        history.note([100], at: at(1_100))
        #expect(history.profits(of: [1]).count == 0 || history.profits(of: [1]).count == 1)
        history.note([200], at: at(1_110))
        #expect(history.profits(of: [1]) == [1])
        history.note([200], at: at(9_110))
        #expect(history.profits(of: [1]).isEmpty)
    }

    @Test func `as money is never less than the figure`() {
        #expect(RiskMoney.loss(0.000000001) == Amount(raw: 10_000_000_000))
        #expect(RiskMoney.loss(1.5) == Amount(raw: 1_500_000_000_000_000_000))
        #expect(RiskMoney.worth(-0.000000001) == Amount(raw: -10_000_000_000))
        #expect(
            RiskMoney.loss(.nan) == RiskMoney.unbounded && RiskMoney.loss(.infinity) == RiskMoney.unbounded)
        #expect(RiskMoney.worth(.nan) < .zero)
        var draw = CaseDraw(seed: 6)
        for _ in 0..<1_000 {
            let value = draw.between(-1e6, 1e6)
            #expect(
                RiskMoney.loss(value).units >= value - 1e-9 && RiskMoney.worth(value).units <= value + 1e-9)
        }
    }
}

@Suite struct `What if` {
    private func lines(_ one: PortfolioCase, _ hypothesis: Hypothesis) -> WhatIf {
        WhatIf(
            hypothesis, of: one.holdings, one.history, policy: one.policy, supposed: one.policy,
            isWarm: true, at: .distantPast
        ) { holdings, _ in
            holdings.assets.map { LimitLine(name: $0.symbol, value: RiskMoney.loss($0.mid), limit: nil) }
        }
    }

    @Test func `nothing is supposed, nothing differs`() {
        var draw = CaseDraw(seed: 11)
        for _ in 0..<20 {
            let one = draw.portfolio()
            let answer = lines(one, Hypothesis())
            #expect(answer.before == answer.after && answer.limitsBefore == answer.limitsAfter)
        }
    }

    @Test func `the figures of what is supposed are the figures it would have, and nothing is touched`() {
        var draw = CaseDraw(seed: 12)
        for _ in 0..<40 {
            let one = draw.portfolio()
            let (holdings, history) = (one.holdings, one.history)
            let hypothesis = Hypothesis(
                positions: [.init(asset: 0, account: 0, quantity: draw.between(-2, 2))],
                moves: [.init(asset: nil, share: draw.between(-0.5, 0.5))])
            let answer = lines(one, hypothesis)
            #expect(one.holdings == holdings && one.history == history)
            #expect(answer.before == one.report)
            #expect(
                answer.after
                    == one.policy.report(hypothesis.applied(to: holdings), history, at: .distantPast))
        }
    }

    @Test func `a position bought for cash leaves capital where it was, and taken back leaves nothing`() {
        var draw = CaseDraw(seed: 13)
        for _ in 0..<40 {
            let one = draw.portfolio()
            let buy = Hypothesis(positions: [.init(asset: 0, account: 1, quantity: 0.5)])
            let then = buy.applied(to: one.holdings)
            let (before, after) = (one.holdings.capital ?? 0, then.capital ?? 0)
            #expect((before - after).magnitude <= 1e-9 * before.magnitude)
            let back = Hypothesis(positions: [.init(asset: 0, account: 1, quantity: -0.5)]).applied(to: then)
            #expect((back.assets[0].net - one.holdings.assets[0].net).magnitude < 1e-12)
        }
    }
}

@Suite struct `The stress library` {
    private func result(_ one: PortfolioCase, _ scenario: StressScenario) -> StressResult? {
        one.report.stress.first { $0.scenario == scenario }
    }

    @Test func `knows every scenario, and says what is missing instead of a number`() throws {
        var draw = CaseDraw(seed: 21)
        var one = draw.portfolio()
        #expect(one.report.stress.map(\.scenario) == StressScenario.allCases)
        #expect(one.report.stress.allSatisfy { $0.loss != nil })
        one.holdings.assets[0].mid = 0
        one.holdings.assets[0].net = 1
        one.holdings.assets[0].longest = 1
        let blind = one.report
        #expect(blind.net == .unpriced && blind.capital == nil && blind.counted == nil)
        #expect(blind.stress.allSatisfy { $0.isWithin == nil && !$0.note.isEmpty })
        #expect(one.policy.breaches(blind, isWarm: false).isEmpty)
        // Once the warm-up is over, not to know is to be above the limit.
        #expect(one.policy.breaches(blind, isWarm: true).map(\.kind) == [.valueAtRisk])
    }

    @Test func `waits with the lost venue until all accounts are known`() {
        var draw = CaseDraw(seed: 22)
        var one = draw.portfolio()
        one.holdings.accounts[0].isOpen = false
        #expect(result(one, .venueLoss)?.loss == nil)
        one.holdings.accounts[0].isOpen = true
        #expect(result(one, .venueLoss)?.loss != nil)
    }

    @Test func `costs more the harder it strikes`() {
        var draw = CaseDraw(seed: 23)
        for _ in 0..<60 {
            let mild = draw.portfolio()
            var hard = mild
            func harder(_ trial: StressPolicy.Trial) -> StressPolicy.Trial {
                .init(size: Rate(raw: min(Rate.one, trial.size.raw * 11 / 10)), limit: trial.limit)
            }
            hard.policy.stress.crash = harder(mild.policy.stress.crash)
            hard.policy.stress.venueLoss = harder(mild.policy.stress.venueLoss)
            hard.policy.stress.funding = harder(mild.policy.stress.funding)
            hard.policy.stress.spreadFactor += 1
            let isMargined = mild.holdings.accounts.contains { $0.leverage != nil }
            for (a, b) in zip(mild.report.stress, hard.report.stress) {
                // A short perpetual gains by a crash, a long one by a surge: its call may then be smaller.
                guard ![.crash, .surge, .depeg].contains(a.scenario) || !isMargined else { continue }
                #expect((b.loss ?? 0) >= (a.loss ?? 0) * (1 - 1e-9), "\(a.scenario)")
            }
        }
    }

    @Test func `the limit itself is borne, one unit more is not`() throws {
        var draw = CaseDraw(seed: 24)
        var one = draw.portfolio()
        while one.report.net.value == nil { one = draw.portfolio() }
        let counted = RiskMoney.loss(try #require(one.report.counted))
        one.policy.valueAtRisk = counted
        #expect(!one.policy.breaches(one.report, isWarm: true).contains { $0.kind == .valueAtRisk })
        one.policy.valueAtRisk = Amount(raw: counted.raw - 1)
        #expect(one.policy.breaches(one.report, isWarm: true).contains { $0.kind == .valueAtRisk })
    }
}

@Suite struct `Capital health` {
    @Test func `lies between 0 and 100 and is its weakest part`() {
        var draw = CaseDraw(seed: 31)
        for _ in 0..<200 {
            let health = draw.portfolio().report.health
            let scores = health.parts.compactMap(\.score)
            #expect(health.parts.map(\.name) == CapitalHealth.Name.allCases)
            #expect(scores.allSatisfy { (0...100).contains($0) } && health.score == scores.min())
            #expect(health.parts.allSatisfy { !$0.why.isEmpty })
        }
    }

    @Test func `falls with drawdown, with concentration and with what cannot be reached`() {
        var draw = CaseDraw(seed: 32)
        var one = draw.portfolio()
        for index in one.holdings.accounts.indices {
            one.holdings.accounts[index].leverage = nil
            one.holdings.accounts[index].cash = 1_000_000
            one.holdings.accounts[index].base = one.holdings.accounts[index].base.map { _ in 0 }
            one.holdings.accounts[index].mayOpen = true
        }
        func score(_ name: CapitalHealth.Name) -> Int? {
            one.report.health.parts.first { $0.name == name }?.score
        }
        #expect(score(.concentration) == 100 && score(.access) == 100 && score(.drawdown) == 100)
        one.holdings.accounts[0].cash = 9_000_000
        one.holdings.accounts[0].mayOpen = false
        one.holdings.peak = one.holdings.profit + 0.04 * (one.holdings.capital ?? 0)
        #expect(score(.concentration).map { $0 < 60 } == true)
        #expect(score(.access).map { $0 < 60 } == true)
        #expect(score(.drawdown).map { (38...40).contains($0) } == true)
    }
}
