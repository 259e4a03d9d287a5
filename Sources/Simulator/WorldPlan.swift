import Hedging
import Node
import Orders
import SimulatedWorld
import TradingModel

/// What one seed's world is made of: venues, market, pace, faults and their strength. Swarm testing: each
/// world has few faults, so that some faults are often alone and any two sometimes meet.
struct WorldPlan {
    var venues: [String]
    var symbols: [String]
    var isDryRun = false
    /// Quotes rest at the venues that would cancel them.
    var quotes = false
    /// How long faults may happen.
    var safety: Span
    /// One way, before jitter.
    var latency: Span
    var jitter: Span
    var marketBeat: Span
    var pace: MarketPace
    /// How long the store takes for a batch, in nanoseconds.
    var storePace: ClosedRange<Int64>
    var store: StorePolicy
    var faults: Set<Fault>
    /// See `Regression.cyclesPerMinute`.
    var cyclesPerMinute: Int?
    /// The venue of a leg dies while both legs of a pair are under way, or, where legs go in turn, before
    /// the second is.
    var losesLeg = false
    /// The second leg goes once the first has filled.
    var takesTurns = false
    /// Quotes' hedges are made durable beforehand at so many venues a side.
    var quoteWarrants = HedgePolicy().quoteWarrants
    /// Venues take orders for five seconds, not for one: late requests arrive after all.
    var hasWideWindows = false
    /// What the node is told is written down, and told to an engine again.
    var isTaped = false
    /// Somebody kills, and what else fails.
    var kill: KillScenario?
    /// When a person plans a HOLD that flattens, counted from the beginning.
    var maintenanceAt: Span?
    /// The point at which the process dies, and at which pass of it.
    var crashPoint: String?
    var crashPass = 1
    /// Which of V08's deeds is done; `nil`: any.
    var meddling: Int?
    /// What becomes of strangers' orders.
    var foreignOrders: ForeignOrderPolicy
    /// A scenario rather than a drawn world: its faults surely happen.
    var isDirected = false

    /// Venues with a dead-man switch that is on.
    static let quotable: Set<String> = ["okx", "kraken"]

    /// Segments of perpetuals; a world has one or none.
    static let perpetuals: Set<String> = ["okx-swap", "bybit-linear"]

    static let allVenues = ["binance-spot", "okx", "bybit", "kraken"]

    init(seed: UInt64, options: ProvingGround.Options) {
        var draw = Draw(seed, 1)
        let count = draw.chance(20) ? 4 : draw.chance(30) ? 3 : 2
        var names = WorldPlan.allVenues
        while names.count > count { names.remove(at: draw.below(names.count)) }
        venues = names
        symbols = draw.chance(25) ? ["BTC-USDT", "ETH-USDT"] : [draw.pick(["BTC-USDT", "ETH-USDT"])]
        isDryRun = draw.chance(2)
        safety = draw.span(.seconds(11), .seconds(25))
        latency = .microseconds(draw.magnitude(50, 40_000))
        jitter = .nanoseconds(max(1, latency.nanoseconds * draw.between(5, 150) / 100))
        marketBeat = .milliseconds(draw.between(20, 120))
        let quote = draw.between(200, 1_500)
        let take = draw.between(600, 5_000)
        pace = MarketPace(
            quoteEvery: quote...(quote * 2), takeEvery: take...(take * 2), levels: Int(draw.between(6, 14)))
        storePace = 100_000...draw.magnitude(200_000, 6_000_000)
        store = StorePolicy(
            checkpointEvery: draw.span(.seconds(3), .seconds(20)), keep: draw.span(.seconds(2), .seconds(30)))
        foreignOrders = .leave
        faults = []
        for fault in Fault.allCases where draw.chance(12) { faults.insert(fault) }
        if isDryRun { faults.subtract([.n01, .n02, .n03, .n10]) }
        if let scenario = options.scenario { follow(scenario, seed: seed) }
        if let seconds = options.virtualSeconds {
            safety = max(.seconds(2), .nanoseconds(Int64(seconds * 1e9) - WorldPlan.tail.nanoseconds))
        }
        if faults.contains(.n01), crashPoint == nil {
            crashPoint = draw.pick(ProvingGround.crashPoints)
            crashPass = Int(draw.magnitude(1, 400))
        }
        foreignOrders = draw.chance(30) ? .cancel : .leave
        hasWideWindows = options.scenario != nil || WorldPlan.hasWideWindows(seed)
        if options.scenario == nil {
            takesTurns = WorldPlan.takesTurns(seed)
            quoteWarrants = WorldPlan.quoteWarrants(seed)
        }
        let regression = options.scenario.flatMap { Regression(rawValue: $0) }
        if regression == .carryThroughFaults || kill == .allAndFlatten || maintenanceAt != nil
            || options.scenario == nil && WorldPlan.carries(seed)
        {
            venues.append(seed.isMultiple(of: 2) ? "okx-swap" : "bybit-linear")
            if options.scenario == nil { maintenanceAt = WorldPlan.maintenance(seed, within: safety) }
        }
        isTaped = WorldPlan.isTaped(seed)
        let asks = kill != nil || regression?.quotes ?? options.scenario?.hasPrefix("crash:amend") ?? false
        quotes = (asks || WorldPlan.quotes(seed)) && !venues.allSatisfy { !WorldPlan.quotable.contains($0) }
    }

    /// Half of all drawn worlds; late requests are what directed ones are about.
    private static func hasWideWindows(_ seed: UInt64) -> Bool {
        var draw = Draw(seed, 106)
        return draw.chance(50)
    }

    /// One world in five.
    private static func isTaped(_ seed: UInt64) -> Bool {
        var draw = Draw(seed, 126)
        return draw.chance(20)
    }

    /// One drawn world in eight.
    private static func takesTurns(_ seed: UInt64) -> Bool {
        var draw = Draw(seed, 116)
        return draw.chance(12)
    }

    /// As a node has them unless told otherwise; in one drawn world in four fewer, or none.
    private static func quoteWarrants(_ seed: UInt64) -> Int {
        var draw = Draw(seed, 127)
        return draw.chance(25) ? draw.below(2) : HedgePolicy().quoteWarrants
    }

    /// A stream of its own, so that nothing else of a world depends on it; this one leaves the seeds of the
    /// corpus alone, which failed without quotes.
    private static func quotes(_ seed: UInt64) -> Bool {
        var draw = Draw(seed, 86)
        return draw.chance(25)
    }

    /// A world with a perpetual; drawn like quotes, and for the same reason.
    private static func carries(_ seed: UInt64) -> Bool {
        var draw = Draw(seed, 96)
        return draw.chance(15)
    }

    /// In every other drawn world with a perpetual.
    private static func maintenance(_ seed: UInt64, within safety: Span) -> Span? {
        var draw = Draw(seed, 128)
        return draw.chance(50) ? draw.span(safety / 4, safety * 2 / 3) : nil
    }

    /// Crash points of an orderly end.
    static let ending: Set<String> = ["drainBegins", "drainEnds", "closes"]

    /// About how long the liveness phase and the end take.
    static let tail = Span.milliseconds(41_500)
}
