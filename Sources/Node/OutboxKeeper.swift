import Ports
import Synchronization
import TradingModel

/// The only caller of the durable store, on the lane that may block.
public actor OutboxKeeper {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let world: World
    private let current = CurrentStore()
    private var store: (any OutboxStore)? { current.store }
    /// A write failed: what lies on the disk is known again only after the store was opened anew.
    private var isBroken = false

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
        current.store = store
        var state = initial
        try store.readAll { sequence, row in try step(&state, sequence, row) }
        world.passes(.rowsReplayed)
        return (state, store.opening)
    }

    /// One durable batch; answers the sequence number of its last row.
    public func append(_ rows: [[UInt8]]) -> Result<UInt64, OutboxFault> {
        guard let store else { return .failure(.unavailable("the store is closed")) }
        world.passes(.appendBegins)
        defer { world.passes(.appendEnds) }
        let outcome = Result { () throws(OutboxFault) in
            if isBroken { try reopen() }
            return try (current.store ?? store).append(rows)
        }
        switch outcome {
        // To open it anew would read all of it, and close the reserve path meanwhile.
        case .success, .failure(.full): break
        case .failure: isBroken = true
        }
        return outcome
    }

    /// Hands the store what the reserve file has made durable; answers what failed.
    public func absorb() -> OutboxFault? {
        guard let store, !isBroken else { return nil }
        world.passes(.absorbBegins)
        defer { world.passes(.absorbEnds) }
        return fault { () throws(OutboxFault) in try store.absorb() }
    }

    /// Lets the store catch up with the reserve file for good; answers what failed.
    public func settle() -> OutboxFault? {
        guard let store, !isBroken else { return nil }
        world.passes(.settleBegins)
        defer { world.passes(.settleEnds) }
        return fault { () throws(OutboxFault) in try store.settle() }
    }

    /// A failure is met like that of a write: the next batch opens the store anew.
    private func fault(_ body: () throws(OutboxFault) -> Void) -> OutboxFault? {
        do throws(OutboxFault) { try body() } catch {
            isBroken = true
            return error
        }
        return nil
    }

    /// After a failed write: opens the store anew, which verifies it and folds in what the reserve file
    /// holds.
    private func reopen() throws(OutboxFault) {
        store?.close()
        do {
            let fresh = try world.openOutbox()
            current.store = fresh
            isBroken = false
            if case .damaged(let detail) = fresh.opening.condition {
                throw OutboxFault.corrupted(sequence: fresh.opening.rows, detail: detail)
            }
        } catch let fault as OutboxFault {
            throw fault
        } catch {
            throw .unavailable("\(error)")
        }
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
        precondition(store != nil, "the reserve is taken once the store is open")
        return ReserveKeeper(world: world, current: current)
    }

    public func close() {
        store?.close()
        current.store = nil
    }
}

/// The store that is open now: the reserve path must not hold on to one that was closed.
final class CurrentStore: Sendable {
    private let held = Mutex<(any OutboxStore)?>(nil)
    var store: (any OutboxStore)? {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}

/// The reserve path: rows of hedges go to the store's second, preallocated file when the store itself is
/// slow, full or failed. On a lane of its own, because the keeper may be stuck in a write.
public actor ReserveKeeper {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let world: World
    private let current: CurrentStore

    init(world: World, current: CurrentStore) {
        lane = world.reserveLane
        self.world = world
        self.current = current
    }

    /// Answers once the lane has come to it.
    func isHere() {}

    /// Answers the sequence number of its last row.
    func append(_ rows: [[UInt8]]) -> Result<UInt64, OutboxFault> {
        world.passes(.reserveBegins)
        defer { world.passes(.reserveEnds) }
        guard let store = current.store else { return .failure(.unavailable("the store is closed")) }
        return Result { () throws(OutboxFault) in try store.appendReserve(rows) }
    }
}
