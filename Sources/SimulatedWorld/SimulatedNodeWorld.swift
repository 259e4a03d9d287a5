import Ports
import TradingModel

/// One life of a simulated node's process: its lanes, its world, and whether it still lives. A crash may come
/// in the middle of a job: what that job does from then on reaches nobody.
public final class SimulatedProcess: @unchecked Sendable {
    public let world: World
    private let simulation: Simulation
    private let lanes: [SimulatedLane]
    public private(set) var isAlive = true

    /// - Parameters:
    ///   - storePace: how long the store takes for each batch, in nanoseconds.
    ///   - tape: where its run is written down; `nil`: nowhere.
    ///   - watch: told of every crash point the process passes while it lives.
    public init(
        _ simulation: Simulation, _ network: SimulatedNetwork, storePace: ClosedRange<Int64> = 0...0,
        tape: SimulatedTape? = nil, watch: (@Sendable (CrashPoint) -> Void)? = nil,
        openOutbox: @escaping @Sendable () throws -> any OutboxStore
    ) {
        self.simulation = simulation
        let store = simulation.lane("store")
        store.pace = storePace
        var lanes = [
            simulation.lane("socket"), store, simulation.lane("reserve"), simulation.lane("cold"),
            simulation.lane("watch"),
        ]
        var world = World(
            time: VirtualTime(simulation), entropy: SimulatedEntropy(simulation), transport: network,
            socketLane: lanes[0], storeLane: lanes[1], reserveLane: lanes[2], coldLane: lanes[3],
            openOutbox: openOutbox)
        world.crashWatch = watch
        world.watch = WatchPost(lane: lanes[4], transport: network)
        if let tape {
            let lane = simulation.lane("tape")
            lanes.append(lane)
            world.tape = TapePost(lane: lane, version: "simulated") { _ in tape }
        }
        self.lanes = lanes
        self.world = world
    }

    /// kill -9: nothing of the process runs any more.
    public func kill() {
        isAlive = false
        simulation.abandon(lanes)
    }

    /// SIGSTOP, and SIGCONT after `span`.
    public func stop(for span: Span) { simulation.freeze(lanes, for: span) }

    /// One thread hangs for `span`: the store's (a slow disk), or the one for reports.
    public func hang(_ lane: KeyPath<World, any Lane>, for span: Span) {
        simulation.freeze([world[keyPath: lane]], for: span)
    }
}

/// The world of one simulated node: the simulation's time, its network, one disk.
extension Simulation {
    public func world(_ network: SimulatedNetwork, _ disk: SimulatedDisk) -> World {
        SimulatedProcess(self, network) { try SimulatedOutbox(disk) }.world
    }
}
