import Configuration
import Foundation
import Glibc
import Simulator

/// One `arbsim worker`, as its supervisor sees it: three pipes and the run it is busy with.
final class WorkerProcess {
    /// How workers of one run are started.
    struct Start {
        var defect: String?
        var isTraced = false
    }

    /// Unique in this supervisor, never used again: who ran a seed first is told by it.
    let number: Int
    let pid: pid_t
    private(set) var job: SeedJob?
    private(set) var jobBegan = 0.0
    private(set) var runs = 0
    /// Set when the supervisor kills it for a run that takes too long.
    private(set) var isHung = false
    let resultDescriptor: Int32
    let complaintDescriptor: Int32
    private let jobDescriptor: Int32
    private var unread: [UInt8] = []
    private var said: [UInt8] = []
    private let isTraced: Bool

    init(number: Int, _ start: Start) throws(Complaint) {
        self.number = number
        isTraced = start.isTraced
        let jobs = try WorkerProcess.pipe()
        let results = try WorkerProcess.pipe()
        let complaints = try WorkerProcess.pipe()
        var arguments = [HouseFiles.executable, "worker"]
        if let defect = start.defect { arguments += ["--defect", defect] }
        if start.isTraced { arguments.append("--trace") }
        pid = try WorkerProcess.spawn(arguments, [jobs.read, results.write, complaints.write])
        for descriptor in [jobs.read, results.write, complaints.write] { close(descriptor) }
        for descriptor in [results.read, complaints.read] {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
        jobDescriptor = jobs.write
        resultDescriptor = results.read
        complaintDescriptor = complaints.read
    }

    /// A worker that is gone already takes nothing; its end is seen where its results are read.
    func begin(_ job: SeedJob) {
        self.job = job
        runs += 1
        jobBegan = WallClock.seconds
        let line = Array((ReportJSON.wire(job) + "\n").utf8)
        _ = line.withUnsafeBytes { write(jobDescriptor, $0.baseAddress, $0.count) }  // shorter than PIPE_BUF
    }

    /// What has arrived: the result of its run, if it is whole, and whether the process has ended.
    func read() -> (result: SeedResult?, hasEnded: Bool) {
        _ = WorkerProcess.drain(complaintDescriptor, into: &said)
        if isTraced, !said.isEmpty {
            said.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
        // enough for the end of a backtrace; a simulation that prints much must not fill the memory
        said.removeFirst(isTraced ? said.count : max(0, said.count - 65_536))
        let hasEnded = WorkerProcess.drain(resultDescriptor, into: &unread)
        guard let end = unread.firstIndex(of: 10) else { return (nil, hasEnded) }
        let line = Data(unread[..<end])
        unread.removeFirst(end + 1)
        // A line that is no result means that the process is not what it should be: it is lost.
        guard let result = try? JSONDecoder().decode(SeedResult.self, from: line) else { return (nil, true) }
        job = nil
        return (result, hasEnded)
    }

    /// Kills it; its end is then read like any other.
    func kill(forHanging: Bool) {
        isHung = isHung || forHanging
        // the group: a backtrace being written is a child of the process that crashed
        Glibc.kill(-pid, SIGKILL)
    }

    /// Waits for the end of a process that has ended or been killed. Returns how it ended, for people.
    func bury() -> String {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR { continue }
        _ = WorkerProcess.drain(complaintDescriptor, into: &said)
        for descriptor in [jobDescriptor, resultDescriptor, complaintDescriptor] { close(descriptor) }
        return CrashText.digest(status: status, output: String(decoding: said, as: UTF8.self))
    }

    /// Appends what is there; true at the end of the stream.
    private static func drain(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
        var block = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = block.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes += block[..<count]
            } else if count == 0 {
                return true
            } else if errno != EINTR {
                return errno != EAGAIN
            }
        }
    }

    /// Closed on `exec`, so that no worker keeps another one's pipes open.
    private static func pipe() throws(Complaint) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else {
            throw .internalFault("no pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(_ arguments: [String], _ streams: [Int32]) throws(Complaint) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, descriptor) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(target))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that Ctrl-C reaches the supervisor alone; and SIGPIPE as it was born with.
        var restored = sigset_t()
        sigemptyset(&restored)
        sigaddset(&restored, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &restored)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
        var pid: pid_t = 0
        var words = arguments.map { strdup($0) } + [nil]
        var variables = environment().map { strdup($0) } + [nil]
        defer { for text in words + variables { free(text) } }
        let fault = posix_spawn(&pid, arguments[0], &actions, &attributes, &words, &variables)
        guard fault == 0 else {
            throw .internalFault("cannot start a worker: \(String(cString: strerror(fault)))")
        }
        return pid
    }

    /// The environment of a worker: a short backtrace when it traps, because an optimised build has no other
    /// trap message. The hash seed of the standard library stays random on purpose: a result that depends on
    /// the order of a dictionary differs between two processes, and `--twice` sees it.
    private static func environment() -> [String] {
        var variables = ProcessInfo.processInfo.environment
        variables["SWIFT_BACKTRACE"] =
            "enable=yes,interactive=no,color=no,threads=crashed,registers=none,images=none,limit=16"
        variables["SWIFT_DETERMINISTIC_HASHING"] = nil
        return variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }
}
