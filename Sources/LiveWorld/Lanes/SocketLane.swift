import CWebSockets
import Glibc
import Ports
import Synchronization
import TradingModel

/// The lane of the sockets: one thread that runs libwebsockets' service loop and Swift jobs in turn, so that
/// a frame reaches the actors of this lane without a hop. `enqueue` from another thread appends under a lock
/// and cancels the loop's wait; from the lane itself it only appends, because the loop looks at the queue
/// before it waits again.
///
/// Sockets are raw descriptors in libwebsockets' loop (`watch`); TLS and framing stand above that seam.
public final class SocketLane: LiveLane, @unchecked Sendable {
    private let inbox = LaneInbox()
    private let thread = LaneThread()

    // Confined to the lane's thread once it has started.
    private var loop: Loop?
    private var alarm: AlarmClock?
    private var released: [DescriptorWatch] = []
    private var writabilityRequests: [DescriptorWatch] = []
    private var eventMoment: Moment?
    /// Never sleeps: the loop asks for events again and again.
    private var pollsBusily = false

    /// Received bytes pass through here on their way to TLS: one buffer for all sockets of the lane.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    /// Starts the loop; returns when it runs. `name` shows in `top` and debuggers (15 bytes).
    public init(name: String) throws(LaneFault) {
        let started = Handover()
        try thread.start(name: name, lane: self) { [self] in
            let fault = open()
            started.put(fault)
            if fault == nil { run() }
            close()
        }
        if let fault = started.wait() {
            thread.join()
            throw fault
        }
    }

    deinit { scratch.deallocate() }

    public var isCurrent: Bool { thread.isCurrent }

    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        inbox.submit(.job(unowned)) { interrupt() }
    }

    public func post(_ action: @escaping @Sendable () -> Void) {
        inbox.submit(.action(action)) { interrupt() }
    }

    @discardableResult
    public func schedule(at moment: Moment, _ action: @escaping @Sendable () -> Void) -> LaneTimer {
        inbox.schedule(at: moment, action) { interrupt() }
    }

    /// Closes every socket of the lane (their receivers are told), runs what is queued, ends the thread.
    public func stop() {
        precondition(!isCurrent, "a lane cannot wait for itself to stop")
        inbox.requestStop { interrupt() }
        thread.join()
    }

    /// Throws when the kernel refuses what the plan asks for.
    func adopt(_ plan: LaneThreadPlan, name: String) throws(LaneFault) {
        try thread.adopt(plan, lane: name)
        post { self.pollsBusily = plan.busyPoll }
    }

    // MARK: Descriptors (on the lane)

    /// When the events of this turn of the loop became known: what a frame handled now was readable at, give
    /// or take what was decrypted in this same turn before it.
    var momentOfEvent: Moment {
        if let eventMoment { return eventMoment }
        let now = LiveClock.now
        eventMoment = now
        return now
    }

    /// Hands `descriptor` to the loop. `nil`: the loop has no room; the descriptor is closed.
    func watch(_ descriptor: Int32, _ handler: any DescriptorHandler) -> DescriptorWatch? {
        precondition(isCurrent, "descriptors are watched from the lane")
        guard let loop else {
            Glibc.close(descriptor)
            return nil
        }
        let watch = DescriptorWatch(descriptor: descriptor, handler: handler)
        return watch.join(loop.host, protocolName: loop.protocolName) ? watch : nil
    }

    func notifyWhenWritable(_ watch: DescriptorWatch) {
        guard !watch.wantsWritability, !watch.isReleased else { return }
        watch.wantsWritability = true
        writabilityRequests.append(watch)
    }

    /// Closes the descriptor before the loop waits again. Until then its handler hears nothing but
    /// `descriptorGone`.
    func release(_ watch: DescriptorWatch) {
        guard !watch.isReleased else { return }
        watch.isReleased = true
        released.append(watch)
    }

    // MARK: The loop

    private func run() {
        var batch: [LaneInbox.Work] = []
        while !inbox.isFinished {
            inbox.take(into: &batch)
            LaneInbox.run(&batch, on: self)
            while let timer = inbox.takeDueTimer(at: LiveClock.now) { timer.fire() }
            settleDescriptors()
            guard let loop else { return }
            if pollsBusily {
                // Whoever submits work finds the lane awake: nobody has to wake it.
                eventMoment = nil
                lws_service(loop.context, -1)
                continue
            }
            let rest = inbox.prepareToRest()
            eventMoment = nil
            switch rest {
            case .none:
                lws_service(loop.context, -1)
            case .until(let moment):
                // libwebsockets' own timers round down to a millisecond and then spin; a kernel timer does
                // neither.
                alarm?.set(moment)
                lws_service(loop.context, 0)
            }
        }
    }

    private func settleDescriptors() {
        while let watch = released.popLast() {
            // Closes the descriptor and calls `descriptorGone`, now.
            if let handle = watch.loopHandle {
                lws_set_timeout(handle, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC)
            }
        }
        for watch in writabilityRequests {
            watch.wantsWritability = false
            if !watch.isReleased, let handle = watch.loopHandle { lws_callback_on_writable(handle) }
        }
        writabilityRequests.removeAll(keepingCapacity: true)
    }

    private func open() -> LaneFault? {
        guard let loop = Loop() else { return .cannotStart("libwebsockets could not create its loop") }
        self.loop = loop
        guard let alarm = AlarmClock(), watch(alarm.descriptor, alarm) != nil else {
            return .cannotStart("no timer descriptor: \(String(cString: strerror(errno)))")
        }
        self.alarm = alarm
        return nil
    }

    /// Ends every socket, then lets the tasks that heard of it run to their next wait.
    private func close() {
        // Also when the lane never opened: nobody asked it to stop then.
        inbox.requestStop {}
        loop?.destroy()
        loop = nil
        alarm = nil
        var batch: [LaneInbox.Work] = []
        while !inbox.isFinished {
            inbox.take(into: &batch)
            LaneInbox.run(&batch, on: self)
        }
        inbox.closeForGood()
    }

    /// Called under the inbox's lock, which the loop takes before it ends: the context is alive.
    private func interrupt() {
        // On the lane itself the loop is not waiting but handling an event; it looks at the queue after that.
        guard !isCurrent, let context = loop?.context else { return }
        lws_cancel_service(context)
    }
}

extension SocketLane {
    public func checkIsolated() { precondition(isCurrent, "not on this lane's thread") }
    public func isIsolatingCurrentContext() -> Bool? { isCurrent }
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

/// A libwebsockets context with the one protocol that reports descriptor events.
private final class Loop {
    let context: OpaquePointer
    let host: OpaquePointer
    let protocolName: UnsafePointer<CChar>
    private let protocols: UnsafeMutablePointer<lws_protocols>

    /// Contexts share some of the library's global state while they are created and destroyed.
    private static let creation = Mutex(())

    init?() {
        let name = strdup("descriptors")
        guard let name else { return nil }
        let protocols = UnsafeMutablePointer<lws_protocols>.allocate(capacity: 2)
        protocols.initialize(repeating: lws_protocols(), count: 2)
        protocols[0].name = UnsafePointer(name)
        protocols[0].callback = descriptorEvent
        var information = lws_context_creation_info()
        information.port = CONTEXT_PORT_NO_LISTEN
        information.protocols = UnsafePointer(protocols)
        var created: (context: OpaquePointer, host: OpaquePointer)?
        Loop.creation.withLock { _ in
            lws_set_log_level(0, nil)
            guard let context = lws_create_context(&information) else { return }
            // The first service call would do this; a descriptor adopted before it has no protocol to bind
            // to.
            guard let host = lws_get_vhost_by_name(context, "default"), lws_protocol_init(context) == 0 else {
                lws_context_destroy(context)
                return
            }
            created = (context, host)
        }
        guard let created else {
            protocols.deallocate()
            free(name)
            return nil
        }
        context = created.context
        host = created.host
        protocolName = UnsafePointer(name)
        self.protocols = protocols
    }

    func destroy() {
        Loop.creation.withLock { _ in lws_context_destroy(context) }
        protocols.deallocate()
        free(UnsafeMutablePointer(mutating: protocolName))
    }
}

/// Carries the outcome of a start from the new thread to the one that waits for it.
private final class Handover: Sendable {
    private let outcome = Mutex<LaneFault??>(nil)
    private let bell: Int32 = eventfd(0, Int32(EFD_CLOEXEC))

    deinit { Glibc.close(bell) }

    func put(_ fault: LaneFault?) {
        outcome.withLock { $0 = .some(fault) }
        _ = eventfd_write(bell, 1)
    }

    func wait() -> LaneFault? {
        while true {
            if let outcome = outcome.withLock({ $0 }) { return outcome }
            var rings: eventfd_t = 0
            _ = eventfd_read(bell, &rings)
        }
    }
}
