import Engine
import TradingModel

/// Writes down what an engine is told and what it answers. Costs a book message some tens of nanoseconds and
/// no allocation but that of a block now and then.
public struct TapeRecorder: Sendable {
    private var writer = TapeWriter()
    private var scratch = TapeWriter()

    /// - Parameter rows: what the outbox held.
    public init(_ header: TapeHeader, rows: [(sequence: UInt64, bytes: [UInt8])]) {
        begin()
        writer.entry(.began(header))
        for row in rows { writer.entry(.row(row.sequence, row.bytes)) }
    }

    /// Bytes that wait to be taken.
    public var waiting: Int { writer.bytes.count }

    /// Whole entries, readable without what was taken before.
    public mutating func takeBlock() -> [UInt8] { writer.take() }

    public mutating func book(_ update: borrowing BookUpdate, of venue: VenueID, at now: Moment) {
        begin()
        writer.book(update, of: venue, at: now)
    }

    public mutating func event(_ event: EngineEvent, at now: Moment) {
        begin()
        writer.entry(.event(event, at: now))
    }

    public mutating func taken() {
        begin()
        writer.entry(.taken)
    }

    /// What was taken, once it has been carried out: nothing waits for its fingerprint.
    public mutating func decided(_ directives: [Directive]) {
        begin()
        writer.entry(.decided(DirectiveDigest.of(directives, &scratch)))
    }

    public mutating func ended() {
        begin()
        writer.entry(.ended)
    }

    private mutating func begin() {
        if writer.isEmpty { writer.startBlock() }
    }
}
