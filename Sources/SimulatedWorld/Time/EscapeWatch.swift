import Glibc
import Synchronization

/// Counts jobs that were handed to the global pool instead of a lane: in a simulated node there must be none.
/// It is an alarm only (the hooks of the Swift runtime are not a promise); what escapes and touches the
/// simulation stops the process at once.
public enum EscapeWatch {
    fileprivate typealias Original = @convention(thin) (UnownedJob) -> Void
    fileprivate typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

    /// Jobs that escaped since `install`.
    public static var escaped: Int { escapedJobs.load(ordering: .relaxed) }

    /// Answers whether the runtime has the hook. Once, before the first simulation.
    public static func install() -> Bool {
        let runtime = dlopen(nil, RTLD_NOW)
        guard let place = dlsym(runtime, "swift_task_enqueueGlobal_hook") else { return false }
        place.assumingMemoryBound(to: Hook?.self).pointee = { job, original in
            escapedJobs.add(1, ordering: .relaxed)
            original(job)
        }
        return true
    }
}

// At file scope, because a thin function can refer to nothing else.
private let escapedJobs = Atomic<Int>(0)
