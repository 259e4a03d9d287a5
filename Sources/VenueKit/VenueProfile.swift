import TradingModel

/// What `venues/<venue>.yaml` says about a venue: facts that differ between venues and change without a
/// release.
public struct VenueProfile: Sendable {
    /// `binance-spot`, `okx`, `okx-swap`, `bybit`, `bybit-linear`, `kraken`.
    public var name: String
    /// `https://host[:port]`.
    public var restOrigin: String
    /// `wss://host[:port]/path`, without the streams.
    public var publicURL: String
    public var privateURL: String
    public var proof: BookProof
    /// Depth to subscribe (`orderbook.200`, Kraken `depth: 100`, the REST snapshot's `limit`).
    public var bookDepth: Int
    /// How long a request signed now stays valid at the venue.
    public var receiveWindow: Span
    /// How long after its signature a new order may still be taken: nobody wants it later, and once this has
    /// passed an order that the venue does not know is not on its way any more.
    public var orderWindow: Span
    public var retryClass: RetryClass
    /// Codes of an order request's answer that prove nothing (`field/venue-facts.md` §4f).
    public var ambiguousCodes: Set<String>
    /// Codes that prove that the order already exists (retry class B).
    public var duplicateCodes: Set<String>
    /// HTTP statuses that prove, without a word about the order, that it was not taken; every other error
    /// status without such a word proves nothing.
    public var refusedStatuses: Set<Int>
    public var budget: RateBudgetRule
    /// Where the venue counts questions apart from orders (Kraken); `nil` where one counter serves all.
    public var queryBudget: RateBudgetRule?
    public var keepAliveEvery: Span
    public var silence: Span
    /// `nil`: the venue has no dead-man switch, or it is off; orders may not rest there then.
    public var deadMan: DeadManRule?
    /// The venue, or this segment of it, lists linear perpetuals; `nil`: spot.
    public var perpetual: PerpetualRule?

    /// `venue-facts.md` §4f: what a resend of the same client id means.
    public enum RetryClass: String, Sendable, CaseIterable {
        case safeReplay = "A"
        case duplicateIsProof = "B"
        case queryFirst = "C"
    }

    public init(
        name: String, restOrigin: String, publicURL: String, privateURL: String, proof: BookProof,
        bookDepth: Int,
        receiveWindow: Span, orderWindow: Span? = nil, retryClass: RetryClass, ambiguousCodes: Set<String>,
        duplicateCodes: Set<String>,
        refusedStatuses: Set<Int> = [],
        budget: RateBudgetRule, queryBudget: RateBudgetRule? = nil, keepAliveEvery: Span, silence: Span,
        deadMan: DeadManRule? = nil, perpetual: PerpetualRule? = nil
    ) {
        self.perpetual = perpetual
        self.name = name
        self.restOrigin = restOrigin
        self.publicURL = publicURL
        self.privateURL = privateURL
        self.proof = proof
        self.bookDepth = bookDepth
        self.receiveWindow = receiveWindow
        self.orderWindow = orderWindow ?? receiveWindow
        self.retryClass = retryClass
        self.ambiguousCodes = ambiguousCodes
        self.duplicateCodes = duplicateCodes
        self.refusedStatuses = refusedStatuses
        self.budget = budget
        self.queryBudget = queryBudget
        self.keepAliveEvery = keepAliveEvery
        self.silence = silence
        self.deadMan = deadMan
    }
}

/// How perpetuals are traded at a venue.
public struct PerpetualRule: Hashable, Sendable {
    /// Of the account's equity, at most this many times in positions: 1 to 10. Below what the venue allows,
    /// so that a liquidation is far away.
    public var leverage: Int
    public init(leverage: Int) {
        precondition((1...10).contains(leverage))
        self.leverage = leverage
    }
}

/// A request allowance: `capacity` units that refill evenly over `window`; the last `reserve` units are for
/// cancels and hedges alone.
public struct RateBudgetRule: Hashable, Sendable {
    public var capacity: Int
    public var window: Span
    public var reserve: Int
    /// Where the venue's own counter ends, when its answers tell only how much of it is used.
    public var limit: Int?
    public init(capacity: Int, window: Span, reserve: Int, limit: Int? = nil) {
        self.capacity = capacity
        self.window = window
        self.reserve = reserve
        self.limit = limit
    }
}

extension VenueProfile {
    /// The same venue at other origins (`https://host:port`, `wss://host:port`); endpoints keep their paths.
    public mutating func move(rest: String, publicStreams: String, privateStreams: String) {
        restOrigin = rest
        publicURL = publicStreams + VenueProfile.path(publicURL)
        privateURL = privateStreams + VenueProfile.path(privateURL)
    }

    private static func path(_ url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let rest = parts.dropFirst(2).first ?? ""
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? ""
    }
}
