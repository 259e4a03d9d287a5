import Configuration
import Engine
import Portfolio
import Testing
import TradingModel

@Suite struct `Limits for all positions together` {
    static let section = """
        portfolio:
          step: 10s
          window: 360
          least: 120
          horizon: 10m
          confidence: 99%
          value_at_risk: 5000
          assumed_move: 500bps
          warm_up: 30m
          drawdown: 500bps
          stress:
            crash: 2000bps
            crash_limit: 1000bps
            depeg: 1000bps
            depeg_limit: 1000bps
            venue_loss: 10000bps
            venue_loss_limit: 9000bps
            funding_spike: 300bps
            funding_spike_limit: 500bps
            spread_factor: 10
            spread_limit: 500bps
            correlation_limit: 500bps
          throttle:
            drawdown: 100
            slippage: 20bps
            range: 150bps
            good_trades: 5
            calm: 5m
            least: 10%

        """

    private func load(_ section: String) -> Result<NodeConfiguration, ConfigurationProblems> {
        var source = SampleNode.source
        source.files["config/limits.yaml"] = SampleNode.limits + section
        return source.load()
    }

    @Test func `are off where nobody wrote them`() throws {
        #expect(try load("").get().policy.portfolio == nil)
    }

    @Test func `arrive as they are written`() throws {
        let policy = try #require(try load(Self.section).get().policy.portfolio)
        func rate(_ bps: Int64) -> Rate { Rate(hundredthsOfBasisPoint: bps * 100) }
        #expect(policy.step == .seconds(10) && policy.window == 360 && policy.least == 120)
        #expect(policy.horizon == .seconds(600) && policy.confidence == 99)
        #expect(policy.valueAtRisk == Amount(raw: 5_000_000_000_000_000_000_000))
        #expect(policy.assumedMove == rate(500) && policy.warmUp == .seconds(1_800))
        #expect(policy.stress.crash == .init(size: rate(2_000), limit: rate(1_000)))
        #expect(policy.stress.venueLoss == .init(size: rate(10_000), limit: rate(9_000)))
        #expect(policy.stress.spreadFactor == 10 && policy.stress.correlationLimit == rate(500))
        let throttle = try #require(policy.throttle)
        #expect(throttle.trades == 5 && throttle.least == 1_000 && throttle.calm == .seconds(300))
        #expect(policy.terms == "99 % over 600 s, 360 returns of 10 s")
    }

    @Test(arguments: ["demo", "paper", "live"])
    func `are shipped, for every configuration`(name: String) throws {
        let path = "\(ShippedFilesTests.root)/config/\(name).yaml"
        let policy = try #require(try NodeConfiguration.load(path: path).get().policy.portfolio)
        #expect(policy.throttle != nil && policy.valueAtRisk > .zero)
    }

    @Test func `need every key, and all that are missing are told at once`() {
        let keys = Self.section.split(separator: "\n").dropFirst().filter { !$0.hasSuffix("stress:") }
            .filter { !$0.hasSuffix("throttle:") }
        for line in keys {
            let key = line.split(separator: ":")[0].trimmingPrefix(while: { $0 == " " })
            let problems = load(Self.section.replacing("\(line)\n", with: "")).problems
            #expect(problems.contains { $0.message.contains("\(key)` is missing") }, "\(key)")
        }
        let none = "portfolio:\n  stress:\n    crash: 2000bps\n  throttle:\n    least: 10%\n"
        #expect(load(none).problems.count == 9 + 10 + 5)
    }

    @Test(arguments: [
        ("step: 10s", "step: 0s"), ("step: 10s", "step: 10"), ("window: 360", "window: 5"),
        ("least: 120", "least: 99"), ("least: 120", "least: 361"), ("horizon: 10m", "horizon: 5s"),
        ("confidence: 99%", "confidence: 100%"), ("confidence: 99%", "confidence: 0.99"),
        ("value_at_risk: 5000", "value_at_risk: 0"), ("value_at_risk: 5000", "value_at_risk: -1"),
        ("value_at_risk: 5000", "value_at_risk: NaN"), ("assumed_move: 500bps", "assumed_move: 5%"),
        ("warm_up: 30m", "warm_up: 1m"), ("crash: 2000bps", "crash: 10000bps"),
        ("spread_factor: 10", "spread_factor: 0"), ("good_trades: 5", "good_trades: 0"),
        ("least: 10%", "least: 0%"), ("drawdown: 100", "drawdown: 0"),
        ("correlation_limit: 500bps", "correlation_limit: 500bps\n    corelation: 1bps"),
    ])
    func `a value that cannot be meant is refused where it stands`(old: String, new: String) {
        let text = Self.section.replacing(old, with: new, maxReplacements: 1)
        let problems = load(text).problems
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.allSatisfy { $0.description.hasPrefix("config/limits.yaml:") })
    }
}
