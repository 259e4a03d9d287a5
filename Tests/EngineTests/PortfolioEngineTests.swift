import Engine
import Orders
import Portfolio
import Risk
import Strategies
import Testing
import TradingModel

@Suite struct `All positions together` {
    private static func policy(
        limit: Amount = Stage.units(5_000), venueLoss: Int64 = 9_000, throttle: ThrottlePolicy? = nil
    ) -> PortfolioPolicy {
        func trial(_ size: Int64, _ limit: Int64) -> StressPolicy.Trial {
            .init(size: Stage.bps(size), limit: Stage.bps(limit))
        }
        return PortfolioPolicy(
            step: .seconds(10), window: 200, least: 100, horizon: .seconds(600), confidence: 99,
            valueAtRisk: limit, assumedMove: Stage.bps(500), warmUp: .seconds(1_800),
            drawdown: Stage.bps(500),
            stress: StressPolicy(
                crash: trial(2_000, 1_000), depeg: trial(1_000, 1_000), venueLoss: trial(10_000, venueLoss),
                funding: trial(300, 500), spreadFactor: 10, spreadLimit: Stage.bps(500),
                correlationLimit: Stage.bps(500)),
            throttle: throttle)
    }

    private static let throttle = ThrottlePolicy(
        drawdown: Stage.units(1_000), slippage: Stage.bps(2_000), range: Stage.bps(4_000), trades: 3,
        calm: .seconds(60), least: 1_000)

    /// Bought and not sold: 9.99 at 100.
    private func lopsided(_ policy: PortfolioPolicy?) -> Stage {
        var stage = Stage { $0.portfolio = policy }
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 101_00, ask: 101_10)
        stage.fillOnlyBuys()
        stage.advance(.seconds(2))
        stage.process(.timer)
        return stage
    }

    @Test func `have no figures and no limits where none are configured`() {
        let stage = lopsided(nil)
        #expect(stage.engine.portfolioReport == nil && stage.engine.throttles.isEmpty)
        #expect(!stage.alarms.contains(.varLimit))
    }

    @Test func `are not a number before there is history, and flat they break nothing`() {
        var stage = Stage { $0.portfolio = Self.policy() }
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.process(.timer)
        #expect(stage.engine.portfolioReport?.net == .insufficient(have: 0, needed: 100))
        #expect(stage.engine.portfolioReport?.net.value == nil)
        #expect(stage.engine.mode == .normal && stage.engine.portfolioBreaches.isEmpty)
        #expect(stage.engine.portfolioReport?.capital.map { $0 > 2_000_000 } == true)
    }

    @Test
    func `hold the node when the assumed loss is above the limit`() throws {
        var stage = lopsided(Self.policy(limit: Stage.units(45)))
        let report = try #require(stage.engine.portfolioReport)
        let counted = try #require(report.counted)
        #expect(counted > 45 && counted < 55)
        #expect(stage.engine.mode == .hold)
        #expect(stage.engine.modeReason.hasPrefix("VAR_LIMIT: insufficient_data (0 of 100 returns)"))
        #expect(stage.alarms.count { $0 == .varLimit } == 1)
        // Told once as long as nobody resumes.
        stage.advance(.seconds(2))
        stage.process(.timer)
        #expect(stage.alarms.count { $0 == .varLimit } == 1)
    }

    @Test func `pass when the limit is as high as the loss`() throws {
        let counted = try #require(lopsided(Self.policy()).engine.portfolioReport?.counted)
        let exact = RiskMoney.loss(counted)
        #expect(lopsided(Self.policy(limit: exact)).engine.mode == .normal)
        #expect(lopsided(Self.policy(limit: Amount(raw: exact.raw - 1))).engine.mode == .hold)
    }

    @Test func `hold the node when a lost venue would cost more than is borne`() {
        var stage = Stage { $0.portfolio = Self.policy(venueLoss: 4_000) }
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.advance(.seconds(2))
        stage.process(.timer)
        #expect(stage.engine.mode == .hold && stage.alarms.contains(.stressFail))
        #expect(stage.engine.modeReason.hasPrefix("STRESS_FAIL: venue_loss (venue-"))
        // A resume is for people, and lasts no longer than what is broken.
        stage.process(.mode(.normal, reason: "a try", actor: "ann"))
        stage.advance(.seconds(2))
        stage.process(.timer)
        #expect(stage.engine.mode == .hold && stage.alarms.count { $0 == .stressFail } == 2)
    }

    @Test func `are measured once there are returns enough`() throws {
        var stage = Stage { $0.portfolio = Self.policy() }
        for number in 0..<130 {
            let middle = 100_00 + Int64(number % 7) * 10
            stage.quote(0, bid: middle - 5, ask: middle + 5)
            stage.process(.timer)
            stage.advance(.seconds(10))
        }
        let value = try #require(stage.engine.portfolioReport?.net.value)
        #expect(value.observations >= 120 && value.worse == 0, "nothing is off")
        let inventory = try #require(stage.engine.portfolioReport?.inventory.value)
        #expect(inventory.parametric > 100 && inventory.historical > 100)
    }

    @Test func `can be supposed without being touched`() throws {
        var stage = lopsided(Self.policy())
        let engine = stage.engine
        let policy = try #require(engine.policy.portfolio)
        var limits = engine.policy.limits
        limits.positionNotional = Stage.units(1_500)
        let question = PortfolioQuestion(
            hypothesis: Hypothesis(positions: [.init(asset: 0, account: 1, quantity: 6)]), policy: policy,
            limits: limits)
        let answer = try #require(stage.engine.whatIf(question, at: stage.now))
        #expect(
            answer.before
                == engine.portfolioReport.map { report in
                    var report = report
                    report.at = stage.now
                    return report
                })
        let after = answer.limitsAfter[0]
        #expect(after.name == "position_notional BTC-USDT" && after.isWithin == false)
        #expect(answer.limitsBefore[0].isWithin == true)
        #expect(answer.limitsBefore[0].limit == Stage.units(20_000) && after.limit == Stage.units(1_500))
        func denial(_ quantity: Int64) -> Denial? {
            stage.engine.wouldDeny(
                VenueID(1), InstrumentID(0), .buy, Quantity(raw: quantity), limits: limits, at: stage.now)
        }
        #expect(denial(60_000) == .positionNotional)
        #expect(
            stage.engine.ledger == engine.ledger && stage.engine.governor.denials == engine.governor.denials)
        #expect(stage.engine.portfolioReport == engine.portfolioReport)
        #expect(!stage.engine.hasDirectives && stage.engine.mode == engine.mode)
        stage.process(.timer)
        #expect(stage.engine.portfolioReport == engine.portfolioReport)
    }

    @Test func `a hedge that was late makes the next pair smaller, and people are told why`() throws {
        func next(_ throttle: ThrottlePolicy?) -> (Quantity?, Stage) {
            var stage = Stage {
                $0.portfolio = Self.policy(throttle: throttle)
                $0.sizing = nil
            }
            stage.quote(0, bid: 99_90, ask: 100_00)
            stage.quote(1, bid: 101_00, ask: 101_10)
            stage.fillOnlyBuys()
            let hedges = stage.persisted()
            // The deadline passes before the hedge fills.
            stage.advance(.milliseconds(200))
            stage.process(.timer)
            stage.durable(hedges)
            for hedge in hedges { stage.fill(hedge) }
            stage.advance(.seconds(120))
            stage.quote(0, bid: 99_80, ask: 99_90)
            stage.quote(1, bid: 101_00, ask: 101_20)
            return (stage.persisted().first { $0.purpose == .open }?.quantity, stage)
        }
        let (whole, _) = next(nil)
        let (less, stage) = next(Self.throttle)
        let throttle = try #require(stage.engine.throttles.first)
        #expect(throttle.share == 7_500 && throttle.last?.cause == .hedges)
        #expect(stage.alarms.contains(.strategyThrottled))
        let again = Stage(
            recovery: stage.rows, change: { $0.portfolio = Self.policy(throttle: Self.throttle) })
        #expect(again.engine.throttles.first?.share == 7_500, "a restart is no evidence")
        let (a, b) = (try #require(whole), try #require(less))
        #expect(b.raw == a.raw * 3 / 4 || b.raw == a.raw * 3 / 4 + 1, "\(b) of \(a)")
    }
}
