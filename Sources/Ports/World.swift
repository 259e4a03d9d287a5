import TradingModel

/// Everything outside the core, injected once at the composition root. Live, paper, backtest and simulation
/// differ in nothing else.
public struct World: Sendable {
    public var time: any Timekeeper
    public var entropy: any Entropy
    public var transport: any VenueTransport
    /// The lane of the connectors and the desk: a frame reaches its decision without a hop.
    public var socketLane: any Lane
    /// The lane of the outbox: its store blocks, nobody else may.
    public var storeLane: any Lane
    /// Reports, summaries, the operator: anything slow.
    public var coldLane: any Lane
    /// Opens (or creates) the durable store of a data directory.
    public var openOutbox: @Sendable () throws -> any OutboxStore
    /// Set by the simulator alone: called wherever production code passes a `CrashPoint`.
    public var crashWatch: (@Sendable (CrashPoint) -> Void)?
    /// What the Watchkeeper has to itself; `nil`: there is none.
    public var watch: WatchPost?
    /// What runs are written down with; `nil`: they are not.
    public var tape: TapePost?
    /// The lane of the reserve path: a hedge's row must not wait behind a store that is stuck.
    public var reserveLane: any Lane

    public init(
        time: any Timekeeper, entropy: any Entropy, transport: any VenueTransport, socketLane: any Lane,
        storeLane: any Lane, reserveLane: any Lane, coldLane: any Lane,
        openOutbox: @escaping @Sendable () throws -> any OutboxStore
    ) {
        self.time = time
        self.entropy = entropy
        self.transport = transport
        self.socketLane = socketLane
        self.storeLane = storeLane
        self.reserveLane = reserveLane
        self.coldLane = coldLane
        self.openOutbox = openOutbox
    }

    @inlinable public func passes(_ point: CrashPoint) {
        if let crashWatch { crashWatch(point) }
    }
}
