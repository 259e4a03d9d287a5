import CWebSockets
import Glibc
import Ports
import TradingModel

/// A lane that is one plain thread: the store lane, whose work blocks on the disk, and the cold lane.
public final class WorkerLane: LiveLane {
    private let inbox = LaneInbox()
    private let thread = LaneThread()
    private let bell: Int32
    private let alarm: AlarmClock

    /// Starts the thread. `name` shows in `top` and debuggers (15 bytes).
    public init(name: String) throws(LaneFault) {
        let bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard bell >= 0, let alarm = AlarmClock() else {
            if bell >= 0 { Glibc.close(bell) }
            throw LaneFault.cannotStart(
                "no descriptors for lane \(name): \(String(cString: strerror(errno)))")
        }
        self.bell = bell
        self.alarm = alarm
        try thread.start(name: name, lane: self) { [self] in run() }
    }

    deinit {
        Glibc.close(bell)
        Glibc.close(alarm.descriptor)
    }

    public var isCurrent: Bool { thread.isCurrent }

    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        inbox.submit(.job(unowned)) { ring() }
    }

    public func post(_ action: @escaping @Sendable () -> Void) {
        inbox.submit(.action(action)) { ring() }
    }

    @discardableResult
    public func schedule(at moment: Moment, _ action: @escaping @Sendable () -> Void) -> LaneTimer {
        inbox.schedule(at: moment, action) { ring() }
    }

    public func stop() {
        precondition(!isCurrent, "a lane cannot wait for itself to stop")
        inbox.requestStop { ring() }
        thread.join()
    }

    /// Throws when the kernel refuses what the plan asks for.
    func adopt(_ plan: LaneThreadPlan, name: String) throws(LaneFault) {
        try thread.adopt(plan, lane: name)
    }

    private func ring() { _ = eventfd_write(bell, 1) }

    private func run() {
        var batch: [LaneInbox.Work] = []
        while !inbox.isFinished {
            inbox.take(into: &batch)
            LaneInbox.run(&batch, on: self)
            while let timer = inbox.takeDueTimer(at: LiveClock.now) { timer.fire() }
            if case .until(let moment) = inbox.prepareToRest() { rest(until: moment) }
        }
        inbox.closeForGood()
    }

    private func rest(until moment: Moment?) {
        alarm.set(moment)
        var events = [
            pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
            pollfd(fd: alarm.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&events, 2, -1)
        var rings: eventfd_t = 0
        _ = eventfd_read(bell, &rings)
        alarm.acknowledge()
    }
}

extension WorkerLane {
    public func checkIsolated() { precondition(isCurrent, "not on this lane's thread") }
    public func isIsolatingCurrentContext() -> Bool? { isCurrent }
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
