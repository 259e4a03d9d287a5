import Portfolio
import TradingModel

/// Random portfolios: prices with gaps, positions of both signs, accounts of both kinds.
struct PortfolioCase {
    var policy: PortfolioPolicy
    /// One a step, oldest first; 0 where there is no price.
    var rows: [[Double]]
    var holdings: Holdings

    var history: PriceHistory {
        var history = PriceHistory(
            assets: holdings.assets.count, step: policy.step, capacity: policy.window)
        for (number, row) in rows.enumerated() {
            history.note(row, at: Moment(nanoseconds: policy.step.nanoseconds * Int64(number + 1_000)))
        }
        return history
    }

    var report: PortfolioReport { policy.report(holdings, history, at: .distantPast) }
}

/// Draws cases from a seed.
struct CaseDraw {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func share() -> Double { Double(next() >> 11) / Double(1 << 53) }

    mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * share() }

    /// Enough rows for a figure, nine times out of ten.
    mutating func portfolio() -> PortfolioCase {
        let policy = policy()
        let count = 1 + below(4)
        let length = below(10) == 0 ? below(policy.least) + 1 : policy.window + below(60)
        var prices = (0..<count).map { _ in between(0.5, 60_000) }
        var rows: [[Double]] = []
        for _ in 0..<length {
            let common = between(-0.002, 0.002)
            for asset in prices.indices { prices[asset] *= 1 + common + between(-0.003, 0.003) }
            rows.append(prices.map { below(60) == 0 ? 0 : $0 })
        }
        return PortfolioCase(policy: policy, rows: rows, holdings: holdings(prices))
    }

    mutating func policy() -> PortfolioPolicy {
        let step = 1 + below(30)
        let confidence = 90 + below(10)
        let least = PortfolioPolicy.needed(confidence: confidence) + 1 + below(20)
        func rate(_ bps: Int) -> Rate { Rate(hundredthsOfBasisPoint: Int64(bps) * 100) }
        func trial(_ size: Int) -> StressPolicy.Trial { .init(size: rate(size), limit: rate(1_000)) }
        return PortfolioPolicy(
            step: .seconds(Int64(step)), window: least + 20 + below(100), least: least,
            horizon: .seconds(Int64(step * (1 + below(90)))), confidence: confidence,
            valueAtRisk: Amount(raw: 5_000_000_000_000_000_000_000), assumedMove: rate(1 + below(999)),
            warmUp: .seconds(600), drawdown: rate(500),
            stress: StressPolicy(
                crash: trial(1_000 + below(5_000)), depeg: trial(100 + below(3_000)),
                venueLoss: trial(2_000 + below(8_000)), funding: trial(10 + below(900)),
                spreadFactor: 1 + below(20), spreadLimit: rate(500), correlationLimit: rate(500)),
            throttle: nil)
    }

    mutating func holdings(_ prices: [Double]) -> Holdings {
        let assets = prices.indices.map { index in
            let net = below(6) == 0 ? 0 : between(-4, 4)
            return Holdings.Asset(
                symbol: "A\(index)-USDT", mid: prices[index], net: net,
                longest: net + (below(2) == 0 ? 0 : between(0, 3)),
                shortest: net - (below(2) == 0 ? 0 : between(0, 3)), spread: between(0.00001, 0.003),
                depth: below(8) == 0 ? 0 : between(0.1, 50))
        }
        let accounts = (0..<(2 + below(4))).map { index in
            let isMargined = below(3) == 0
            return Holdings.Account(
                venue: "venue-\(index)", leverage: isMargined ? Double(1 + below(10)) : nil,
                cash: between(0, 200_000),
                base: prices.map { _ in isMargined ? between(-3, 3) : between(0, 10) }, isOpen: true,
                mayOpen: below(4) != 0)
        }
        return Holdings(assets: assets, accounts: accounts, profit: between(-100, 100), peak: 150)
    }
}
