import TradingModel

/// Where a run's tape goes: all that the engine was told, block by block. Nothing waits for it, and what it
/// loses costs no order, only the telling of it.
public protocol TapeStore: AnyObject, Sendable {
    /// Blocks the thread. Once it has thrown, nothing more is given to it.
    func append(_ block: [UInt8]) throws
    func close()
}

/// A thread that may wait for a disk, and how a run's tape is begun.
public struct TapePost: Sendable {
    public var lane: any Lane
    /// Of the program: another one may decide otherwise.
    public var version: String
    /// Given when the run began.
    public var open: @Sendable (Moment) throws -> any TapeStore

    public init(lane: any Lane, version: String, open: @escaping @Sendable (Moment) throws -> any TapeStore) {
        self.lane = lane
        self.version = version
        self.open = open
    }
}
