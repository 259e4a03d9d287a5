import Ports
import TradingModel

/// The only caller of the durable store, on the lane that may block.
public actor OutboxKeeper {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let world: World
    private var store: (any OutboxStore)?

    public init(world: World) {
        lane = world.storeLane
        self.world = world
    }

    /// Opens the store and hands over every row with its sequence number, oldest first. Throws `OutboxFault`
    /// when the store cannot be opened, and what `step` throws.
    public func recover<State: Sendable>(
        into initial: State, _ step: @Sendable (inout State, UInt64, [UInt8]) throws -> Void
    ) throws -> (State, OutboxOpening) {
        let store = try world.openOutbox()
        world.passes(.storeOpened)
        self.store = store
        var state = initial
        try store.readAll { sequence, row in try step(&state, sequence, row) }
        world.passes(.rowsReplayed)
        return (state, store.opening)
    }

    /// One synced batch; the sequence number of its last row once it is durable.
    public func append(_ rows: [[UInt8]]) -> Result<UInt64, OutboxFault> {
        guard let store else { return .failure(.unavailable("the store is closed")) }
        world.passes(.appendBegins)
        defer { world.passes(.appendEnds) }
        return Result { () throws(OutboxFault) in try store.append(rows) }
    }

    public func discard(before sequence: UInt64) -> OutboxFault? {
        guard let store else { return nil }
        world.passes(.discardBegins)
        defer { world.passes(.discardEnds) }
        do throws(OutboxFault) {
            try store.discard(before: sequence)
            return nil
        } catch { return error }
    }

    /// How much room is left under the store.
    public func space() -> OutboxSpace { store?.space ?? .ample }

    /// What writes past a store that is stuck. Only after `recover`.
    public func reserve() -> ReserveKeeper {
        guard let store else { preconditionFailure("the reserve is taken once the store is open") }
        return ReserveKeeper(world: world, store: store)
    }

    public func close() {
        store?.close()
        store = nil
    }
}

/// The reserve path: rows of hedges go to the store's second, preallocated file when the store itself is
/// slow, full or failed. On a lane of its own, because the keeper may be stuck in a write.
public actor ReserveKeeper {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let world: World
    private let store: any OutboxStore

    init(world: World, store: any OutboxStore) {
        lane = world.reserveLane
        self.world = world
        self.store = store
    }

    func append(_ rows: [[UInt8]]) -> OutboxFault? {
        world.passes(.reserveBegins)
        defer { world.passes(.reserveEnds) }
        do throws(OutboxFault) {
            _ = try store.appendReserve(rows)
            return nil
        } catch { return error }
    }
}
