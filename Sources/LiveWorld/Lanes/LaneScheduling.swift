import CThreads
import Glibc
import Ports

// Pinning and real-time scheduling: options, off by default.
extension LaneThread {
    /// Asks the kernel for what `plan` says. Throws when it refuses: a node that was promised a core, or to
    /// run before everybody else, must not find out in the middle of a hedge that it was not given it.
    func adopt(_ plan: LaneThreadPlan, lane name: String) throws(LaneFault) {
        try withHandle { thread throws(LaneFault) in
            if let core = plan.core {
                let refusal = arbnode_keep_on_core(thread, Int32(core))
                guard refusal == 0 else {
                    throw .cannotStart(
                        "threads.\(name).core: core \(core) is refused: \(String(cString: strerror(refusal)))"
                    )
                }
            }
            guard let priority = plan.realtime else { return }
            var parameters = sched_param()
            parameters.sched_priority = Int32(priority)
            let refusal = pthread_setschedparam(thread, SCHED_FIFO, &parameters)
            guard refusal == 0 else {
                throw .cannotStart(
                    "threads.\(name).realtime: priority \(priority) is refused: "
                        + "\(String(cString: strerror(refusal))); it takes CAP_SYS_NICE or a limit on rtprio")
            }
        }
    }
}
