import Glibc
import Ports
import TradingModel

/// One thread, one seed, virtual time: runs every lane's jobs and every timer of a simulated node in an order
/// the seed chooses. Jobs of one lane keep their order, as on a thread; between lanes any interleaving may
/// come. When nothing is ready, time jumps to the next timer.
///
/// Jobs run by `runSynchronously(on:)`, which never elides a hop between lanes: deterministic must also be
/// adversarial.
public final class Simulation: @unchecked Sendable {
    public private(set) var now: Moment
    public let seed: UInt64
    private var random: SeededSequence
    private let home = pthread_self()
    private var lanes: [SimulatedLane] = []
    private var timers: [Timer] = []
    private var sequence: UInt64 = 0
    /// The lane whose job or callback runs now.
    private(set) var current: SimulatedLane?
    /// Jobs and timers run so far: equal for equal seeds.
    public private(set) var steps = 0
    /// A running hash over every choice made: two runs of one seed must end with the same.
    public private(set) var trace: UInt64 = 0xcbf2_9ce4_8422_2325

    struct Timer {
        var due: Moment
        var sequence: UInt64
        var lane: SimulatedLane?
        var action: () -> Void
    }

    public init(seed: UInt64, start: Moment) {
        self.seed = seed
        now = start
        random = SeededSequence(seed: seed)
    }

    /// Everything is confined to the thread that made the simulation.
    var isHome: Bool { pthread_equal(pthread_self(), home) != 0 }

    public func lane(_ name: String) -> SimulatedLane {
        let lane = SimulatedLane(name: name, simulation: self)
        lanes.append(lane)
        return lane
    }

    /// Kills the process that these lanes belong to, between two of its steps: what it had not yet handed to
    /// the network or the disk never happens.
    public func abandon(_ lanes: [any Lane]) {
        for case let lane as SimulatedLane in lanes { lane.abandon() }
    }

    /// Random words for the node's own use, apart from the scheduler's.
    public func draw() -> UInt64 { random.next() }

    /// Runs `action` at `moment`, as if on `lane` when one is given.
    @discardableResult
    public func schedule(at moment: Moment, on lane: SimulatedLane? = nil, _ action: @escaping () -> Void)
        -> UInt64
    {
        precondition(isHome, "simulation escape: a timer was set off the simulator's thread")
        sequence += 1
        let timer = Timer(due: max(moment, now), sequence: sequence, lane: lane, action: action)
        let index = timers.partitioningIndex { ($0.due, $0.sequence) < (timer.due, timer.sequence) }
        timers.insert(timer, at: index)
        return sequence
    }

    /// Forgets a timer; nothing happens when it has run.
    public func cancel(_ number: UInt64) {
        precondition(isHome, "simulation escape: a timer was cancelled off the simulator's thread")
        timers.removeAll { $0.sequence == number }
    }

    /// Runs until `stop` says so, until `limit` has come, or until nothing can ever happen again. Answers
    /// whether `stop` ended it.
    @discardableResult
    public func run(until limit: Moment, stop: () -> Bool = { false }) -> Bool {
        precondition(isHome, "a simulation runs on the thread that made it")
        while true {
            while let lane = pickReady() {
                step(UInt64(lane.index))
                within(lane) { lane.runNext() }
                if stop() { return true }
            }
            guard let next = timers.last, next.due <= limit else {
                now = max(now, limit)
                return stop()
            }
            timers.removeLast()
            now = max(now, next.due)
            step(next.sequence)
            if let lane = next.lane {
                if !lane.isAbandoned { within(lane, next.action) }
            } else {
                next.action()
            }
            if stop() { return true }
        }
    }

    private func within(_ lane: SimulatedLane, _ body: () -> Void) {
        let outer = current
        current = lane
        body()
        current = outer
    }

    private func pickReady() -> SimulatedLane? {
        var ready = 0
        for lane in lanes where lane.hasJobs { ready += 1 }
        guard ready > 0 else { return nil }
        var choice = ready == 1 ? 0 : Int(random.next() % UInt64(ready))
        for lane in lanes where lane.hasJobs {
            if choice == 0 { return lane }
            choice -= 1
        }
        return nil
    }

    private func step(_ what: UInt64) {
        steps += 1
        trace = (trace ^ what ^ UInt64(bitPattern: now.nanoseconds)) &* 0x100_0000_01b3
    }

    func nextLaneIndex() -> Int { lanes.count }
}

extension [Simulation.Timer] {
    /// Timers are kept latest first, so that the next one is cheap to take from the end.
    func partitioningIndex(_ isEarlier: (Simulation.Timer) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isEarlier(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
