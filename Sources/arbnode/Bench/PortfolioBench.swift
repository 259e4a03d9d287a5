import Node
import Portfolio
import TradingModel

/// What one look at all positions costs on the desk's lane: the shipped window, eight instruments, six venues
/// of which two are of perpetuals.
struct PortfolioBench {
    static let looks = 2_000
    static let assets = 8

    static func run(rounds: Int) -> BenchResults.Portfolio {
        let policy = policy()
        let holdings = holdings()
        let logs = (0..<rounds).map { round in
            var watch = PortfolioWatch(policy: policy, assets: assets)
            var prices = (0..<assets).map { 100.0 + Double($0) }
            var state = UInt64(round) &+ 1
            for number in 0...(policy.window) {
                for asset in prices.indices {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    prices[asset] *= 1 + (Double(state >> 40) / Double(1 << 24) - 0.5) / 500
                }
                watch.sample(prices, at: Moment(nanoseconds: policy.step.nanoseconds * Int64(number + 1)))
            }
            var log = LatencyLog()
            for number in 0..<looks {
                let now = Moment(nanoseconds: Int64(1 + number) * 1_000_000_000_000)
                let began = Stopwatch.now
                let (new, _) = watch.look(holdings, at: now)
                let took = Stopwatch.now - began
                precondition(new.count <= 8 && watch.report?.net.value != nil, "a look has its figures")
                log.record(took)
            }
            return log
        }
        return BenchResults.Portfolio(
            returns: policy.window, instruments: assets, lookUs: BenchResults.Latency(medians: logs))
    }

    private static func policy() -> PortfolioPolicy {
        func trial(_ size: Int64) -> StressPolicy.Trial {
            .init(size: Rate(hundredthsOfBasisPoint: size), limit: Rate(hundredthsOfBasisPoint: 100_000))
        }
        return PortfolioPolicy(
            step: .seconds(10), window: 360, least: 120, horizon: .seconds(600), confidence: 99,
            valueAtRisk: RiskMoney.loss(5_000), assumedMove: Rate(hundredthsOfBasisPoint: 50_000),
            warmUp: .seconds(1_800), drawdown: Rate(hundredthsOfBasisPoint: 50_000),
            stress: StressPolicy(
                crash: trial(200_000), depeg: trial(100_000), venueLoss: trial(900_000),
                funding: trial(30_000), spreadFactor: 10, spreadLimit: Rate(hundredthsOfBasisPoint: 50_000),
                correlationLimit: Rate(hundredthsOfBasisPoint: 50_000)), throttle: nil)
    }

    private static func holdings() -> Holdings {
        Holdings(
            assets: (0..<assets).map {
                Holdings.Asset(
                    symbol: "A\($0)-USDT", mid: 100 + Double($0), net: Double($0) - 3, longest: 6,
                    shortest: -4, spread: 0.0002, depth: 20)
            },
            accounts: (0..<6).map {
                Holdings.Account(
                    venue: "venue-\($0)", leverage: $0 > 3 ? 3 : nil, cash: 100_000,
                    base: (0..<assets).map { Double($0 + 1) }, isOpen: true, mayOpen: true)
            }, profit: 0, peak: 0)
    }
}
