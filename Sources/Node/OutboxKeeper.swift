import Ports
import TradingModel

/// The only caller of the durable store, on the lane that may block.
public actor OutboxKeeper {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let open: @Sendable () throws -> any OutboxStore
    private var store: (any OutboxStore)?

    public init(world: World) {
        lane = world.storeLane
        open = world.openOutbox
    }

    /// Opens the store and hands over every row, oldest first. Throws `OutboxFault` when the chain is broken.
    public func recover<State: Sendable>(
        into initial: State, _ step: @Sendable (inout State, [UInt8]) throws -> Void
    ) throws -> State {
        let store = try open()
        self.store = store
        var state = initial
        try store.readAll { _, row in try step(&state, row) }
        return state
    }

    /// One synced batch; `nil` when it is durable, else why not.
    public func append(_ rows: [[UInt8]]) -> OutboxFault? {
        guard let store else { return .unavailable("the store is closed") }
        do throws(OutboxFault) {
            _ = try store.append(rows)
            return nil
        } catch { return error }
    }

    public func close() {
        store?.close()
        store = nil
    }
}
