import Ports
import Synchronization
import TradingModel

/// The only caller of the durable store, on the lane that may block.
public actor OutboxKeeper {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let open: @Sendable () throws -> any OutboxStore
    private var store: (any OutboxStore)? {
        didSet { shared.withLock { $0 = store } }
    }
    /// The same store for `appendReserve`, which must not wait in line behind a write that hangs.
    private let shared = Mutex<(any OutboxStore)?>(nil)

    public init(world: World) {
        lane = world.storeLane
        open = world.openOutbox
    }

    /// Opens the store and hands over every row that is there, oldest first, with what opening found: damage
    /// does not throw, the caller judges it. Throws `OutboxFault` when the store cannot be opened at all.
    public func recover<State: Sendable>(
        into initial: State, _ step: @Sendable (inout State, [UInt8]) throws -> Void
    ) throws -> (state: State, opening: OutboxOpening) {
        let store = try open()
        self.store = store
        var state = initial
        try store.readAll { _, row in try step(&state, row) }
        return (state, store.opening)
    }

    /// One synced batch; `nil` when it is durable, else why not.
    public func append(_ rows: [[UInt8]]) -> OutboxFault? {
        guard let store else { return .unavailable("the store is closed") }
        do throws(OutboxFault) {
            _ = try store.append(rows)
            return nil
        } catch { return error }
    }

    /// The way for hedges when `append` hangs or fails: durable in the reserve file alone. It blocks for one
    /// write of that file, on the lane of the caller, which must be one that may block.
    public nonisolated func appendReserve(_ rows: [[UInt8]]) -> OutboxFault? {
        guard let store = shared.withLock({ $0 }) else { return .unavailable("the store is closed") }
        do throws(OutboxFault) {
            _ = try store.appendReserve(rows)
            return nil
        } catch { return error }
    }

    /// Forgets every row before `sequence`, durably; `nil` when done, else why not.
    public func discard(before sequence: UInt64) -> OutboxFault? {
        guard let store else { return .unavailable("the store is closed") }
        do throws(OutboxFault) {
            try store.discard(before: sequence)
            return nil
        } catch { return error }
    }

    /// How much room is left under the store.
    public func space() -> OutboxSpace { store?.space ?? .exhausted }

    public func close() {
        store?.close()
        store = nil
    }
}
