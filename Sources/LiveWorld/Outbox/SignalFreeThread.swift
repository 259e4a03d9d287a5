import Glibc

/// A thread for one blocking duty, which takes no signals: those belong to the program's own handling.
enum SignalFreeThread {
    private final class Duty {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// `nil` if the system gives no thread. The caller joins it.
    static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
        let duty = Unmanaged.passRetained(Duty(body))
        var blocked = LaneThread.asynchronousSignals()
        var previous = sigset_t()
        var thread = pthread_t()
        pthread_sigmask(SIG_BLOCK, &blocked, &previous)
        let status = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Duty>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, duty.toOpaque())
        pthread_sigmask(SIG_SETMASK, &previous, nil)
        guard status == 0 else {
            duty.release()
            return nil
        }
        return thread
    }
}

/// A counting semaphore.
final class Signal: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func raise() { sem_post(semaphore) }

    func wait() {
        while sem_wait(semaphore) != 0 { precondition(errno == EINTR, "a semaphore of our own is valid") }
    }
}
