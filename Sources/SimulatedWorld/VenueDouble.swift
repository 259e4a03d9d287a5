import TradingModel

/// A venue's double: the venue's documented behaviour as one synchronous machine. It owns no socket and no
/// clock; a host (`VenueServer` behind TLS, the simulated network in virtual time) brings requests, frames
/// and time, and carries away what `takeOutgoing` holds. Written from the venues' documentation, never from
/// our dialects: an opponent must not share a bug with what it judges.
public protocol VenueDouble: AnyObject, SendableMetatype {
    /// One of `DoubleCatalog.venues`: `binance-spot`, `okx`, `okx-swap`, …
    var name: String { get }
    /// Answers one REST request. Signature, timestamp, rate limit and permissions are checked here as the
    /// venue does.
    func respond(to request: DoubleRequest, at now: Moment) -> DoubleResponse
    /// A WebSocket was opened on `path` (with query). `connection` is the host's number for it, never reused.
    func opened(_ connection: Int, path: String, at now: Moment)
    func received(_ text: [UInt8], on connection: Int, at now: Moment)
    func closed(_ connection: Int, at now: Moment)
    /// Moves the market and timers up to `now`; called every few milliseconds and before each input.
    func advance(to now: Moment)
    /// Frames to deliver since the last call, in order per connection.
    func takeOutgoing() -> [DoubleFrame]
    /// What the venue itself holds: the observer's truth, in no venue's format.
    var truth: VenueTruth { get }
}

/// A double that knows when it will have news: what a host in virtual time needs.
public protocol ScheduledDouble: VenueDouble {
    /// The earliest time at which `advance` does anything by itself; `nil` when only an input can change
    /// that. Until then neither time nor `takeOutgoing` bring news. Ask again after every input and deed.
    var nextActivity: Moment? { get }
}

public struct DoubleRequest: Sendable {
    public var method: String
    /// Path and query exactly as received.
    public var target: String
    /// Names in lower case.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    public init(method: String, target: String, headers: [(name: String, value: String)], body: [UInt8]) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

public struct DoubleResponse: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// A recorded answer is given when it was, not before; only a host in virtual time waits for that.
    public var notBefore = Moment.distantPast
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

public struct DoubleFrame: Sendable {
    public enum Content: Sendable {
        case text([UInt8])
        case ping
        case close(code: UInt16, reason: String)
    }
    public var connection: Int
    public var content: Content
    public init(connection: Int, content: Content) {
        self.connection = connection
        self.content = content
    }
}

/// Balances, orders and fills of every account, as the venue knows them.
public struct VenueTruth: Sendable {
    public struct Balance: Hashable, Sendable {
        public var asset: String
        public var total: Amount
        public var available: Amount
        public init(asset: String, total: Amount, available: Amount) {
            self.asset = asset
            self.total = total
            self.available = available
        }
    }
    public struct Order: Hashable, Sendable {
        public var clientID: String
        public var venueOrderID: String
        public var symbol: String
        public var isOpen: Bool
        /// Filled base quantity, exact.
        public var filled: Amount
        public var side = Side.buy
        /// Zero for a market order.
        public var price = Price.zero
        /// Base quantity asked for, exact; a market buy by money has what the money bought.
        public var quantity = Amount.zero
        public var arrivedAt = Moment.distantPast
        /// It may only reduce a position: the quantity is what the venue has cut it to.
        public var isReduceOnly = false
        /// Whether the client id has the node's format: 32 hexadecimal digits.
        public var isNodeNamed = false
        /// Whether somebody else placed it: planted by the simulation, or not in the node's format.
        public var isForeign = false
        public init(clientID: String, venueOrderID: String, symbol: String, isOpen: Bool, filled: Amount) {
            self.clientID = clientID
            self.venueOrderID = venueOrderID
            self.symbol = symbol
            self.isOpen = isOpen
            self.filled = filled
        }
    }
    /// One side of a trade. Price and quantity count 10^-8 (`SymbolRules.scale`).
    public struct Execution: Hashable, Sendable {
        public var tradeID: Int64
        public var venueOrderID: String
        public var clientID: String
        public var symbol: String
        public var side: Side
        public var price: Price
        public var quantity: Quantity
        public var notional: Amount
        public var fee: Amount
        public var feeAsset: String
        public var isMaker: Bool
        public var at: Moment
        /// Of an order that is not the node's.
        public var wasForeign: Bool
        /// Whether the order's client id has the node's format.
        public var isNodeNamed: Bool
    }
    /// One payment of funding. Amounts in the asset that the perpetual is settled in.
    public struct FundingPayment: Hashable, Sendable {
        public var id: Int64
        public var account: Int
        public var symbol: String
        /// Signed base quantity at the time.
        public var position: Quantity
        public var mark: Price
        public var rate: Rate
        /// Positive: received.
        public var amount: Amount
        public var at: Moment
    }
    /// An open position at average cost.
    public struct Position: Hashable, Sendable {
        /// Signed base quantity.
        public var size: Quantity
        /// Signed alike: what the open units cost.
        public var entryCost: Amount
        /// In 10^-18; zero without a position.
        public var averagePrice: Amount
    }
    /// Sorted by asset. Of perpetuals, the base asset's total is the signed position, and the quote asset's
    /// what all trades, fees and funding took and brought: cash at cost.
    public var balances: [Balance] = []
    /// In the order of arrival.
    public var orders: [Order] = []
    public var fillCount = 0
    public init() {}
}
