import Ports

/// The real world: threads, sockets, clock and disk, as one `World`.
public final class LiveWorld: Sendable {
    public let world: World
    private let transport: LiveTransport
    private let socketLane: SocketLane
    private let storeLane: WorkerLane
    private let reserveLane: WorkerLane
    private let coldLane: WorkerLane
    private let watchLane: SocketLane
    private let tapeLane: WorkerLane
    private let watchTransport: LiveTransport

    /// Starts the lanes.
    ///
    /// `dataDirectory`: where the outbox lives; it is opened, and created, only when the node asks for it.
    /// `tape`: what runs are written down with there; `nil`: they are not.
    /// `extraCA`: a PEM file of certificate authorities believed besides the system's. `threads`: what the
    /// lanes ask of the scheduler. Throws `LaneFault`, also where the kernel refuses what `threads` asks for,
    /// or `TransportSetupFault`.
    public static func make(
        dataDirectory: String, extraCA: String? = nil, limits: OutboxLimits = .trading,
        threads: ThreadPlan = .ordinary, tape: TapePlan? = nil
    ) throws -> LiveWorld {
        var started: [any LiveLane] = []
        do {
            let sockets = try SocketLane(name: "sockets")
            started.append(sockets)
            let store = try WorkerLane(name: "store")
            started.append(store)
            let reserve = try WorkerLane(name: "reserve")
            started.append(reserve)
            let cold = try WorkerLane(name: "cold")
            started.append(cold)
            let watch = try SocketLane(name: "watch")
            started.append(watch)
            let tapes = try WorkerLane(name: "tape")
            started.append(tapes)
            try sockets.adopt(threads.sockets, name: "sockets")
            try store.adopt(threads.store, name: "store")
            try reserve.adopt(threads.reserve, name: "reserve")
            try cold.adopt(threads.cold, name: "cold")
            let transport = try LiveTransport(lane: sockets, extraCA: extraCA)
            let watchTransport = try LiveTransport(lane: watch, extraCA: extraCA)
            return LiveWorld(
                transport: transport, socketLane: sockets, storeLane: store, reserveLane: reserve,
                coldLane: cold, watchLane: watch, watchTransport: watchTransport, tapeLane: tapes,
                tape: tape.map { plan in
                    TapePost(lane: tapes, version: plan.version) { began in
                        try TapeFile(in: dataDirectory, budget: plan.budget, at: began)
                    }
                }
            ) { try RocksOutbox(directory: dataDirectory, limits: limits) }
        } catch {
            for lane in started { lane.stop() }
            throw error
        }
    }

    private init(
        transport: LiveTransport, socketLane: SocketLane, storeLane: WorkerLane,
        reserveLane: WorkerLane, coldLane: WorkerLane, watchLane: SocketLane,
        watchTransport: LiveTransport, tapeLane: WorkerLane, tape: TapePost?,
        openOutbox: @escaping @Sendable () throws -> any OutboxStore
    ) {
        self.transport = transport
        self.socketLane = socketLane
        self.storeLane = storeLane
        self.reserveLane = reserveLane
        self.coldLane = coldLane
        self.watchLane = watchLane
        self.watchTransport = watchTransport
        self.tapeLane = tapeLane
        var world = World(
            time: SystemTime(timers: coldLane), entropy: SystemEntropy(), transport: transport,
            socketLane: socketLane,
            storeLane: storeLane, reserveLane: reserveLane, coldLane: coldLane, openOutbox: openOutbox)
        world.watch = WatchPost(lane: watchLane, transport: watchTransport)
        world.tape = tape
        self.world = world
    }

    /// Ends every connection, then the lanes, once what is queued on them has run. Close the outbox and end
    /// the tasks first: a task that waits on a lane that ended never continues. Not to be called on one of
    /// the lanes.
    public func shutdown() {
        transport.shutdown()
        watchTransport.shutdown()
        socketLane.stop()
        storeLane.stop()
        reserveLane.stop()
        coldLane.stop()
        watchLane.stop()
        tapeLane.stop()
    }
}

/// That runs are written down.
public struct TapePlan: Hashable, Sendable {
    /// Of the program.
    public var version: String
    /// What all tapes of a data directory may take, in bytes.
    public var budget: Int

    public init(version: String, budget: Int) {
        self.version = version
        self.budget = budget
    }
}
