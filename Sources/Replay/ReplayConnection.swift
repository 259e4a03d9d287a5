import Books
import Recordings
import TradingModel
import VenueKit

/// One connection of a recording: a dialect that learns its symbols as they come, and their books.
final class ReplayConnection {
    /// More symbols than this on one connection are not a recording of trading.
    static let maximumSymbols = 4_096

    let venue: ReplayVenue
    let number: Int
    private(set) var books: [ReplayBook] = []
    private(set) var quarantined: [String: Int64] = [:]
    /// Whether the URL says that prices are of spot instruments.
    private(set) var isSpot = true
    private var url = ""
    private var dialect: any VenueDialect
    private var listings: [Listing] = []
    private var frame = PublicFrame()
    private var isOpen = false
    private var epoch: UInt64 = 0
    private var depth: Int?
    private let recording: Int

    init(_ venue: ReplayVenue, recording: Int, number: Int) {
        self.venue = venue
        self.recording = recording
        self.number = number
        dialect = venue.makeDialect([])
    }

    func opened(_ url: String, at time: Moment) {
        self.url = url
        // Bybit's and OKX's derivatives share symbols or sockets with spot; a basis is not an arbitrage.
        isSpot = !["/linear", "/inverse", "/option"].contains { url.hasSuffix($0) }
        open(at: time)
    }

    private func open(at time: Moment) {
        isOpen = true
        epoch += 1
        for index in books.indices { books[index].book.connectionOpened(epoch: epoch, at: time) }
    }

    func closed() {
        isOpen = false
        for index in books.indices { books[index].book.connectionLost() }
    }

    /// A frame the recorder sent. Only the subscribed depth of a checksummed book is of interest.
    func sent(_ payload: UnsafeRawBufferPointer) { learnDepth(payload) }

    /// A frame the venue sent. `onBook` sees each book after each of its messages.
    func received(
        _ payload: UnsafeRawBufferPointer, at time: Moment, _ context: inout ReplayContext,
        onBook: (borrowing ReplayBook, inout ReplayContext) throws(ReplayFault) -> Void
    ) throws(ReplayFault) {
        if !isOpen { open(at: time) }
        dialect.decodePublic(payload, into: &frame)
        while frame.kind == .quarantined(.unknownSymbol), learnSymbol(frame.unknownSymbol, at: time, &context)
        {
            dialect.decodePublic(payload, into: &frame)
        }
        if frame.kind == .alive { learnDepth(payload) }
        try settle(at: time, &context, onBook: onBook)
    }

    /// The body of a REST answer, when it is the snapshot of `symbol`.
    func snapshot(
        _ body: UnsafeRawBufferPointer, of symbol: String, at time: Moment, _ context: inout ReplayContext,
        onBook: (borrowing ReplayBook, inout ReplayContext) throws(ReplayFault) -> Void
    ) throws(ReplayFault) {
        if !isOpen { open(at: time) }
        guard let index = index(of: symbol, at: time, &context) else { return }
        dialect.decodeSnapshot(body, of: InstrumentID(index), into: &frame)
        if case .quarantined(let reason) = frame.kind {
            // No message of the stream was lost with it: a proved book stays proved.
            note(reason, &context)
            return
        }
        try settle(at: time, &context, onBook: onBook)
    }

    /// Whether `target` asks for a snapshot in this venue's language, and of which symbol.
    func snapshotSymbol(_ target: String) -> String? {
        let probe = venue.makeDialect([ReplayConnection.listing(0, "PROBE", Scales())])
        guard let plan = probe.snapshotRequest(InstrumentID(0)) else { return nil }
        let (wanted, asked) = (ReplayConnection.split(plan.target), ReplayConnection.split(target))
        guard wanted.path == asked.path, let key = wanted.query.first(where: { $0.value == "PROBE" })?.key
        else {
            return nil
        }
        return asked.query.first { $0.key == key }?.value
    }

    func hasBook(of symbol: String) -> Bool { books.contains { $0.symbol == symbol } }

    /// Whether the URL this connection was opened with names the symbol's streams (`…=btcusdt@depth/…`).
    func subscribes(to symbol: String) -> Bool {
        let (url, name) = (url.lowercased(), symbol.lowercased())
        return url.contains("/" + name + "@") || url.contains("=" + name + "@")
    }
}

extension ReplayConnection {
    private func settle(
        at time: Moment, _ context: inout ReplayContext,
        onBook: (borrowing ReplayBook, inout ReplayContext) throws(ReplayFault) -> Void
    ) throws(ReplayFault) {
        switch frame.kind {
        case .book:
            for position in 0..<frame.bookCount {
                let index = frame.books[position].instrument.index
                fitDepth(index, to: frame.books[position], at: time)
                if books[index].apply(frame.books[position], at: time) == .lostProof(.crossed) {
                    quarantined[QuarantineReason.crossedBook.rawValue, default: 0] += 1
                }
                try onBook(books[index], &context)
            }
        case .trades:
            for trade in frame.trades { books[trade.instrument.index].trades += 1 }
        case .quarantined(let reason):
            note(reason, &context)
            for index in books.indices {
                if let named = frame.quarantinedInstrument, named.index != index { continue }
                _ = books[index].book.quarantined(reason.rawValue)
            }
        case .alive, .refused, .reconnectRequested, .irrelevant, .terms, .quarantinedTerms: break
        }
    }

    private func note(_ reason: QuarantineReason, _ context: inout ReplayContext) {
        quarantined[reason.rawValue, default: 0] += 1
        if let fault = frame.numberFault, let instrument = frame.quarantinedInstrument {
            context.scales.note(fault, of: key(books[instrument.index].symbol))
        }
    }

    private func key(_ symbol: String) -> ScaleKey {
        ScaleKey(recording: recording, connection: number, symbol: symbol)
    }

    private func index(of symbol: String, at time: Moment, _ context: inout ReplayContext) -> Int? {
        if let index = books.firstIndex(where: { $0.symbol == symbol }) { return index }
        return learnSymbol(symbol, at: time, &context) ? books.count - 1 : nil
    }

    /// Adds a symbol the recording uses; `false` when that cannot help.
    private func learnSymbol(_ symbol: String, at time: Moment, _ context: inout ReplayContext) -> Bool {
        guard !symbol.isEmpty, listings.count < ReplayConnection.maximumSymbols, !hasBook(of: symbol) else {
            return false
        }
        let scales = context.scales.scales(key(symbol))
        let listing = ReplayConnection.listing(listings.count, symbol, scales)
        listings.append(listing)
        dialect = venue.makeDialect(listings)
        var book = ReplayBook(
            venue: venue.name, connection: number, instrument: listing.instrument, symbol: symbol,
            rivalry: isSpot ? context.rivalries.enter(venue.name, symbol, listing.instrument.priceScale) : -1,
            rule: rule(listing.instrument, depth: depth ?? venue.depth))
        book.book.connectionOpened(epoch: epoch, at: time)
        books.append(book)
        return true
    }

    private func rule(_ instrument: Instrument, depth: Int) -> BookRule {
        BookRule(
            proof: venue.proof, priceScale: instrument.priceScale, quantityScale: instrument.quantityScale,
            depth: depth)
    }

    private static func listing(_ index: Int, _ symbol: String, _ scales: Scales) -> Listing {
        let instrument = Instrument(
            id: InstrumentID(index), base: Asset(symbol), quote: Asset(""), priceScale: scales.price,
            quantityScale: scales.quantity)
        return Listing(
            venue: VenueID(0), instrument: instrument, symbol: symbol, tick: Price(raw: 1),
            lot: Quantity(raw: 1),
            minimumQuantity: .zero, maximumQuantity: Quantity(raw: .max), minimumNotional: .zero,
            takerFee: .zero,
            makerFee: .zero, buyFeeInBase: false)
    }

    private static func split(_ target: String) -> (path: Substring, query: [(key: Substring, value: String)])
    {
        let parts = target.split(separator: "?", maxSplits: 1)
        let query = (parts.count > 1 ? parts[1] : "").split(separator: "&").compactMap { item in
            let pair = item.split(separator: "=", maxSplits: 1)
            return pair.count == 2 ? (key: pair[0], value: String(pair[1])) : nil
        }
        return (parts.first ?? "", query)
    }
}

// Kraken's checksum needs the subscribed depth, which a recording tells in the subscription or its
// confirmation.
extension ReplayConnection {
    private static let krakenDepths = [10, 25, 100, 500, 1_000]

    private func learnDepth(_ payload: UnsafeRawBufferPointer) {
        guard venue.proof == .checksum else { return }
        guard let tree = try? JSONTree(payload) else { return }  // not JSON: the dialect has said so already
        for part in [tree["params"], tree["result"]] {
            guard let part, part["channel"]?.text == "book", let text = part["depth"]?.text else { continue }
            if let depth = Int(text), depth > 0 { self.depth = depth }
        }
    }

    /// A first snapshot with more levels than the depth assumed shows that a deeper book was subscribed.
    private func fitDepth(_ index: Int, to update: BookUpdate, at time: Moment) {
        guard venue.proof == .checksum, update.kind == .snapshot else { return }
        let levels = max(update.bids.count, update.asks.count)
        let wanted = max(depth ?? 0, ReplayConnection.krakenDepths.first { $0 >= levels } ?? levels)
        guard books[index].book.rule.depth != wanted, books[index].book.counters.snapshots == 0 else {
            return
        }
        books[index].book = VenueBook(rule(books[index].instrument, depth: wanted))
        books[index].book.connectionOpened(epoch: epoch, at: time)
    }
}
