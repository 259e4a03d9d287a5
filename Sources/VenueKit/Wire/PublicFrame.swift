import TradingModel

/// One decoded public frame. A connector owns one and reuses it: decoding a book frame allocates nothing once
/// its arrays have grown.
public struct PublicFrame: Sendable {
    public enum Kind: Hashable, Sendable {
        /// `books[0..<bookCount]` hold book messages, in order.
        case book
        /// `trades` holds prints.
        case trades
        /// `terms` holds what a venue says about its perpetuals.
        case terms
        /// A subscription was confirmed, a pong, a heartbeat, a status line: proof of life, nothing more.
        case alive
        /// The venue refused a subscription or reports an error; text for the incident.
        case refused(String)
        /// The venue asks to reconnect now (`serverShutdown`, maintenance).
        case reconnectRequested(String)
        /// A message of a kind the node did not ask for but knows to exist (tickers in a recording).
        case irrelevant
        case quarantined(QuarantineReason)
        /// What it said about a perpetual could not be read: no book loses its proof for that.
        case quarantinedTerms(QuarantineReason)
    }

    public var kind: Kind = .irrelevant
    public var books: [BookUpdate] = [BookUpdate()]
    public var bookCount = 0
    public var trades: [PublicTrade] = []
    public var terms: [ContractTerms] = []
    /// It tells of perpetuals and holds no book.
    var isAboutTerms = false
    /// Set with `.quarantined` when the frame named its instrument: only that book loses its proof, else all
    /// of the connection's do.
    public var quarantinedInstrument: InstrumentID?
    /// With `.unknownSymbol`, the symbol as spelled.
    public var unknownSymbol = ""
    /// With `.inexactNumber` or `.badNumber` of an overflow: what was wrong, for the replayer that learns
    /// scales.
    public var numberFault: NumberFault?

    public struct NumberFault: Hashable, Sendable {
        public var isPrice: Bool
        public var fault: DecimalText.Fault
        public init(isPrice: Bool, fault: DecimalText.Fault) {
            self.isPrice = isPrice
            self.fault = fault
        }
    }

    public init() {}

    /// Forgets the previous frame, keeps the storage.
    public mutating func begin() {
        kind = .irrelevant
        bookCount = 0
        trades.removeAll(keepingCapacity: true)
        isAboutTerms = false
        if !terms.isEmpty { terms.removeAll(keepingCapacity: true) }
        quarantinedInstrument = nil
        numberFault = nil
        if !unknownSymbol.isEmpty { unknownSymbol = "" }
    }

    mutating func addTerms(_ news: ContractTerms) {
        terms.append(news)
        kind = .terms
    }

    /// One print, from the text of its two numbers. There is no trade of nothing.
    mutating func addTrade(
        _ price: UnsafeRawBufferPointer, _ quantity: UnsafeRawBufferPointer, _ side: Side,
        of listing: Listing, at time: Moment
    ) throws(QuarantineReason) {
        let print = try LevelReader.level(price, quantity, listing: listing, fault: &numberFault)
        guard print.quantity.raw > 0 else { throw .badNumber }
        trades.append(
            PublicTrade(
                instrument: listing.instrument.id, price: print.price, quantity: print.quantity, side: side,
                venueTime: time))
    }

    /// Index of a fresh, reset update in `books`; the frame's kind becomes `.book`.
    public mutating func appendBook(_ instrument: InstrumentID, _ kind: BookUpdate.Kind) -> Int {
        if bookCount == books.count { books.append(BookUpdate()) }
        books[bookCount].reset(instrument: instrument, kind: kind)
        bookCount += 1
        self.kind = .book
        return bookCount - 1
    }
}
