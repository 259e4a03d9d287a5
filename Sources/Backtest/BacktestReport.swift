import Engine
import Hedging
import Node
import TradingModel

/// What all sessions came to, as `arbnode backtest --json` prints it (COMMANDS.md). Money is in the quote
/// asset, as decimal strings; `…_ns` are nanoseconds since 1970. Nothing here depends on how fast it ran.
public struct BacktestReport: Encodable, Sendable {
    public struct Session: Encodable, Sendable {
        public var venues: [String]
        public var symbols: [String]
        public var fromNs: Int64
        public var toNs: Int64
        public var frames: Int
        public var booksSynced: Int
    }

    public struct Hedges: Encodable, Sendable {
        public var opened = 0
        public var completed = 0
        public var late = 0
        public var failed = 0
        /// From the fill that owed it until nothing was owed, microseconds; `nil` without hedges.
        public var tookUs = Percentiles()
        /// How much worse than the mid price they closed.
        public var slippage = Money()
    }

    public struct Percentiles: Encodable, Sendable {
        @Explicit public var p50: Double?
        @Explicit public var p99: Double?
        @Explicit public var p999: Double?
        @Explicit public var max: Double?
    }

    /// One strategy, symbol or venue.
    public struct Share: Encodable, Sendable {
        public var name: String
        public var trades = 0
        public var orders = 0
        public var volume = Money()
        public var fees = Money()
        public var pnl = Money()
    }

    public internal(set) var sessions: [Session] = []
    public internal(set) var frames = 0
    public internal(set) var virtualSeconds = 0.0
    /// Of virtual time.
    public internal(set) var framesPerS = 0.0
    public internal(set) var decisions = 0
    public internal(set) var decisionHash = ""
    public internal(set) var edges = 0
    public internal(set) var trades = 0
    public internal(set) var pnl = Money()
    public internal(set) var fees = Money()
    public internal(set) var maxDrawdown = Money()
    public internal(set) var unhedgedNotional = Money()
    public internal(set) var residualNotional = Money()
    public internal(set) var hedges = Hedges()
    /// Where the money of all trades went.
    public internal(set) var money = BacktestTrade.Account()
    public internal(set) var byStrategy: [Share] = []
    public internal(set) var bySymbol: [Share] = []
    public internal(set) var byVenue: [Share] = []
    public internal(set) var tradeLog: [BacktestTrade] = []
    public internal(set) var incidents: [IncidentCount] = []
    /// For the plots; JSON has the trades.
    public internal(set) var curve = EquityCurve([])

    private enum CodingKeys: String, CodingKey {
        case sessions, frames, virtualSeconds, framesPerS, decisions, decisionHash, edges, trades, pnl, fees
        case maxDrawdown, unhedgedNotional, residualNotional, hedges, money, byStrategy, bySymbol, byVenue
        case tradeLog, incidents
    }
}

/// An amount as a decimal string.
public struct Money: Encodable, Hashable, Sendable {
    public var amount: Amount
    public init(_ amount: Amount = .zero) { self.amount = amount }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(amount.description)
    }

    static func += (a: inout Money, b: Amount) { a.amount += b }
}
