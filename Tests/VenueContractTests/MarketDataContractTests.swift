import Books
import Ports
import SimulatedWorld
import Testing
import TradingModel
import VenueKit

/// The same cases for every venue: the dialect against the venue's double, which was written from the
/// documentation.
@Suite struct MarketDataContractTests {
    /// Opens the public sockets, lets `span` pass, and applies what arrives to books that prove it.
    struct Reader {
        let meeting: VenueMeeting
        var books: [VenueBook]
        var trades = 0
        var terms = [0, 1].map { ContractTerms(instrument: InstrumentID($0)) }
        var outcomes: [BookOutcome] = []

        init(_ venue: String) throws {
            meeting = try VenueMeeting(venue)
            let rule = BookRule(
                proof: meeting.dialect.proof, priceScale: 8, quantityScale: 8,
                depth: meeting.dialect.profile.bookDepth)
            books = [VenueBook(rule), VenueBook(rule)]
            for (index, plan) in meeting.dialect.publicStreams().enumerated() {
                let connection = index == 0 ? 1 : 10 + index
                meeting.open(connection, plan.url)
                for greeting in plan.greetings { meeting.say(greeting, on: connection) }
            }
            for index in books.indices { books[index].connectionOpened(epoch: 1, at: meeting.now) }
        }

        mutating func read(_ span: Span) {
            meeting.wait(span)
            var frame = PublicFrame()
            for bytes in meeting.take(1) {
                bytes.withUnsafeBytes { meeting.dialect.decodePublic($0, into: &frame) }
                switch frame.kind {
                case .book: apply(frame)
                case .trades: trades += frame.trades.count
                case .terms: for news in frame.terms { terms[news.instrument.index].update(news) }
                case .alive: break
                default:
                    Issue.record("\(meeting.venue), \(frame.kind): \(String(decoding: bytes, as: UTF8.self))")
                }
            }
            for index in books.indices where books[index].wantsSnapshot(at: meeting.now) { seed(index) }
        }

        private mutating func apply(_ frame: PublicFrame) {
            for update in frame.books[..<frame.bookCount] {
                outcomes.append(books[update.instrument.index].apply(update, at: meeting.now))
            }
        }

        private mutating func seed(_ index: Int) {
            guard let request = meeting.dialect.snapshotRequest(InstrumentID(index)) else { return }
            books[index].snapshotRequested(at: meeting.now)
            var frame = PublicFrame()
            meeting.ask(request).body.withUnsafeBytes {
                meeting.dialect.decodeSnapshot($0, of: InstrumentID(index), into: &frame)
            }
            #expect(frame.kind == .book)
            apply(frame)
        }

        var lost: Int {
            outcomes.reduce(0) { count, outcome in if case .lostProof = outcome { count + 1 } else { count } }
        }
    }

    @Test(arguments: DoubleCatalog.venues) func `books sync and keep their proof, trades are printed`(
        _ venue: String
    ) throws {
        var reader = try Reader(venue)
        for _ in 0..<40 { reader.read(.milliseconds(250)) }
        #expect(reader.meeting.closings.isEmpty)
        #expect(reader.books.allSatisfy { $0.isSynced && !$0.bids.isEmpty && !$0.asks.isEmpty })
        #expect(reader.lost == 0)
        #expect(reader.outcomes.count { $0 == .applied } > 50)
        #expect(reader.trades > 0)
        let checked = reader.books.reduce(0) {
            $0 + $1.counters.sequencesChecked + $1.counters.checksumsChecked
        }
        #expect(checked > 50)
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `a perpetual's mark price, funding rate and next payment are told`(_ venue: String) throws {
        var reader = try Reader(venue)
        for _ in 0..<8 { reader.read(.milliseconds(250)) }
        for (book, terms) in zip(reader.books, reader.terms) {
            let mark = try #require(terms.markPrice)
            #expect(abs(mark.raw - book.bids.best.price.raw) < book.bids.best.price.raw / 100)
            let rate = try #require(terms.fundingRate)
            #expect(abs(rate.raw) <= Rate(hundredthsOfBasisPoint: 7_500).raw)
            let next = try #require(terms.nextFunding)
            #expect(next > reader.meeting.now && next <= reader.meeting.now + .seconds(8 * 3_600))
        }
    }

    @Test(arguments: DoubleCatalog.venues)
    func `a book asked anew comes back with its proof`(_ venue: String)
        throws
    {
        var reader = try Reader(venue)
        for _ in 0..<4 { reader.read(.milliseconds(250)) }
        _ = reader.books[0].quarantined("test")
        #expect(!reader.books[0].isSynced && reader.books[1].isSynced)
        for frame in reader.meeting.dialect.resubscribe(InstrumentID(0)) { reader.meeting.say(frame, on: 1) }
        for _ in 0..<8 { reader.read(.milliseconds(250)) }
        #expect(reader.books.allSatisfy { $0.isSynced })
        #expect(reader.books[0].counters.resyncs == 1)
    }

    @Test(arguments: DoubleCatalog.venues) func `a keep-alive is understood`(_ venue: String) throws {
        var reader = try Reader(venue)
        reader.read(.seconds(1))
        if let frame = reader.meeting.dialect.keepAlive.frame { reader.meeting.say(frame, on: 1) }
        reader.read(.milliseconds(100))
        #expect(reader.meeting.closings.isEmpty)
    }

    @Test(arguments: DoubleCatalog.venues) func `time and filters are told`(_ venue: String) throws {
        let meeting = try VenueMeeting(venue)
        let time = try meeting.dialect.decodeTime(meeting.ask(meeting.dialect.timeRequest()))
        // Kraken tells whole seconds.
        #expect((time - meeting.now).nanoseconds.magnitude <= 500_000_000)
        let filters = try meeting.dialect.decodeFilters(meeting.ask(meeting.dialect.filtersRequest()))
        #expect(filters.map(\.symbol) == meeting.dialect.symbols.listings.map(\.symbol))
        #expect(filters.allSatisfy { $0.trading })
        for filter in filters {
            for text in [filter.tick, filter.lot, filter.minimumQuantity] {
                let value = try DecimalText.parse(text, scale: 8)
                #expect(value > 0)
            }
            let least = try Amount(text: filter.minimumNotional)
            #expect(least >= .zero)
        }
    }
}
