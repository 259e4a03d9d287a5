import Books
import TradingModel

/// One book of a recording, (venue, connection, symbol), and what was counted about it.
struct ReplayBook {
    let venue: String
    let connection: Int
    let instrument: Instrument
    /// As the venue's frames spell it.
    let symbol: String
    /// The book's place among its namesakes at other venues; −1 when it is compared with nobody.
    var rivalry: Int
    var book: VenueBook
    var trades: Int64 = 0
    var firstTime: Moment?
    var lastTime: Moment?
    var crossed = Span.zero
    private var crossedSince: Moment?

    init(venue: String, connection: Int, instrument: Instrument, symbol: String, rivalry: Int, rule: BookRule)
    {
        self.venue = venue
        self.connection = connection
        self.instrument = instrument
        self.symbol = symbol
        self.rivalry = rivalry
        book = VenueBook(rule, capacity: 256)  // a recording may bring thousands of symbols
    }

    mutating func apply(_ update: BookUpdate, at time: Moment) -> BookOutcome {
        if firstTime == nil { firstTime = time }
        lastTime = time
        if let since = crossedSince { crossed = crossed + (time - since) }
        let outcome = book.apply(update, at: time)
        crossedSince = outcome == .lostProof(.crossed) ? time : nil
        return outcome
    }
}
