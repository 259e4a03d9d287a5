import TradingModel

/// What one book message did to a venue's book.
public enum BookOutcome: Hashable, Sendable {
    /// A snapshot (with the buffered deltas that follow it) proved the book.
    case synced
    /// A delta continued a proved book.
    case applied
    /// Kept until a snapshot comes (Binance).
    case buffered
    case ignored(IgnoredMessage)
    /// The book has no proof any more (or could not get one): its liquidity was emptied in this call.
    case lostProof(ProofLoss)
}

/// Why a book message changed nothing.
public enum IgnoredMessage: String, Hashable, Sendable, CaseIterable {
    /// The very message the book already stands on.
    case duplicate = "duplicate"
    /// Covers only ids the book already contains.
    case stale = "stale"
    /// A delta while no snapshot has come yet.
    case awaitingSnapshot = "awaiting-snapshot"
    /// The connection is closed.
    case offline = "offline"
}

/// Why a book has no proof.
public enum ProofLoss: Hashable, Sendable {
    /// Ids show that a message is missing.
    case gap
    /// The venue's checksum is not ours.
    case checksumMismatch
    /// Best bid at or above best ask.
    case crossed
    /// The REST snapshot ends before the first buffered delta begins: another one is needed.
    case snapshotTooOld
    /// The message carries neither ids nor a checksum.
    case unproven
    case connectionLost
    /// A frame of this book (or of its connection) was set aside; the reason is the dialect's.
    case quarantined(String)

    /// A lower-case name for counters and incidents.
    public var name: String {
        switch self {
        case .gap: "gap"
        case .checksumMismatch: "checksum-mismatch"
        case .crossed: "crossed-book"
        case .snapshotTooOld: "snapshot-too-old"
        case .unproven: "unproven-message"
        case .connectionLost: "connection-lost"
        case .quarantined(let reason): reason
        }
    }
}

/// What happened to one book since the node started.
public struct BookCounters: Hashable, Sendable {
    /// Messages received, whatever became of them.
    public var snapshots: Int64 = 0
    public var deltas: Int64 = 0
    /// Messages that changed nothing because the book already contained them.
    public var duplicates: Int64 = 0
    /// Times the venue's ids showed that a message is missing.
    public var gaps: Int64 = 0
    /// Snapshots that proved a book again after it had lost its proof.
    public var resyncs: Int64 = 0
    /// Sequence checks made on deltas, checksums compared.
    public var sequencesChecked: Int64 = 0
    public var checksumsChecked: Int64 = 0
    public var checksumsFailed: Int64 = 0
    /// Times the best bid met the best ask.
    public var crossed: Int64 = 0
    public var quarantined: Int64 = 0

    public var proofsChecked: Int64 { sequencesChecked + checksumsChecked }
    public var proofsFailed: Int64 { gaps + checksumsFailed }

    public init() {}
}

/// How one venue's book of one instrument is kept and proved.
public struct BookRule: Hashable, Sendable {
    public var proof: BookProof
    /// The instrument's scales, which checksums need to spell numbers as the venue did.
    public var priceScale: Int
    public var quantityScale: Int
    /// The subscribed depth. Kraken's book is cut to it before each checksum; elsewhere the venue sends
    /// deletions.
    public var depth: Int

    public init(proof: BookProof, priceScale: Int, quantityScale: Int, depth: Int) {
        precondition(depth > 0, "a book has a depth")
        self.proof = proof
        self.priceScale = priceScale
        self.quantityScale = quantityScale
        self.depth = depth
    }

    /// Whether levels must remember how the venue spelled them.
    var keepsSpelling: Bool { proof == .checksum || proof == .previousLink }
}
