import Glibc
import LiveWorld
import Ports
import Synchronization
import Testing
import TradingModel

/// What the design takes from the Swift toolchain without the language promising it. When one of these fails
/// after a compiler update, the lanes must be thought through again.
@Suite struct `The executor facts the lanes stand on` {
    @Test func `calls between actors of one lane need no hop`() async {
        let lane = TracingLane()
        let others = (0..<10).map { _ in Clerk(lane) }
        let asker = Clerk(lane)
        await Task(executorPreference: lane) { await asker.ask(others) }.value
        #expect(lane.enqueued == 1)
        lane.stop()
    }

    @Test func `the serial-only entry hops at every call, which is what the simulation wants`() async {
        let lane = TracingLane(.serialOnly)
        let others = (0..<10).map { _ in Clerk(lane) }
        let asker = Clerk(lane)
        await Task(executorPreference: lane) { await asker.ask(others) }.value
        #expect(lane.enqueued > 10)
        lane.stop()
    }

    @Test func `an actor's jobs run on its lane's thread, whoever calls`() async {
        let lane = TracingLane()
        let clerk = Clerk(lane)
        #expect(await clerk.isOnLane())
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { await clerk.isOnLane() } }
            for await isOnLane in group { #expect(isOnLane) }
        }
        lane.stop()
    }

    @Test func `async let, groups and streams inherit the root task's lane`() async {
        let lane = TracingLane()
        let places = await Task(executorPreference: lane) { () -> [Bool] in
            var places = [lane.isCurrent]
            async let child: Bool = {
                await Task.yield()
                return lane.isCurrent
            }()
            places.append(await child)
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        await Task.yield()
                        return lane.isCurrent
                    }
                }
                for await place in group { places.append(place) }
            }
            let (stream, continuation) = AsyncStream<Int>.makeStream()
            async let producer: Void = {
                for number in 0..<3 {
                    await Task.yield()
                    continuation.yield(number)
                }
                continuation.finish()
            }()
            for await _ in stream { places.append(lane.isCurrent) }
            await producer
            return places
        }.value
        #expect(places.count == 13)
        #expect(places.allSatisfy { $0 })
        lane.stop()
    }

    @Test func `a bare Task and a detached one escape the lane`() async {
        let lane = TracingLane()
        let places = await Task(executorPreference: lane) { () -> [Bool] in
            let bare = await Task { lane.isCurrent }.value
            let detached = await Task.detached { lane.isCurrent }.value
            return [bare, detached, lane.isCurrent]
        }.value
        #expect(places == [false, false, true])
        lane.stop()
    }

    @Test func `assumeIsolated holds outside any job, given the lane's own checks`() async throws {
        for lane in try liveLanes() {
            let clerk = Clerk(lane)
            let count = await withCheckedContinuation { continuation in
                lane.post { continuation.resume(returning: clerk.assumeIsolated { $0.bump() }) }
            }
            #expect(count == 1)
            lane.stop()
        }
    }

    @Test func `a foreign thread may enqueue on every live lane`() async throws {
        for lane in try liveLanes() {
            let clerk = Clerk(lane)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { for _ in 0..<500 { await clerk.bump() } }
                }
            }
            #expect(await clerk.count == 4_000)
            #expect(await clerk.isOnLane())
            lane.stop()
        }
    }

    @Test func `calls between actors of one live lane stay in order with what is posted`() async throws {
        for lane in try liveLanes() {
            let seen = Mutex<[Int]>([])
            let clerk = Clerk(lane)
            await withCheckedContinuation { continuation in
                lane.post {
                    // Runs as one step: nothing of the lane can come between.
                    seen.withLock { $0.append(clerk.assumeIsolated { $0.bump() }) }
                    lane.post { continuation.resume() }
                    seen.withLock { $0.append(clerk.assumeIsolated { $0.bump() }) }
                }
            }
            #expect(seen.withLock { $0 } == [1, 2])
            lane.stop()
        }
    }

    @Test func `a task with the lane's preference sleeps and wakes on the lane`() async throws {
        let timers = try WorkerLane(name: "timers")
        let time = SystemTime(timers: timers)
        for lane in try liveLanes() {
            let isOnLane = try await Task(executorPreference: lane) {
                try await time.sleep(until: time.now + .milliseconds(5))
                return lane.isCurrent
            }.value
            #expect(isOnLane)
            lane.stop()
        }
        timers.stop()
    }

    private func liveLanes() throws -> [any LiveLane] {
        [try SocketLane(name: "sockets"), try WorkerLane(name: "worker")]
    }
}
