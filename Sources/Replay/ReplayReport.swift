import Books
import TradingModel

/// What a replay found; its encoding is `arbnode replay --json`.
public struct ReplayReport: Sendable, Encodable {
    /// One book of a recording, keyed by venue, connection and symbol.
    public struct Book: Sendable, Encodable {
        public var venue: String
        /// As the venue's frames spell it.
        public var symbol: String
        public var connection: Int
        public var snapshots: Int64
        public var deltas: Int64
        public var trades: Int64
        /// Times the venue's ids showed a missing message.
        public var gaps: Int64
        public var resyncs: Int64
        /// `sequence` or `checksum`.
        public var proof: String
        /// Sequence checks made, or checksums compared.
        public var proofChecked: Int64
        public var proofFailed: Int64
        public var duplicates: Int64
        /// How long the venue's messages left the book crossed or locked.
        public var crossedNanoseconds: Int64
        /// `nil` when the recording has trades of the symbol only.
        public var firstNanoseconds: Int64?
        public var lastNanoseconds: Int64?
        /// Whether the book was proved at the end of its recording.
        public var isSynced: Bool

        enum CodingKeys: String, CodingKey {
            case venue, symbol, connection, snapshots, deltas, trades, gaps, resyncs, proof, duplicates
            case proofChecked = "proof_checked"
            case proofFailed = "proof_failed"
            case crossedNanoseconds = "crossed_ns"
            case firstNanoseconds = "first_ns"
            case lastNanoseconds = "last_ns"
            case isSynced = "synced"
        }
    }

    /// Frames received from venues, all recordings together.
    public var frames: Int64 = 0
    public var books: [Book] = []
    /// Frames set aside and crossed books, by reason.
    public var quarantined: [String: Int64] = [:]
    public var framesPerSecond: Int64 = 0
    /// With several recordings only.
    public var crossVenue: [CrossVenueEdge]?
    /// `path: venue` of recordings whose venue has no dialect; left out when there are none.
    public var skipped: [String]?
    /// Unreadable lines, cut or damaged files, with their line numbers; left out when there are none.
    public var problems: [String]?

    enum CodingKeys: String, CodingKey {
        case frames, books, quarantined, skipped, problems
        case framesPerSecond = "frames_per_s"
        case crossVenue = "cross_venue"
    }
}

extension ReplayReport.Book {
    init(_ record: ReplayBook, wasSynced: Bool) {
        let counters = record.book.counters
        let isChecksummed = counters.checksumsChecked > counters.sequencesChecked
        venue = record.venue
        symbol = record.symbol
        connection = record.connection
        snapshots = counters.snapshots
        deltas = counters.deltas
        trades = record.trades
        gaps = counters.gaps
        resyncs = counters.resyncs
        proof = isChecksummed || record.book.rule.proof == .checksum ? "checksum" : "sequence"
        proofChecked = counters.proofsChecked
        proofFailed = counters.proofsFailed
        duplicates = counters.duplicates
        crossedNanoseconds = record.crossed.nanoseconds
        firstNanoseconds = record.firstTime?.nanoseconds
        lastNanoseconds = record.lastTime?.nanoseconds
        isSynced = wasSynced
    }
}
