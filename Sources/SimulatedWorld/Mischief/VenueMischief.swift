import TradingModel

/// What only the venue itself can do wrong, armed at run time by whoever runs the simulation. Everything is
/// off by default, and a venue whose mischief is off behaves byte for byte as if there were none. What the
/// wire between the venue and its clients can do wrong belongs to the network, not here.
///
/// Symbols are canonical (`BTC-USDT`); prices and quantities count 10^-8 (`SymbolRules.scale`). The number in
/// a comment names the fault in the fault model.
public final class VenueMischief {
    // MARK: Fills

    /// V07: how takers' fills are cut up; `nil`: as they fall.
    public var fragmentation: Fragmentation?
    /// V08: each of the next IOC orders takes more than it asked for, one entry an order.
    public var overfills: [Overfill] = []
    /// V09: what happens to the next cancels of open orders, one entry a cancel.
    public var cancelRaces: [CancelRace] = []
    /// V18: as many of the next IOC orders are ended by self-trade prevention, without a fill.
    public var selfTradeExpiries = 0
    /// V05: as many of the next executions are reported twice, as two messages, each in its own right.
    public var repeatedReports = 0

    // MARK: Answers

    /// V19: what the next answers about balances say.
    public var wrongBalances: WrongBalances?
    /// V19: as many of the next answers to a query for one order say that there is no such order.
    public var hiddenOrderAnswers = 0
    /// V19: executions younger than this are missing from trade history.
    public var tradeHistoryLag = Span.zero
    /// V16: the venue's clock is ahead by this (behind when negative). Set it anew for a jump. It shows in
    /// the time endpoints, in every check of a timestamp and in the times of answers and books.
    public var clockOffset = Span.zero
    /// V21: what is wrong with the account's key.
    public var keyTrouble: KeyTrouble?
    /// What else the key may do.
    public var keyRights = KeyRights()
    /// V17: open orders an account may have; `nil`: any number.
    public var maximumOpenOrders: Int?

    // MARK: State of the deeds

    /// V12: messages that were published with a wrong checksum.
    public internal(set) var wrongChecksums: Set<[UInt8]> = []
    /// V12: waiting for the next book messages, oldest first.
    var bookFaults: [(symbol: Int, fault: BookFault)] = []
    /// The last book message of each stream, kept while a rollback waits.
    var lastBookFrames: [String: [UInt8]] = [:]
    /// V13, V14: what is published of a book instead of it.
    var distortions: [(symbol: Int, distortion: BookDistortion, frozen: MatchingEngine, until: Moment)] = []
    /// V12: snapshots to be served from an earlier book.
    var oldSnapshots: [(symbol: Int, book: MatchingEngine, remaining: Int)] = []
    /// V17: symbols that do not trade.
    var halts: [(symbol: Int, halt: TradingHalt)] = []
    /// V23: moves of the latent price.
    var shocks: [PriceShock] = []
    /// V24: until when the venue is down.
    var maintenanceUntil: Moment?
    /// V24: sockets are still to be closed.
    var owesClose = false
    /// Reports that leave late.
    var lateEvents: [(due: Moment, event: OrderEvent)] = []
    /// Orders placed on the account by this class.
    var planted: Set<Int64> = []
    /// While an order is being planted.
    var isPlanting = false

    private(set) weak var exchange: VirtualExchange?

    /// Whether something ends by itself or is held back.
    var isRestless: Bool { !lateEvents.isEmpty || !distortions.isEmpty }

    init() {}

    func bind(to exchange: VirtualExchange) { self.exchange = exchange }

    /// The venue behind this mischief.
    var venue: VirtualExchange {
        guard let exchange else { preconditionFailure("mischief is done at a venue that still exists") }
        return exchange
    }

    /// Index of a canonical symbol.
    func index(_ symbol: String) -> Int {
        guard let index = venue.symbolIndex(symbol) else {
            preconditionFailure("\(venue.name) does not list \(symbol)")
        }
        return index
    }
}

extension VenueMischief {
    /// V07: each match of a taker with a maker is cut into `pieces` trades of whole lots, the first of one
    /// single lot, and the order takes only `percent` of its quantity: the rest expires.
    public struct Fragmentation: Hashable, Sendable {
        public var pieces: Int
        public var percent: Int64

        public init(pieces: Int, percent: Int64 = 100) {
            precondition(pieces >= 1 && (1...100).contains(percent), "whole pieces of a part of the order")
            self.pieces = pieces
            self.percent = percent
        }
    }

    /// V08: by how much an order takes too much, at least one lot.
    public enum Overfill: Hashable, Sendable {
        case lots(Int64)
        case percent(Int64)
    }

    /// V09: how an order fares between its owner's cancel and the venue.
    public enum CancelRace: Hashable, Sendable {
        /// The order is filled in full before the cancel arrives, which is refused.
        case filledFirst
        /// `percent` of what is left fills before the cancel. The cancel is confirmed without that fill,
        /// which is reported `after` later; queries tell the truth at once. Orders of a single lot are
        /// canceled as
        /// usual.
        case lateFill(percent: Int64, after: Span)
    }

    /// V19: what answers about balances say. Streams always tell the truth.
    public struct WrongBalances: Hashable, Sendable {
        public enum Error: Hashable, Sendable {
            /// Every asset is zero.
            case zero
            /// As it was this long ago, as from a replica that lags.
            case stale(Span)
        }
        public var error: Error
        /// Answers still to be wrong.
        public var answers: Int

        public init(_ error: Error, answers: Int) {
            self.error = error
            self.answers = answers
        }
    }

    /// V21: why private requests and logins are refused.
    public enum KeyTrouble: Hashable, Sendable {
        /// The key no longer exists: everything private is refused.
        case revoked
        /// The caller's address is not on the key's list: everything private is refused.
        case addressNotAllowed
        /// The key may read but not trade.
        case tradingNotAllowed
    }

    public struct KeyRights: Hashable, Sendable {
        public var mayWithdraw = false
        /// It works from stated addresses alone.
        public var isBound = true
    }

    /// V17: why a symbol does not trade.
    public enum TradingHalt: Hashable, Sendable {
        /// Orders are refused, cancels pass, the book stands still.
        case halted
        /// The symbol is gone: its orders are ended, its book is empty, no instrument list names it.
        case delisted
    }
}
