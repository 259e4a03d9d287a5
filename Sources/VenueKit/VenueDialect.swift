import Ports
import TradingModel

/// One venue's language: bytes ⇄ the node's terms. A pure value: no socket, no clock, no secret. The
/// connector gives it time and a signer, and does the waiting.
public protocol VenueDialect: Sendable {
    init(profile: VenueProfile, symbols: SymbolTable)

    var profile: VenueProfile { get }
    var symbols: SymbolTable { get }
    var proof: BookProof { get }

    /// Whether the venue refuses a nonce that arrives after a higher one (Kraken): its requests then go one
    /// at a time.
    var requiresOrderedNonces: Bool { get }
    /// Whether an answer says that its request's nonce was not above all before it.
    func refusesNonce(_ response: HTTPResponse) -> Bool
    /// Whether one answer about open orders or trades tells of every instrument (Kraken): it is then asked
    /// for once and decoded for each.
    var listsWholeAccount: Bool { get }
    /// A trade in the history says by our own id whose it is. Where it does not (Binance, Kraken), the
    /// venue's id alone names its order.
    var historyNamesOrders: Bool { get }

    // Public market data
    /// The sockets to open and what to send on each once it is open.
    func publicStreams() -> [StreamPlan]
    /// Decodes one frame of a public socket. Never throws: a bad frame becomes `.quarantined`.
    mutating func decodePublic(_ bytes: UnsafeRawBufferPointer, into frame: inout PublicFrame)
    /// The REST request that seeds a book; `nil` where the stream itself brings the snapshot.
    func snapshotRequest(_ instrument: InstrumentID) -> RequestPlan?
    /// Decodes the body of `snapshotRequest` into one snapshot update. Also used for recorded bodies.
    mutating func decodeSnapshot(
        _ body: UnsafeRawBufferPointer, of instrument: InstrumentID, into frame: inout PublicFrame)
    /// Frames that make the venue send a fresh snapshot of one book on an open public socket; empty where a
    /// snapshot is requested over REST.
    func resubscribe(_ instrument: InstrumentID) -> [[UInt8]]
    var keepAlive: KeepAlive { get }

    // Private stream
    /// REST request that must succeed before the private socket is useful (Kraken's token); `nil` elsewhere.
    func privateTokenRequest(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan?
    func decodePrivateToken(_ response: HTTPResponse) throws(VenueFault) -> String
    func privateStream() -> String
    /// What to send when the private socket opens; further frames may follow from `decodePrivate`'s `.reply`.
    func privateLogin(_ stamp: RequestStamp, _ access: VenueAccess, token: String) -> [[UInt8]]
    /// Decodes one private frame. `token` as in `privateLogin`, for subscriptions that follow a login answer.
    mutating func decodePrivate(_ bytes: UnsafeRawBufferPointer, token: String) -> PrivateFrame

    // Requests
    func timeRequest() -> RequestPlan
    func decodeTime(_ response: HTTPResponse) throws(VenueFault) -> Moment
    /// The venue's filters for the listed symbols, to be held against the configuration at preflight.
    func filtersRequest() -> RequestPlan
    func decodeFilters(_ response: HTTPResponse) throws(VenueFault) -> [ListingFilters]
    func place(_ order: OrderIntent, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan
    func decodePlace(_ outcome: RequestOutcome) -> PlaceAnswer
    func cancel(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan
    func decodeCancel(_ outcome: RequestOutcome) -> CancelAnswer
    /// Gives an order that rests other terms in place; `nil` where quotes are canceled and placed anew.
    func amend(_ amendment: Amendment, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan?
    func decodeAmend(_ outcome: RequestOutcome) -> AmendAnswer
    /// Asks for one order by client id.
    func query(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan
    func decodeQuery(_ outcome: RequestOutcome, of order: OrderReference) -> QueryAnswer
    /// A second endpoint to ask when the first does not know the order; `absent` stands only if the last one
    /// asked says so. That an order is not among the open ones is never `absent`.
    func queryFallback(_ order: OrderReference, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan?
    /// The orders that closed last, of the whole account, for several questions at once; `nil` where orders
    /// are asked after one by one.
    func closedOrders(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan?
    /// An order in the answer to `openOrders` or `closedOrders`. `absent` as in `decodeQuery`, and only if
    /// the list goes on to its end.
    func decodeListed(_ outcome: RequestOutcome, _ order: OrderReference) -> QueryAnswer
    /// Whether this first answer must be held against `queryFallback`'s.
    func needsQueryFallback(_ answer: QueryAnswer) -> Bool
    func openOrders(_ instrument: InstrumentID, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan
    func decodeOpenOrders(_ response: HTTPResponse, of instrument: InstrumentID) throws(VenueFault)
        -> [OrderReport]
    /// The page with which a history since a moment begins; `nil`: one question reaches that far.
    func firstFillsPage(since: Moment, at now: Moment) -> FillsCursor?
    /// One page of an instrument's fills since a moment: the first, or the one that `page` names.
    func fills(
        _ instrument: InstrumentID, since: Moment, page: FillsCursor?, _ stamp: RequestStamp,
        _ access: VenueAccess
    ) -> RequestPlan
    /// The answer to `fills`; `page` as it was asked for.
    func decodeFills(
        _ response: HTTPResponse, of instrument: InstrumentID, page: FillsCursor?
    ) throws(VenueFault) -> FillsPage
    func balances(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan
    func decodeBalances(_ response: HTTPResponse) throws(VenueFault) -> [BalanceReport]

    /// What tells what the key may do; `nil` where the venue has no such question that is documented.
    func keyScope(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan?
    func decodeKeyScope(_ response: HTTPResponse) throws(VenueFault) -> KeyScope

    // Perpetuals
    /// Open positions; `nil` where only spot is traded.
    func positions(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan?
    /// Of listed instruments; one that is absent has no position.
    func decodePositions(_ response: HTTPResponse) throws(VenueFault) -> [PositionReport]
    /// What tells how the account is set up for perpetuals; `nil` where only spot is traded.
    func accountMode(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan?
    /// What of it would make orders open where they should close, or be refused: one sentence each, with its
    /// remedy.
    func decodeAccountMode(_ response: HTTPResponse) throws(VenueFault) -> [String]
    /// One page of funding payments since a moment; `nil` where only spot is traded.
    func fundings(since: Moment, page: FillsCursor?, _ stamp: RequestStamp, _ access: VenueAccess)
        -> RequestPlan?
    /// The answer to `fundings`; `since` and `page` as they were asked with, `now` by the venue's clock.
    func decodeFundings(
        _ response: HTTPResponse, since: Moment, page: FillsCursor?, at now: Moment
    ) throws(VenueFault) -> FundingsPage

    /// How much of its allowance the venue says is used; `nil` when it does not say.
    func statedUsage(_ response: HTTPResponse) -> StatedUsage?

    // Dead-man switch
    /// Sets the venue's dead-man switch to `window`, or with `.zero` switches it off; `nil` where that
    /// cannot be asked for.
    func deadMan(_ window: Span, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan?
    /// Throws unless the venue confirmed it.
    func decodeDeadMan(_ response: HTTPResponse) throws(VenueFault)
}

/// A socket to open and the frames to send once it is open, in order.
public struct StreamPlan: Sendable {
    public var url: String
    public var greetings: [[UInt8]]
    public var instruments: [InstrumentID]
    public init(url: String, greetings: [[UInt8]], instruments: [InstrumentID]) {
        self.url = url
        self.greetings = greetings
        self.instruments = instruments
    }
}

/// When to send what so that the venue keeps the socket, and after how much silence the node gives it up.
public struct KeepAlive: Sendable {
    /// `nil`: WebSocket ping frames answered by the library suffice.
    public var frame: [UInt8]?
    public var every: Span
    /// No byte for this long: the socket is dead, reconnect.
    public var silence: Span
    public init(frame: [UInt8]?, every: Span, silence: Span) {
        self.frame = frame
        self.every = every
        self.silence = silence
    }
}

/// A request as the dialect sees it; the connector adds origin and deadline.
public struct RequestPlan: Sendable {
    public var method: String
    public var target: String
    public var headers: [HTTPHeader]
    public var body: [UInt8]
    /// Units of the venue's rate budget.
    public var weight: Int
    public var counter: RequestCounter
    public init(
        method: String, target: String, headers: [HTTPHeader] = [], body: [UInt8] = [], weight: Int = 1,
        counter: RequestCounter = .common
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.weight = weight
        self.counter = counter
    }
}

/// Which of a venue's counters a request is charged to.
public enum RequestCounter: Hashable, Sendable {
    /// `VenueProfile.budget`.
    case common
    /// `VenueProfile.queryBudget`, or the common one where the venue has no other.
    case queries
}

/// What a venue's answer tells about its own counter.
public struct StatedUsage: Hashable, Sendable {
    public var used: Int
    public var limit: Int
    public var counter: RequestCounter
    public init(used: Int, limit: Int, counter: RequestCounter = .common) {
        self.used = used
        self.limit = limit
        self.counter = counter
    }
}

/// What makes a signed request unique: the venue's time and a nonce that only rises.
public struct RequestStamp: Sendable {
    /// The venue's clock as estimated, so that a skewed host still signs validly.
    public var venueTime: Moment
    public var nonce: UInt64
    public init(venueTime: Moment, nonce: UInt64) {
        self.venueTime = venueTime
        self.nonce = nonce
    }
}

public enum RequestOutcome: Sendable {
    case response(HTTPResponse)
    case fault(TransportFault)
}

/// A venue's filters as it states them, in decimal text.
public struct ListingFilters: Hashable, Sendable {
    public var symbol: String
    public var tick: String
    public var lot: String
    public var minimumQuantity: String
    public var minimumNotional: String
    public var trading: Bool
    /// Of a perpetual: the base quantity of one contract.
    public var contract: String
    public init(
        symbol: String, tick: String, lot: String, minimumQuantity: String, minimumNotional: String,
        trading: Bool, contract: String = "1"
    ) {
        self.contract = contract
        self.symbol = symbol
        self.tick = tick
        self.lot = lot
        self.minimumQuantity = minimumQuantity
        self.minimumNotional = minimumNotional
        self.trading = trading
    }
}

extension ListingFilters {
    /// A size that the venue counts in contracts, in base units; what is no number is left for the comparison
    /// to show.
    static func inBase(_ text: String, _ listing: Listing) -> String {
        guard case .perpetual(let decimals) = listing.kind, decimals > 0,
            let amount = try? Amount(text: text)  // no number: told as it is, the comparison shows it
        else { return text }
        return Amount(raw: amount.raw / Int128(DecimalText.power(decimals))).description
    }
}

/// One decoded private frame.
public struct PrivateFrame: Sendable {
    public var orders: [OrderReport] = []
    public var fills: [FillReport] = []
    public var balances: [BalanceReport] = []
    /// The stream is now authenticated and subscribed: events from here on are complete.
    public var ready = false
    /// Frames to send back (the subscriptions that follow a login answer).
    public var replies: [[UInt8]] = []
    /// The venue refused the login or ended the session: reconnect.
    public var refused: String?
    public var quarantine: QuarantineReason?
    public init() {}
}

/// Why a venue's answer could not be used.
public enum VenueFault: Error, Hashable, Sendable {
    case transport(TransportFault)
    case quarantined(QuarantineReason)
    /// The venue answered with an error; `retryAfter` when it said how long to wait.
    case refused(status: Int, code: String, message: String, retryAfter: Span?)
    /// The trade history did not end within `pages` pages: what was read is not the whole.
    case endlessHistory(pages: Int)
    /// A list of open orders fills its page: what follows it was not read.
    case partialList(orders: Int)
}

extension VenueFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .transport(let fault): "\(fault)"
        case .quarantined(let reason): "an answer that cannot be read: \(reason.rawValue)"
        case .refused(let status, let code, let message, _): "refused with \(status): \(code) \(message)"
        case .partialList(let orders): "more than \(orders) orders are open: not all of them were told"
        case .endlessHistory(let pages): "the trade history goes on beyond \(pages) pages"
        }
    }
}

extension VenueDialect {
    public var requiresOrderedNonces: Bool { false }
    public func refusesNonce(_: HTTPResponse) -> Bool { false }
    public var listsWholeAccount: Bool { false }
    public var historyNamesOrders: Bool { true }
    public func amend(_: Amendment, _: RequestStamp, _: VenueAccess) -> RequestPlan? { nil }
    /// An answer to a request that was never planned proves nothing.
    public func decodeAmend(_: RequestOutcome) -> AmendAnswer { .ambiguous(code: "never-asked") }
    public func queryFallback(_: OrderReference, _: RequestStamp, _: VenueAccess) -> RequestPlan? { nil }
    public func needsQueryFallback(_ answer: QueryAnswer) -> Bool { answer == .absent }
    public func closedOrders(_: RequestStamp, _: VenueAccess) -> RequestPlan? { nil }
    public func decodeListed(_: RequestOutcome, _: OrderReference) -> QueryAnswer {
        .ambiguous(code: "never-asked")
    }
    public func firstFillsPage(since _: Moment, at _: Moment) -> FillsCursor? { nil }
    public func statedUsage(_: HTTPResponse) -> StatedUsage? { nil }
    public func keyScope(_: RequestStamp, _: VenueAccess) -> RequestPlan? { nil }
    /// An answer to a request that was never planned tells nothing.
    public func decodeKeyScope(_: HTTPResponse) throws(VenueFault) -> KeyScope {
        throw .quarantined(.unknownMessage)
    }
    public func positions(_: RequestStamp, _: VenueAccess) -> RequestPlan? { nil }
    public func decodePositions(_: HTTPResponse) throws(VenueFault) -> [PositionReport] { [] }
    public func accountMode(_: RequestStamp, _: VenueAccess) -> RequestPlan? { nil }
    public func decodeAccountMode(_: HTTPResponse) throws(VenueFault) -> [String] { [] }
    public func fundings(since: Moment, page: FillsCursor?, _: RequestStamp, _: VenueAccess)
        -> RequestPlan?
    { nil }
    public func decodeFundings(
        _: HTTPResponse, since: Moment, page: FillsCursor?, at: Moment
    ) throws(VenueFault) -> FundingsPage { FundingsPage() }
    public func deadMan(_: Span, _: RequestStamp, _: VenueAccess) -> RequestPlan? { nil }
    /// An answer to a request that was never planned confirms nothing.
    public func decodeDeadMan(_: HTTPResponse) throws(VenueFault) { throw .quarantined(.unknownMessage) }
}
