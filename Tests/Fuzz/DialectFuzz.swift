import Ports
import TradingModel
import VenueKit

/// One input: the first byte chooses venue and decoder, the rest is what that venue is made to say. Nothing
/// may trap, and what is decoded must be what the node's inner rooms rely on.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start, count > 0 else { return 0 }
    let venue = Int(start[0] % 4)
    let bytes = UnsafeRawBufferPointer(start: start + 1, count: count - 1)
    switch (start[0] / 4) % 4 {
    case 0: Stand.withDialect(venue) { checkPublic(&$0, bytes) }
    case 1: Stand.withDialect(venue) { checkPrivate(&$0, bytes) }
    case 2: Stand.withDialect(venue) { checkSnapshot(&$0, bytes) }
    default: Stand.withDialect(venue) { checkAnswers($0, Array(bytes)) }
    }
    return 0
}

/// The four dialects, each with two instruments whose scales differ.
enum Stand {
    static let symbols: [[String]] = [
        ["BTCUSDT", "ETHUSDT"], ["BTCUSDT", "ETHUSDT"], ["BTC-USDT", "ETH-USDT"], ["BTC/USDT", "ETH/USDT"],
    ]
    static let id = ClientOrderID(epoch: 7, node: 1, strategy: 2, intent: 12_345, leg: 1, attempt: 0)

    nonisolated(unsafe) static var binance = BinanceDialect(profile: profile(.spanningIDs), symbols: table(0))
    nonisolated(unsafe) static var bybit = BybitDialect(profile: profile(.consecutive), symbols: table(1))
    nonisolated(unsafe) static var okx = OKXDialect(profile: profile(.previousLink), symbols: table(2))
    nonisolated(unsafe) static var kraken = KrakenDialect(profile: profile(.checksum), symbols: table(3))
    /// Reused over all inputs, as a connector does.
    nonisolated(unsafe) static var reused = PublicFrame()

    static func withDialect(_ venue: Int, _ body: (inout any VenueDialect) -> Void) {
        switch venue {
        case 0: run(&binance, body)
        case 1: run(&bybit, body)
        case 2: run(&okx, body)
        default: run(&kraken, body)
        }
    }

    private static func run<Dialect: VenueDialect>(
        _ dialect: inout Dialect, _ body: (inout any VenueDialect) -> Void
    ) {
        var boxed: any VenueDialect = dialect
        body(&boxed)
        if let changed = boxed as? Dialect { dialect = changed }
    }

    private static func table(_ venue: Int) -> SymbolTable {
        let scales = [(price: 2, quantity: 8), (price: 8, quantity: 10)]
        return SymbolTable(
            symbols[venue].enumerated().map { index, symbol in
                Listing(
                    venue: VenueID(venue),
                    instrument: Instrument(
                        id: InstrumentID(index), base: Asset(index == 0 ? "BTC" : "ETH"),
                        quote: Asset("USDT"),
                        priceScale: scales[index].price, quantityScale: scales[index].quantity),
                    symbol: symbol, tick: Price(raw: 1), lot: Quantity(raw: 1),
                    minimumQuantity: Quantity(raw: 1),
                    maximumQuantity: Quantity(raw: .max), minimumNotional: .zero, takerFee: .zero,
                    makerFee: .zero,
                    buyFeeInBase: false)
            })
    }

    private static func profile(_ proof: BookProof) -> VenueProfile {
        VenueProfile(
            name: "fuzzed", restOrigin: "https://rest.example", publicURL: "wss://public.example",
            privateURL: "wss://private.example", proof: proof, bookDepth: 100, receiveWindow: .seconds(5),
            retryClass: .queryFirst, ambiguousCodes: ["7"], duplicateCodes: ["8"],
            budget: RateBudgetRule(capacity: 10, window: .seconds(1), reserve: 1),
            keepAliveEvery: .seconds(10),
            silence: .seconds(30))
    }
}

// MARK: What must hold

func checkPublic(_ dialect: inout any VenueDialect, _ bytes: UnsafeRawBufferPointer) {
    var fresh = PublicFrame()
    dialect.decodePublic(bytes, into: &fresh)
    dialect.decodePublic(bytes, into: &Stand.reused)
    check(fresh, dialect)
    checkSame(fresh, Stand.reused)
}

func checkSnapshot(_ dialect: inout any VenueDialect, _ bytes: UnsafeRawBufferPointer) {
    var fresh = PublicFrame()
    dialect.decodeSnapshot(bytes, of: InstrumentID(0), into: &fresh)
    check(fresh, dialect)
    precondition(fresh.trades.isEmpty && fresh.bookCount <= 1, "a snapshot is one book")
}

/// A book names a listed instrument and its levels are possible; a frame that was set aside holds nothing.
func check(_ frame: PublicFrame, _ dialect: any VenueDialect) {
    switch frame.kind {
    case .book:
        precondition(frame.bookCount > 0 && frame.bookCount <= frame.books.count, "a book frame has books")
        for book in frame.books[..<frame.bookCount] {
            guard let listing = dialect.symbols.listing(book.instrument) else {
                preconditionFailure("a book of no listing")
            }
            for level in book.bids + book.asks {
                precondition(level.price.raw > 0 && level.quantity.raw >= 0, "an impossible level")
                // The inner rooms multiply and sum these without looking.
                precondition(listing.instrument.notional(level.price, level.quantity).raw >= 0)
            }
        }
    case .trades:
        precondition(!frame.trades.isEmpty && frame.bookCount == 0, "a trade frame has trades")
        for trade in frame.trades { precondition(trade.price.raw > 0 && trade.quantity.raw >= 0) }
    case .quarantined:
        precondition(frame.bookCount == 0 && frame.trades.isEmpty, "a frame set aside still holds something")
    default:
        precondition(frame.bookCount == 0 && frame.trades.isEmpty, "a message of another kind holds books")
    }
}

func checkSame(_ fresh: PublicFrame, _ reused: PublicFrame) {
    precondition(fresh.kind == reused.kind && fresh.bookCount == reused.bookCount, "a reused frame differs")
    precondition(fresh.trades == reused.trades && fresh.unknownSymbol == reused.unknownSymbol)
    precondition(fresh.quarantinedInstrument == reused.quarantinedInstrument)
    for index in 0..<fresh.bookCount {
        let (a, b) = (fresh.books[index], reused.books[index])
        precondition(a.instrument == b.instrument && a.kind == b.kind && a.bids == b.bids && a.asks == b.asks)
        precondition(a.firstSequence == b.firstSequence && a.lastSequence == b.lastSequence)
        precondition(a.previousSequence == b.previousSequence && a.checksum == b.checksum)
        precondition(a.venueTime == b.venueTime, "a reused book differs")
    }
}

func checkPrivate(_ dialect: inout any VenueDialect, _ bytes: UnsafeRawBufferPointer) {
    let frame = dialect.decodePrivate(bytes, token: "token")
    check(frame.orders, frame.fills, frame.balances, dialect)
}

func check(
    _ orders: [OrderReport], _ fills: [FillReport], _ balances: [BalanceReport], _ dialect: any VenueDialect
) {
    for order in orders {
        precondition(dialect.symbols.listing(order.instrument) != nil && order.filled.raw >= 0)
        precondition(order.quantity.raw >= 0, "an order of less than nothing")
    }
    for fill in fills {
        guard let listing = dialect.symbols.listing(fill.instrument) else {
            preconditionFailure("a fill of no listing")
        }
        precondition(
            fill.price.raw > 0 && fill.quantity.raw > 0 && !fill.tradeID.isEmpty, "an impossible fill")
        precondition((listing.instrument.notional(fill.price, fill.quantity) + fill.fee.magnitude).raw >= 0)
    }
    var sum = Amount.zero
    for balance in balances.prefix(8) { sum += balance.total.magnitude + balance.available.magnitude }
    precondition(sum.raw >= 0)
}

func checkAnswers(_ dialect: any VenueDialect, _ body: [UInt8]) {
    let reference = OrderReference(id: Stand.id, instrument: InstrumentID(0), side: .buy, venueOrderID: "O1")
    for status in [200, 400, 429, 503] {
        let response = HTTPResponse(
            status: status, headers: [HTTPHeader("retry-after", "1")], body: body, sentAt: .distantPast,
            receivedAt: .distantPast)
        let place = dialect.decodePlace(.response(response))
        if status != 200, case .accepted = place { preconditionFailure("accepted by an error status") }
        _ = dialect.decodeCancel(.response(response))
        let amend = dialect.decodeAmend(.response(response))
        if status != 200, amend == .amended { preconditionFailure("amended by an error status") }
        let query = dialect.decodeQuery(.response(response), of: reference)
        if status == 503, query == .absent { preconditionFailure("absent by a server error") }
        if case .found(let order) = query { check([order], [], [], dialect) }
        read { () throws(VenueFault) in
            check(try dialect.decodeOpenOrders(response, of: InstrumentID(0)), [], [], dialect)
        }
        read { () throws(VenueFault) in
            check([], try dialect.decodeFills(response, of: InstrumentID(0), page: nil).fills, [], dialect)
        }
        read { () throws(VenueFault) in check([], [], try dialect.decodeBalances(response), dialect) }
        read { () throws(VenueFault) in _ = try dialect.decodeTime(response) }
        read { () throws(VenueFault) in _ = try dialect.decodeFilters(response) }
        read { () throws(VenueFault) in _ = try dialect.decodePrivateToken(response) }
        read { () throws(VenueFault) in try dialect.decodeDeadMan(response) }
    }
}

/// A refusal is a good answer; only a trap is a finding.
func read(_ body: () throws(VenueFault) -> Void) {
    do throws(VenueFault) { try body() } catch { refusals &+= 1 }
}

nonisolated(unsafe) var refusals = 0
