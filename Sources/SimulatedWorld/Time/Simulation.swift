import Glibc
import Ports
import TradingModel

/// One thread, one seed, virtual time: runs every lane's jobs and every timer of a simulated node in an order
/// the seed chooses. Jobs of one lane keep their order, as on a thread; between lanes any interleaving may
/// come. When nothing is ready, time jumps to the next timer.
///
/// Jobs run by `runSynchronously(on:)`, which elides no hop, not even within a lane: deterministic must also
/// be adversarial. Where it need not be (`elidesHops`) they run as on a live lane.
public final class Simulation: @unchecked Sendable {
    public private(set) var now: Moment
    public let seed: UInt64
    let elidesHops: Bool
    private var random: SeededSequence
    private let home = pthread_self()
    /// Lanes with jobs waiting, in the order in which they got work.
    private var working: [SimulatedLane] = []
    private var laneCount = 0
    private var timers = TimerQueue()
    private var sequence: UInt64 = 0
    /// The lane whose job or callback runs now.
    private(set) var current: SimulatedLane?
    /// Jobs and timers run so far: equal for equal seeds.
    public private(set) var steps = 0
    /// A running hash over every choice made: two runs of one seed must end with the same.
    public private(set) var trace: UInt64 = 0xcbf2_9ce4_8422_2325

    /// - Parameter elidesHops: what goes on within a lane is not interleaved: a backtest wants speed.
    public init(seed: UInt64, start: Moment, elidesHops: Bool = false) {
        self.seed = seed
        self.elidesHops = elidesHops
        now = start
        random = SeededSequence(seed: seed)
    }

    /// Everything is confined to the thread that made the simulation.
    var isHome: Bool { pthread_equal(pthread_self(), home) != 0 }

    public func lane(_ name: String) -> SimulatedLane {
        laneCount += 1
        return SimulatedLane(name: name, index: laneCount, simulation: self)
    }

    /// Kills the process that these lanes belong to, between two of its steps or in the middle of one: what
    /// it had not yet handed to the network or the disk never happens.
    public func abandon(_ lanes: [any Lane]) {
        for case let lane as SimulatedLane in lanes { lane.abandon() }
        working.removeAll { $0.isAbandoned }
    }

    /// Stops these lanes' threads for a while; what arrives meanwhile waits.
    public func freeze(_ lanes: [any Lane], for span: Span) {
        for case let lane as SimulatedLane in lanes { lane.freeze(until: now + span) }
    }

    /// Random words for the node's own use, apart from the scheduler's.
    public func draw() -> UInt64 { random.next() }

    /// Makes what an observer saw part of the trace.
    public func mark(_ word: UInt64) { trace = (trace ^ word) &* 0x100_0000_01b3 }

    /// Runs `action` at `moment`, as if on `lane` when one is given.
    @discardableResult
    public func schedule(at moment: Moment, on lane: SimulatedLane? = nil, _ action: @escaping () -> Void)
        -> UInt64
    {
        precondition(isHome, "simulation escape: a timer was set off the simulator's thread")
        sequence += 1
        timers.insert(.init(due: max(moment, now), sequence: sequence, lane: lane, action: action))
        return sequence
    }

    /// Forgets a timer that has not run.
    public func cancel(_ number: UInt64) {
        precondition(isHome, "simulation escape: a timer was cancelled off the simulator's thread")
        timers.cancel(number)
    }

    /// Looks at what lives on a lane, as if on it, without being one of its steps.
    public func visit<Answer>(_ lane: any Lane, _ body: () -> Answer) -> Answer {
        guard let lane = lane as? SimulatedLane else {
            preconditionFailure("only simulated lanes can be visited")
        }
        let outer = current
        current = lane
        defer { current = outer }
        return body()
    }

    func hasWork(_ lane: SimulatedLane) { working.append(lane) }

    /// Runs until `stop` says so, until `limit` has come, or until nothing can ever happen again. Answers
    /// whether `stop` ended it.
    @discardableResult
    public func run(until limit: Moment, stop: () -> Bool = { false }) -> Bool {
        precondition(isHome, "a simulation runs on the thread that made it")
        while true {
            while let lane = pickReady() {
                step(UInt64(lane.index))
                within(lane) { lane.runNext() }
                if !lane.hasJobs {
                    lane.isListed = false
                    working.removeAll { $0 === lane }
                }
                if stop() { return true }
            }
            let waking = working.lazy.map(\.readyAt).min()
            let due = timers.next
            guard let next = [waking, due].compactMap({ $0 }).min(), next <= limit else {
                now = max(now, limit)
                return stop()
            }
            now = max(now, next)
            guard next == due, let timer = timers.take() else { continue }
            fire(timer)
            if stop() { return true }
        }
    }

    private func fire(_ timer: TimerQueue.Timer) {
        step(timer.sequence)
        guard let lane = timer.lane else { return timer.action() }
        guard !lane.isAbandoned else { return }
        guard lane.awakeAt <= now else {
            // The thread is stopped: what was for it waits in the order in which it came.
            var late = timer
            late.due = lane.awakeAt
            timers.insert(late)
            return
        }
        within(lane, timer.action)
    }

    private func within(_ lane: SimulatedLane, _ body: () -> Void) {
        let outer = current
        current = lane
        body()
        current = outer
    }

    private func pickReady() -> SimulatedLane? {
        var ready = 0
        for lane in working where lane.readyAt <= now { ready += 1 }
        guard ready > 0 else { return nil }
        var choice = ready == 1 ? 0 : Int(random.next() % UInt64(ready))
        for lane in working where lane.readyAt <= now {
            if choice == 0 { return lane }
            choice -= 1
        }
        return nil
    }

    private func step(_ what: UInt64) {
        steps += 1
        trace = (trace ^ what ^ UInt64(bitPattern: now.nanoseconds)) &* 0x100_0000_01b3
    }
}
