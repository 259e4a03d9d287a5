import Glibc
import Synchronization

/// The operating-system thread behind a live lane: started once, joined once.
///
/// The thread takes no signals: SIGTERM and SIGINT belong to the program's own signal handling, and a handler
/// that interrupts a lane in the middle of a system call would only be noise there.
final class LaneThread: Sendable {
    private let identity = Atomic<UInt>(0)
    private let handle = Mutex<pthread_t?>(nil)

    /// Whether the caller runs on this thread.
    var isCurrent: Bool { identity.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// The lane whose thread the caller runs on, if it is a live lane's thread.
    static var currentLane: (any LiveLane)? {
        guard let raw = pthread_getspecific(key) else { return nil }
        return Unmanaged<Registration>.fromOpaque(raw).takeUnretainedValue().lane
    }

    /// Starts the thread. `body` runs on it with `lane` registered as the thread's own lane.
    func start(name: String, lane: any LiveLane, _ body: @escaping @Sendable () -> Void) throws(LaneFault) {
        let registration = Registration(lane: lane) { [self] in
            identity.store(UInt(pthread_self()), ordering: .relaxed)
            LaneThread.nameCurrentThread(name)
            body()
        }
        let opaque = Unmanaged.passRetained(registration)
        var thread = pthread_t()
        var previous = sigset_t()
        var blocked = LaneThread.asynchronousSignals()
        pthread_sigmask(SIG_BLOCK, &blocked, &previous)
        let status = pthread_create(&thread, nil, laneThreadEntry, opaque.toOpaque())
        pthread_sigmask(SIG_SETMASK, &previous, nil)
        guard status == 0 else {
            opaque.release()
            throw LaneFault.cannotStart("no thread for lane \(name): \(String(cString: strerror(status)))")
        }
        handle.withLock { $0 = thread }
    }

    /// Waits for the thread to end. Only the first call waits.
    func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let thread { pthread_join(thread, nil) }
    }

    /// Hands the thread to `body`, unless it was joined.
    func withHandle<Failure: Error>(_ body: (pthread_t) throws(Failure) -> Void) throws(Failure) {
        if let thread = handle.withLock({ $0 }) { try body(thread) }
    }

    /// Swift's Glibc module lacks pthread_setname_np; the kernel takes the name through its own file just as
    /// well.
    private static func nameCurrentThread(_ name: String) {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, name, min(name.utf8.count, 15))
        close(file)
    }

    /// Every signal but those a fault raises in the thread itself: blocking these would hide the crash
    /// report.
    static func asynchronousSignals() -> sigset_t {
        var set = sigset_t()
        sigfillset(&set)
        for signal in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGPROF] { sigdelset(&set, signal) }
        return set
    }

    fileprivate final class Registration: Sendable {
        let lane: any LiveLane
        let body: @Sendable () -> Void
        init(lane: any LiveLane, body: @escaping @Sendable () -> Void) {
            self.lane = lane
            self.body = body
        }
    }

    fileprivate static let key: pthread_key_t = {
        var key = pthread_key_t()
        precondition(pthread_key_create(&key, nil) == 0, "the process has no thread-specific key left")
        return key
    }()
}

/// A C thread entry must be a file-scope function: a closure formed inside an actor or `main` carries an
/// isolation check that traps on a foreign thread.
private func laneThreadEntry(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let registration = Unmanaged<LaneThread.Registration>.fromOpaque(argument).takeRetainedValue()
    pthread_setspecific(LaneThread.key, argument)
    withExtendedLifetime(registration) { registration.body() }
    pthread_setspecific(LaneThread.key, nil)
    return nil
}

/// Why a lane could not start.
public enum LaneFault: Error, Hashable, Sendable {
    case cannotStart(String)
}
