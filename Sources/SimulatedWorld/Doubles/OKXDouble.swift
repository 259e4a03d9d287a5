import TradingModel

/// OKX, API v5: REST under `/api/v5`, WebSockets on `/ws/v5/{public,private,business}`. Rules: OKX API v5
/// documentation; `field/venue-facts.md` §4c–4f.
public final class OKXDouble: ExchangeDouble {
    let exchange: VirtualExchange
    let segment: OKXSegment
    var sockets: [OKXSocket] = []
    var outgoing = OutgoingFrames()
    /// One published view per symbol: every `books` subscriber reads the same chain of `seqId`s.
    var feeds: [OKXFeed]
    var windows: [String: RateWindow] = [:]
    /// `cancel-all-after`: when each account's orders are canceled unless the timer is set anew.
    var deadMan: [Moment?]
    /// Orders that the dead-man timer ended, told apart by `cancelSource` 20.
    var canceledByTimer: Set<Int64> = []

    /// `books` publishes every 100 ms.
    static let cadence = Span.milliseconds(100)
    /// Connections that carry nothing for this long are closed (code 4004).
    static let silence = Span.seconds(30)
    /// A book without changes is confirmed after this long: `seqId` = `prevSeqId`.
    static let bookKeepAlive = Span.seconds(60)

    init(exchange: VirtualExchange, segment: OKXSegment) {
        self.exchange = exchange
        self.segment = segment
        feeds = exchange.symbols.map { _ in OKXFeed(start: exchange.clock) }
        deadMan = exchange.accounts.map { _ in nil }
    }

    public func respond(to request: DoubleRequest, at now: Moment) -> DoubleResponse {
        advance(to: now)
        if exchange.mischief.isDown { return OKXDouble.response(OKXDouble.maintenance) }
        let response = answer(request, at: now)
        tell(at: now)
        return response
    }

    public func opened(_ connection: Int, path: String, at now: Moment) {
        guard !exchange.mischief.isDown else {
            return outgoing.send(.close(code: 1001, reason: "maintenance"), to: connection, due: now)
        }
        let target = RequestTarget(path)
        guard let kind = OKXSocket.Kind(path: target.path) else {
            outgoing.send(.close(code: 4001, reason: "unknown path"), to: connection, due: now)
            return
        }
        sockets.append(OKXSocket(id: connection, kind: kind, lastActivity: now))
    }

    public func received(_ text: [UInt8], on connection: Int, at now: Moment) {
        advance(to: now)
        guard let index = sockets.firstIndex(where: { $0.id == connection }) else { return }
        sockets[index].lastActivity = now
        hear(text, index, at: now)
        tell(at: now)
    }

    public func closed(_ connection: Int, at now: Moment) {
        sockets.removeAll { $0.id == connection }
        outgoing.drop(connection)
    }

    public func advance(to now: Moment) {
        if exchange.mischief.owesClose { closeForMaintenance(at: exchange.clock) }
        // What would have traded after the timer's end must find the orders gone.
        for due in deadMan.compactMap({ $0 }).filter({ $0 <= now }).sorted() {
            run(to: due)
            fireDeadMan(at: due)
            tell(at: due)
        }
        run(to: now)
        guard sockets.contains(where: { now - $0.lastActivity >= OKXDouble.silence }) else { return }
        for socket in sockets where now - socket.lastActivity >= OKXDouble.silence {
            outgoing.send(.close(code: 4004, reason: "No data received in 30s"), to: socket.id, due: now)
        }
        sockets.removeAll { now - $0.lastActivity >= OKXDouble.silence }
    }

    private func run(to now: Moment) {
        exchange.run(to: now, cadence: OKXDouble.cadence, busy: nextActivity) { moment in
            publishBooks(at: moment)
            tell(at: moment)
        }
        tell(at: now)
    }

    public func takeOutgoing() -> [DoubleFrame] { outgoing.take(until: exchange.clock) }

    func send(_ text: [UInt8], _ index: Int, at now: Moment) {
        sockets[index].lastActivity = max(sockets[index].lastActivity, now)
        outgoing.send(text, to: sockets[index].id, due: now)
    }

    /// OKX spells decimals without trailing zeros.
    static func text(_ raw: Int64) -> String { DecimalText.format(raw, scale: SymbolRules.scale) }
}

/// One WebSocket.
struct OKXSocket {
    enum Kind {
        case open, account, business

        init?(path: String) {
            switch path {
            case "/ws/v5/public": self = .open
            case "/ws/v5/private": self = .account
            case "/ws/v5/business": self = .business
            default: return nil
            }
        }
    }

    struct Subscription {
        let channel: String
        /// `nil`: every symbol.
        let symbol: Int?
        /// Echoed in every push, as the client spelled it.
        let argument: JSONDocument
        /// What a conflated channel (`books5`, `bbo-tbt`, `tickers`) sent last.
        var lastSent: Mark?

        struct Mark: Equatable {
            let updateID: Int64
            let lastTrade: Int64
            /// Of a mark or a funding rate, as it was told.
            var value: Int64 = 0
        }
    }

    let id: Int
    let kind: Kind
    /// After login.
    var account: Int?
    var subscriptions: [Subscription] = []
    var lastActivity: Moment

    init(id: Int, kind: Kind, lastActivity: Moment) {
        self.id = id
        self.kind = kind
        self.lastActivity = lastActivity
    }

    func hears(_ channel: String, _ symbol: Int) -> Bool {
        subscriptions.contains { $0.channel == channel && ($0.symbol == nil || $0.symbol == symbol) }
    }
}

/// The published view of one book.
struct OKXFeed {
    var book = BookFeed(depth: 400)
    var lastSent: Moment

    init(start: Moment) { lastSent = start }
}
