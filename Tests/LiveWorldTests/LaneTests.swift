import Ports
import Synchronization
import Testing
import TradingModel

@testable import LiveWorld

@Suite struct `Live lanes` {
    enum Kind: CaseIterable {
        case socket, worker
        func make() throws -> any LiveLane {
            switch self {
            case .socket: try SocketLane(name: "test sockets")
            case .worker: try WorkerLane(name: "test worker")
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func `what is posted runs on the lane, in order`(_ kind: Kind) async throws {
        let lane = try kind.make()
        let seen = Mutex<[Int]>([])
        for number in 0..<1_000 {
            lane.post {
                precondition(lane.isCurrent)
                seen.withLock { $0.append(number) }
            }
        }
        lane.stop()
        #expect(seen.withLock { $0 } == Array(0..<1_000))
    }

    @Test(arguments: Kind.allCases)
    func `stop runs what is queued, also what that queues, and takes nothing after`(_ kind: Kind) throws {
        let lane = try kind.make()
        let count = Atomic<Int>(0)
        for _ in 0..<100 {
            lane.post {
                count.add(1, ordering: .relaxed)
                lane.post { count.add(1, ordering: .relaxed) }
            }
        }
        lane.stop()
        #expect(count.load(ordering: .relaxed) == 200)
        lane.post { count.add(1, ordering: .relaxed) }
        lane.stop()
        #expect(count.load(ordering: .relaxed) == 200)
    }

    @Test(arguments: Kind.allCases)
    func `timers fire by deadline, equal ones in the order they were made, cancelled ones never`(
        _ kind: Kind
    ) async throws {
        let lane = try kind.make()
        let seen = Mutex<[Int]>([])
        let start = LiveClock.now + .milliseconds(20)
        await withCheckedContinuation { continuation in
            lane.post {
                lane.schedule(at: start + .milliseconds(2)) { seen.withLock { $0.append(3) } }
                lane.schedule(at: start) { seen.withLock { $0.append(1) } }
                let cancelled = lane.schedule(at: start + .milliseconds(1)) {
                    seen.withLock { $0.append(99) }
                }
                lane.schedule(at: start) { seen.withLock { $0.append(2) } }
                lane.schedule(at: start + .milliseconds(3)) { continuation.resume() }
                cancelled.cancel()
            }
        }
        #expect(seen.withLock { $0 } == [1, 2, 3])
        #expect(LiveClock.now >= start + .milliseconds(3))
        lane.stop()
    }

    @Test(arguments: Kind.allCases)
    func `a timer set from another thread wakes a lane that waits for a later one`(_ kind: Kind) async throws
    {
        let lane = try kind.make()
        lane.schedule(at: .distantFuture) {}
        let fired = await withCheckedContinuation { continuation in
            lane.schedule(at: LiveClock.now + .milliseconds(10)) {
                continuation.resume(returning: lane.isCurrent)
            }
        }
        #expect(fired)
        lane.stop()
    }

    @Test(arguments: Kind.allCases)
    func `a cancelled sleep ends at once`(_ kind: Kind) async throws {
        let lane = try kind.make()
        let time = SystemTime(timers: lane)
        let task = Task(executorPreference: lane) { try await time.sleep(until: .distantFuture) }
        try await time.sleep(until: time.now + .milliseconds(5))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        lane.stop()
    }

    @Test func `a sleep that is cancelled before it begins does not begin`() async throws {
        let lane = try WorkerLane(name: "test")
        let time = SystemTime(timers: lane)
        let task = Task(executorPreference: lane) {
            withUnsafeCurrentTask { $0?.cancel() }
            try await time.sleep(until: .distantFuture)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        lane.stop()
    }

    @Test func `sleeping, waking and cancelling from many tasks loses none of them`() async throws {
        let lane = try SocketLane(name: "test")
        let time = SystemTime(timers: lane)
        let outcomes = await Task(executorPreference: lane) { () -> (woken: Int, cancelled: Int) in
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        let sleep = Task(executorPreference: lane) {
                            try await time.sleep(until: time.now + .microseconds(Int64(number * 50)))
                        }
                        if number % 3 == 0 { sleep.cancel() }
                        do { try await sleep.value } catch { return false }
                        return true
                    }
                }
                var outcome = (woken: 0, cancelled: 0)
                for await isWoken in group {
                    if isWoken { outcome.woken += 1 } else { outcome.cancelled += 1 }
                }
                return outcome
            }
        }.value
        #expect(outcomes.woken + outcomes.cancelled == 400)
        #expect(outcomes.woken >= 266)
        lane.stop()
    }

    @Test func `time never steps back, and stays with the wall clock it was anchored to`() throws {
        let lane = try WorkerLane(name: "test")
        let time = SystemTime(timers: lane)
        var last = time.now
        for _ in 0..<10_000 {
            let now = time.now
            #expect(now >= last)
            last = now
        }
        lane.stop()
    }

    @Test func `entropy does not repeat itself`() {
        let entropy = SystemEntropy()
        #expect(Set((0..<1_000).map { _ in entropy.next() }).count == 1_000)
    }
}

@Suite struct `A lane's timer heap` {
    @Test func `it gives timers back in the order of a stable sort, through sweeps and cancellations`() {
        var random = SplitMix(seed: 7)
        for _ in 0..<50 {
            var timers = LaneTimers()
            var expected: [(deadline: Int64, number: Int)] = []
            let fired = Mutex<[Int]>([])
            for number in 0..<600 {
                let deadline = Int64(random.next() % 40)
                let timer = timers.add(at: Moment(nanoseconds: deadline)) {
                    fired.withLock { $0.append(number) }
                }
                if random.next() % 4 == 0 { timer.cancel() } else { expected.append((deadline, number)) }
            }
            while let timer = timers.takeDue(at: Moment(nanoseconds: 39)) { timer.fire() }
            let order = expected.sorted { ($0.deadline, $0.number) < ($1.deadline, $1.number) }.map(\.number)
            #expect(fired.withLock { $0 } == order)
            #expect(timers.count == 0)
        }
    }
}
