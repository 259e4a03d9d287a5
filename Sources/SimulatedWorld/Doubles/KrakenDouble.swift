import TradingModel

/// Kraken spot: REST under `/0`, WebSocket v2 on `/v2`. Public and private channels share the path here; a
/// private one needs a token from `GetWebSocketsToken`, as at `ws-auth.kraken.com`. Fees are always taken
/// from the quote asset. Rules: docs.kraken.com; `field/venue-facts.md` §4c–4f.
public final class KrakenDouble: ExchangeDouble {
    let exchange: VirtualExchange
    var sockets: [KrakenSocket] = []
    var outgoing = OutgoingFrames()
    var feeds: [KrakenFeed] = []
    /// The last nonce each account used: the next must be greater.
    var nonces: [UInt64?]
    var counters: [DecayingCounter]
    /// The matching engine's counter per account and pair.
    var engineCounters: [[DecayingCounter]]
    var tokens: [(text: String, account: Int, issuedAt: Moment)] = []
    /// `userref` of orders that were given one.
    var userReferences: [Int64: Int64] = [:]
    var deadMan: [Moment?]
    var amends: Int64 = 0
    var nextHeartbeat: Moment

    /// Book changes are published at this pace; the venue itself sends each as it happens.
    static let cadence = Span.milliseconds(50)
    static let heartbeat = Span.seconds(1)
    /// A token that no connection uses is dead after this long.
    static let tokenLife = Span.seconds(15 * 60)

    init(exchange: VirtualExchange) {
        self.exchange = exchange
        nonces = exchange.accounts.map { _ in nil }
        // Pro tier, in thousandths: REST 20 decaying by 1 a second, engine 180 decaying by 3.75.
        let rest = DecayingCounter(ceiling: 20_000, decayPerSecond: 1000)
        let engine = DecayingCounter(ceiling: 180_000, decayPerSecond: 3750)
        counters = exchange.accounts.map { _ in rest }
        engineCounters = exchange.accounts.map { _ in exchange.symbols.map { _ in engine } }
        deadMan = exchange.accounts.map { _ in nil }
        nextHeartbeat = exchange.clock + KrakenDouble.heartbeat
    }

    func spell(orderID: Int64) -> String { KrakenSpelling.id("O", orderID) }

    public func respond(to request: DoubleRequest, at now: Moment) -> DoubleResponse {
        advance(to: now)
        if exchange.mischief.isDown { return maintenance(request, at: now) }
        let response = answer(request, at: now)
        tell(at: now)
        return response
    }

    public func opened(_ connection: Int, path: String, at now: Moment) {
        guard RequestTarget(path).path == "/v2" else {
            outgoing.send(.close(code: 1008, reason: "WebSocket v2 only"), to: connection, due: now)
            return
        }
        let isDown = exchange.mischief.isDown
        if !isDown { sockets.append(KrakenSocket(id: connection)) }
        outgoing.send(status(connection, isDown ? "maintenance" : "online"), to: connection, due: now)
        if isDown { outgoing.send(.close(code: 1001, reason: "maintenance"), to: connection, due: now) }
    }

    func status(_ connection: Int, _ system: String) -> [UInt8] {
        JSONWriter.object { json in
            json.field("channel", "status")
            json.field("type", "update")
            json.array("data") { json in
                json.object { json in
                    json.field("version", "2.0.10")
                    json.field("system", system)
                    json.field("api_version", "v2")
                    json.field("connection_id", Int64(SeededHash.mix(UInt64(connection)) >> 12))
                }
            }
        }
    }

    public func received(_ text: [UInt8], on connection: Int, at now: Moment) {
        advance(to: now)
        guard let index = sockets.firstIndex(where: { $0.id == connection }) else { return }
        hear(text, index, at: now)
        tell(at: now)
    }

    public func closed(_ connection: Int, at now: Moment) {
        sockets.removeAll { $0.id == connection }
        outgoing.drop(connection)
        feeds.removeAll { feed in !sockets.contains { $0.reads(feed.symbol, feed.depth) } }
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
        while nextHeartbeat <= now {
            for socket in sockets where !socket.subscriptions.isEmpty {
                outgoing.send(Array(#"{"channel":"heartbeat"}"#.utf8), to: socket.id, due: nextHeartbeat)
            }
            // A long pause is answered by one heartbeat, not by one for each second of it.
            nextHeartbeat = max(nextHeartbeat, now - KrakenDouble.heartbeat) + KrakenDouble.heartbeat
        }
    }

    private func run(to now: Moment) {
        exchange.run(to: now, cadence: KrakenDouble.cadence, busy: nextActivity) { moment in
            publishBooks(at: moment)
            tell(at: moment)
        }
        tell(at: now)
    }

    public func takeOutgoing() -> [DoubleFrame] { outgoing.take(until: exchange.clock) }

    func send(_ text: [UInt8], _ index: Int, at now: Moment) {
        outgoing.send(text, to: sockets[index].id, due: now)
    }

    /// With the pair's full decimals: `65000.0`.
    func price(_ raw: Int64, _ symbol: Int) -> String {
        let decimals = exchange.symbols[symbol].priceDecimals
        return DecimalText.format(raw, scale: SymbolRules.scale, decimals: decimals)
    }

    /// With eight decimals: `0.10000000`.
    func quantity(_ raw: Int64) -> String { DecimalText.format(raw, scale: SymbolRules.scale, decimals: 8) }
}

/// One WebSocket.
struct KrakenSocket {
    struct Subscription {
        enum Channel: Equatable {
            case book(depth: Int)
            case trade, ticker, instrument, executions, balances
        }
        let channel: Channel
        /// `nil` for channels without symbols.
        let symbol: Int?
        /// Of private channels.
        var account: Int?
        /// Executions: whether every status is told.
        var allStatuses = true
        /// Private channels number their messages from 1.
        var sequence: Int64 = 0
        /// Ticker: what was sent last, and of which update and trade it tells.
        var lastSent: [UInt8] = []
        var lastMark: (updateID: Int64, lastTrade: Int64) = (-1, -1)
    }

    let id: Int
    var subscriptions: [Subscription] = []

    func reads(_ symbol: Int, _ depth: Int) -> Bool {
        subscriptions.contains { $0.channel == .book(depth: depth) && $0.symbol == symbol }
    }
}

/// The published view of one book at one depth.
struct KrakenFeed {
    let symbol: Int
    let depth: Int
    var book: BookFeed

    init(symbol: Int, depth: Int, engine: MatchingEngine) {
        self.symbol = symbol
        self.depth = depth
        book = BookFeed(depth: depth, tellsDropouts: false)
        book.seed(from: engine)
    }
}
