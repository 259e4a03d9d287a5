import Books
import Control
import Engine
import Risk
import Routing
import Strategies
import TradingModel

extension BooksAnswer {
    /// Levels a side.
    static let depth = 5

    static func gather(_ engine: TradingEngine, _ symbol: String, at now: Moment) throws(ControlFault)
        -> BooksAnswer
    {
        let book = try book(symbol, engine)
        let fresh = book.tradable(at: now, maximumAge: engine.policy.limits.bookAge)
        var answer = BooksAnswer()
        answer.symbol = book.instrument.symbol
        answer.atNs = now.nanoseconds
        answer.oldestNs = engine.policy.limits.bookAge.nanoseconds
        let names = engine.policy.venues.map(\.name)
        answer.venues = book.tops.indices.map { slot in
            Book(book, slot, name: names[book.tops[slot].venue.index], isTradable: fresh.contains(slot), now)
        }
        answer.bestBid = book.bestBid.map {
            Touch(venue: names[$0.venue.index], level: BookLevel($0.bid, book.instrument))
        }
        answer.bestAsk = book.bestAsk.map {
            Touch(venue: names[$0.venue.index], level: BookLevel($0.ask, book.instrument))
        }
        answer.edge = Edge(book, among: fresh, names, minimum: engine.minimumEdge(of: book.instrument.id))
        answer.leads = engine.leadLines.filter { $0.symbol == answer.symbol }.map { Lead($0) }
        return answer
    }

    /// The book that a symbol names, in any case.
    static func book(_ symbol: String, _ engine: TradingEngine) throws(ControlFault) -> ConsolidatedBook {
        let wanted = symbol.uppercased()
        if let book = engine.books.first(where: { $0.instrument.symbol == wanted }) { return book }
        let known = engine.policy.instruments.map(\.symbol).joined(separator: ", ")
        throw ControlFault(
            .unknownSymbol, "this node does not trade that symbol", remedy: "it trades \(known)")
    }
}

extension BooksAnswer.Book {
    init(_ book: ConsolidatedBook, _ slot: Int, name: String, isTradable: Bool, _ now: Moment) {
        self.init()
        let own = book.books[slot]
        venue = name
        isProven = own.isSynced
        self.isTradable = isTradable
        loss = own.isSynced ? nil : own.loss?.name ?? "waiting for its first snapshot"
        ageNs = own.provedAt == .distantPast ? nil : own.age(at: now).nanoseconds
        takerFeeBps = book.takerFees[slot].basisPoints
        bids = levels(own.bids, book.instrument)
        asks = levels(own.asks, book.instrument)
    }

    private func levels(_ ladder: Ladder, _ instrument: Instrument) -> [BookLevel] {
        (0..<min(BooksAnswer.depth, ladder.count)).map { BookLevel(ladder[$0], instrument) }
    }
}

extension BooksAnswer.Edge {
    /// The pair of two venues that is worth most after fees, be it a loss.
    init?(_ book: ConsolidatedBook, among slots: SlotSet, _ names: [String], minimum: Rate?) {
        var best: (net: Rate, buy: Int, sell: Int)?
        for buy in book.tops.indices where slots.contains(buy) && book.tops[buy].hasAsk {
            let ask = book.netPrice(.buy, buy, book.tops[buy].ask.price)
            for sell in book.tops.indices
            where sell != buy && slots.contains(sell) && book.tops[sell].hasBid && ask > 0 {
                let net = EdgeScanner.rate(book.netPrice(.sell, sell, book.tops[sell].bid.price), over: ask)
                if best.map({ net > $0.net }) ?? true { best = (net, buy, sell) }
            }
        }
        guard let best else { return nil }
        self.init()
        let (ask, bid) = (book.tops[best.buy].ask, book.tops[best.sell].bid)
        buyVenue = names[book.tops[best.buy].venue.index]
        sellVenue = names[book.tops[best.sell].venue.index]
        self.ask = BookLevel(ask, book.instrument)
        self.bid = BookLevel(bid, book.instrument)
        grossBps = EdgeScanner.rate(Int128(bid.price.raw), over: Int128(ask.price.raw)).basisPoints
        netBps = best.net.basisPoints
        minimumBps = minimum?.basisPoints
    }
}

extension BooksAnswer.Lead {
    init(_ line: LeadLine) {
        self.init()
        leader = line.leader
        follower = line.follower
        lagNs = line.lag.nanoseconds
        certainty = line.certainty
    }
}

extension BookLevel {
    init(_ level: Level, _ instrument: Instrument) {
        self.init(price: instrument.text(level.price), quantity: instrument.text(level.quantity))
    }
}

extension TradingEngine {
    /// The least edge any strategy asks of a pair of takers.
    fileprivate func minimumEdge(of instrument: InstrumentID) -> Rate? {
        policy.takerTaker.filter { $0.instrument == instrument }.map(\.minimumEdge).min()
    }
}
