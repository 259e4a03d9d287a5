import Foundation
import Glibc
import Simulator

/// Runs a plan in worker processes, one loop and no threads: hands out seeds one at a time, takes results,
/// and replaces workers that trap or hang.
final class Supervisor {
    /// Why the loop ended.
    enum Ending {
        case done
        /// The wall-time budget ran out; runs in progress were waited for.
        case outOfBudget
        /// SIGINT or SIGTERM; runs in progress were abandoned.
        case stopped
    }

    /// How many workers, for how long, and how they are started.
    struct Terms {
        var jobs: Int
        /// Wall seconds after which no further seed is handed out.
        var budget: Double?
        var start = WorkerProcess.Start()
        /// Nothing more is handed out after a failure; seeds before it are waited for.
        var stopsAtFailure = false
    }

    /// Workers that die without having been given a seed do not become better by trying for ever.
    private static let maximumIdleDeaths = 5
    /// After so many runs a worker makes room for a new one: what a killed node had in hand stays where it
    /// was when nothing of it runs any more, some 5 MB a run.
    private static let runsOfAWorker = 150

    private let terms: Terms
    private var plan: WorkPlan
    private var progress: ProgressLine?
    private(set) var tally = Tally()
    private(set) var wallSeconds = 0.0
    private var workers: [WorkerProcess] = []
    private var started = 0
    private var idleDeaths = 0
    private let began = WallClock.seconds

    init(_ plan: WorkPlan, _ terms: Terms, progress: ProgressLine?) {
        self.plan = plan
        self.terms = terms
        self.progress = progress
        signal(SIGPIPE, SIG_IGN)  // a worker that dies while it is being given a seed
    }

    /// Workers left over when an error ends the loop must not outlive it.
    deinit {
        for worker in workers {
            worker.kill(forHanging: false)
            _ = worker.bury()
        }
    }

    /// Runs the plan to its end, or as far as it gets.
    func run() throws(Complaint) -> Ending {
        var ending = Ending.done
        while true {
            if StopFlag.isRaised {
                ending = .stopped
                break
            }
            if let budget = terms.budget, WallClock.seconds - began > budget, !plan.isExhausted {
                plan.stop()
                ending = .outOfBudget
            }
            try occupy()
            if workers.allSatisfy({ $0.job == nil }) { break }
            try listen()
            killTheHanging()
            progress?.show(tally, total: plan.total, elapsed: WallClock.seconds - began)
        }
        progress?.clear()
        wallSeconds = WallClock.seconds - began
        return ending
    }

    /// Gives every idle worker a run, and starts workers while there are runs for them.
    private func occupy() throws(Complaint) {
        for worker in workers where worker.job == nil && worker.runs >= Supervisor.runsOfAWorker {
            retire(worker)
        }
        for worker in workers where worker.job == nil {
            if let job = plan.next(for: worker.number) { worker.begin(job) }
        }
        if terms.jobs == 1, let only = workers.first, only.job == nil, plan.needsAnother(than: only.number) {
            retire(only)
        }
        while workers.count < terms.jobs, let job = plan.next(for: started) {
            let worker = try WorkerProcess(number: started, terms.start)
            started += 1
            workers.append(worker)
            worker.begin(job)
        }
    }

    /// Waits a moment for whatever the workers say.
    private func listen() throws(Complaint) {
        var descriptors = workers.flatMap { worker in
            [worker.resultDescriptor, worker.complaintDescriptor].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
        }
        _ = poll(&descriptors, nfds_t(descriptors.count), 200)
        for worker in workers {
            let job = worker.job
            let (result, hasEnded) = worker.read()
            if let result, let job {
                take(result, of: job, by: worker.number, isLost: false)
                idleDeaths = 0
            }
            if hasEnded { try lose(worker) }
        }
    }

    /// A worker is gone. What it was running, if anything, has failed.
    private func lose(_ worker: WorkerProcess) throws(Complaint) {
        workers.removeAll { $0 === worker }
        worker.kill(forHanging: false)
        let how = worker.bury()
        guard let job = worker.job else {
            idleDeaths += 1
            if idleDeaths > Supervisor.maximumIdleDeaths {
                throw .internalFault("workers die before they are given a seed: \(how)")
            }
            return
        }
        let result =
            worker.isHung
            ? job.lost("HANG", "no result within \(Int(job.patience)) s of wall time")
            : job.lost("CRASH", how)
        take(result, of: job, by: worker.number, isLost: true)
    }

    private func take(_ result: SeedResult, of job: SeedJob, by worker: Int, isLost: Bool) {
        if job.isSecond {
            tally.compare(result, of: job)
            return
        }
        tally.add(result, of: job, isDoubled: !isLost && plan.doubles(job))
        if terms.stopsAtFailure && result.failure != nil {
            plan.stop()
        } else {
            plan.finished(job, by: worker, isLost: isLost)
        }
    }

    private func killTheHanging() {
        let now = WallClock.seconds
        for worker in workers {
            guard let job = worker.job, now - worker.jobBegan > job.patience else { continue }
            worker.kill(forHanging: true)
        }
    }

    private func retire(_ worker: WorkerProcess) {
        workers.removeAll { $0 === worker }
        worker.kill(forHanging: false)
        _ = worker.bury()
    }
}
