import Engine
import TradingModel

/// How a run began: with these and the rows behind it, an engine begins just so again.
public struct TapeHeader: Hashable, Sendable {
    /// Of the program: another one may decide otherwise.
    public var version: String
    public var at: Moment
    /// How often the directory had been opened.
    public var openings: UInt64
    public var isDryRun: Bool

    public init(version: String, at: Moment, openings: UInt64, isDryRun: Bool) {
        self.version = version
        self.at = at
        self.openings = openings
        self.isDryRun = isDryRun
    }
}

/// One thing that happened to an engine, in order: all that it was told, and what it answered.
public enum TapeEntry: Sendable {
    case began(TapeHeader)
    /// A row that the outbox held when the run began, oldest first.
    case row(UInt64, [UInt8])
    case book(VenueID, BookUpdate, at: Moment)
    case event(EngineEvent, at: Moment)
    /// Its directives were taken.
    case taken
    /// The fingerprint of what was taken last.
    case decided(UInt64)
    /// The run ended in order: nothing is missing behind it.
    case ended

    /// Of the format.
    static let version: UInt8 = 1
}
