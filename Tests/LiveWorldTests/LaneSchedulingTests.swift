import Glibc
import Ports
import Synchronization
import Testing
import TradingModel

@testable import LiveWorld

@Suite struct `What lanes ask of the scheduler` {
    /// A line of the calling thread's own status.
    private static func status(_ name: String) -> String {
        guard let file = fopen("/proc/thread-self/status", "r") else { return "" }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix(name + ":") else { continue }
            return String(text.dropFirst(name.count + 1).filter { !$0.isWhitespace })
        }
        return ""
    }

    private func seen(on lane: any LiveLane, _ look: @escaping @Sendable () -> String) async -> String {
        await withCheckedContinuation { continuation in lane.post { continuation.resume(returning: look()) } }
    }

    @Test func `a lane that is kept on a core runs there alone, and others where they did`() async throws {
        let pinned = try WorkerLane(name: "pinned")
        let free = try WorkerLane(name: "free")
        let before = await seen(on: free) { Self.status("Cpus_allowed_list") }
        let first = before.prefix { $0.isNumber }
        try pinned.adopt(LaneThreadPlan(core: Int(first)), name: "store")
        #expect(await seen(on: pinned) { Self.status("Cpus_allowed_list") } == first)
        #expect(await seen(on: free) { Self.status("Cpus_allowed_list") } == before)
        pinned.stop()
        free.stop()
    }

    @Test func `a core that does not exist is refused by name`() throws {
        let lane = try SocketLane(name: "nowhere")
        defer { lane.stop() }
        let fault = #expect(throws: LaneFault.self) {
            try lane.adopt(LaneThreadPlan(core: 1_000), name: "sockets")
        }
        guard case .cannotStart(let why) = fault else { return }
        #expect(why.contains("threads.sockets.core: core 1000 is refused"))
    }

    @Test func `a node that is refused what it was promised does not start, and leaves no lane behind`()
        throws
    {
        var plan = ThreadPlan.ordinary
        plan.cold.core = 1_000
        #expect(throws: LaneFault.self) {
            _ = try LiveWorld.make(dataDirectory: "/nonexistent", limits: .demonstration, threads: plan)
        }
    }

    @Test func `real-time priority is given, or refused with what it takes`() async throws {
        let lane = try WorkerLane(name: "urgent")
        defer { lane.stop() }
        do throws(LaneFault) {
            try lane.adopt(LaneThreadPlan(realtime: 1), name: "store")
            let policy = await seen(on: lane) { "\(sched_getscheduler(0))" }
            #expect(policy == "\(SCHED_FIFO)")
        } catch {
            guard case .cannotStart(let why) = error else { return }
            #expect(why.contains("threads.store.realtime") && why.contains("CAP_SYS_NICE"))
        }
    }

    @Test func `a lane that never sleeps does what a sleeping one does`() async throws {
        let lane = try SocketLane(name: "awake")
        try lane.adopt(LaneThreadPlan(busyPoll: true), name: "sockets")
        let seen = Mutex<[Int]>([])
        await withCheckedContinuation { continuation in
            lane.post {
                lane.schedule(at: LiveClock.now + .milliseconds(2)) {
                    seen.withLock { $0.append(2) }
                    continuation.resume()
                }
                seen.withLock { $0.append(1) }
            }
        }
        lane.post { seen.withLock { $0.append(3) } }
        lane.stop()
        #expect(seen.withLock { $0 } == [1, 2, 3])
    }
}
