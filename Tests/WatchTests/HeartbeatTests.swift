import Testing
import TradingModel
import Watch

@Suite struct `A registry of heartbeats` {
    private static let start = Moment(nanoseconds: 1_000_000_000_000)
    private static let lane = Heartbeat(
        "store lane", .trading, every: .seconds(1), yellow: .seconds(5), red: .seconds(15))

    @Test func `says green, yellow and red by arithmetic over silence alone`() {
        for seconds in Int64(0)...20 {
            let expected: Vitality = seconds > 15 ? .red : seconds > 5 ? .yellow : .green
            #expect(Self.lane.vitality(silentFor: .seconds(seconds)) == expected)
        }
        #expect(Self.lane.vitality(silentFor: .seconds(5)) == .green, "the bound itself is not beyond it")
        #expect(Self.lane.vitality(silentFor: .seconds(5) + .nanoseconds(1)) == .yellow)
        #expect(Self.lane.vitality(silentFor: .seconds(15) + .nanoseconds(1)) == .red)
    }

    @Test func `tells each change once, down and up`() {
        var registry = HeartbeatRegistry()
        let id = registry.register(Self.lane, at: Self.start)
        var seen: [Vitality] = []
        for seconds in Int64(0)...30 {
            let now = Self.start + .seconds(seconds)
            if seconds == 20 { registry.beat(id, at: now) }
            seen += registry.look(at: now).map(\.after)
        }
        #expect(seen == [.yellow, .red, .green, .yellow])
        let line = registry.lines(at: Self.start + .seconds(30))[0]
        #expect(line.losses == 1 && line.beats == 1 && line.silence == .seconds(10))
    }

    /// A slow oracle: the silence is what lies since the latest moment told.
    @Test func `beats told late and in any order count by their latest`() {
        var random = UInt64(7)
        func draw(_ bound: UInt64) -> Int64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((random >> 33) % bound)
        }
        for _ in 0..<500 {
            var registry = HeartbeatRegistry()
            let id = registry.register(Self.lane, at: Self.start)
            var latest = Self.start
            for _ in 0..<8 {
                let moment = Self.start + .milliseconds(draw(30_000))
                registry.beat(id, at: moment)
                latest = max(latest, moment)
            }
            let now = Self.start + .seconds(30)
            #expect(registry.vitality(id, at: now) == Self.lane.vitality(silentFor: now - latest))
        }
    }

    @Test func `a job is watched only while it has something to do`() {
        var registry = HeartbeatRegistry()
        let id = registry.register(Self.lane, isResting: true, at: Self.start)
        #expect(registry.vitality(id, at: Self.start + .seconds(100)) == .green)
        registry.wake(id, at: Self.start + .seconds(100))
        #expect(registry.vitality(id, at: Self.start + .seconds(104)) == .green)
        #expect(registry.vitality(id, at: Self.start + .seconds(106)) == .yellow)
        registry.rest(id)
        #expect(registry.vitality(id, at: Self.start + .seconds(200)) == .green)
    }

    @Test func `the supervisor is reassured only while every critical beat is green`() {
        for criticality in Criticality.allCases {
            var registry = HeartbeatRegistry()
            _ = registry.register(
                Heartbeat("one", criticality, every: .seconds(1), yellow: .seconds(2), red: .seconds(3)),
                at: Self.start)
            #expect(registry.isEveryCriticalFresh(at: Self.start + .seconds(1)))
            let mayBeSilent = criticality == .venue || criticality == .service
            #expect(registry.isEveryCriticalFresh(at: Self.start + .seconds(60)) == mayBeSilent)
        }
    }

    @Test func `no venue is heard only when each has lost what once lived`() {
        var registry = HeartbeatRegistry()
        let ids = (0..<3).map { venue in
            registry.register(
                Heartbeat(
                    "market data", venue: VenueID(venue), .venue, every: .seconds(1), yellow: .seconds(2),
                    red: .seconds(3)), at: Self.start)
        }
        let later = Self.start + .seconds(60)
        #expect(!registry.isEveryVenueSilent(3, at: later), "they were never there")
        for id in ids { registry.beat(id, at: Self.start) }
        #expect(registry.isEveryVenueSilent(3, at: later))
        registry.beat(ids[1], at: later)
        #expect(!registry.isEveryVenueSilent(3, at: later))
        #expect(!registry.isEveryVenueSilent(0, at: later))
    }

    @Test func `who was away does not hold the others' silence against them`() {
        var registry = HeartbeatRegistry()
        let own = registry.register(Self.lane, at: Self.start)
        let other = registry.register(
            Heartbeat("other", .vital, every: .seconds(1), yellow: .seconds(5), red: .seconds(15)),
            at: Self.start)
        let now = Self.start + .seconds(60)
        registry.excuse(.seconds(58), except: own, at: now)
        #expect(registry.vitality(own, at: now) == .red && registry.vitality(other, at: now) == .green)
        #expect(registry.silence(other, at: now) == .seconds(2))
        registry.excuse(.seconds(1_000), except: own, at: now)
        #expect(registry.silence(other, at: now) == .zero, "nobody beats in the future")
    }

    @Test func `each criticality asks for its mode`() {
        let modes = Criticality.allCases.map { critical in Vitality.allCases.map { critical.mode(at: $0) } }
        #expect(
            modes == [
                [nil, .reduced, .safe], [nil, .reduced, .hold], [nil, nil, nil], [nil, nil, nil],
            ])
        for criticality in Criticality.allCases {
            #expect(criticality.severity(at: .yellow) < criticality.severity(at: .red))
        }
    }
}

@Suite struct `A private stream lives` {
    private static let start = Moment(nanoseconds: 1_000_000_000_000)
    private static let id = ClientOrderID(
        epoch: 1, node: 1, strategy: 1, intent: 1, leg: 0, attempt: 0)

    private func ready() -> EchoWatch {
        var stream = EchoWatch()
        stream.stream(isReady: true, at: Self.start)
        return stream
    }

    @Test func `by what it tells, and in an idle account by a comparison`() {
        var stream = ready()
        stream.told(at: Self.start + .seconds(3))
        #expect(stream.aliveAt == Self.start + .seconds(3))
        stream.compared(at: Self.start + .seconds(9))
        #expect(stream.aliveAt == Self.start + .seconds(9))
        stream.told(at: Self.start + .seconds(5))
        #expect(stream.aliveAt == Self.start + .seconds(9), "older news is no newer proof")
    }

    @Test func `not while it owes the echo of an order, whatever else it says`() {
        var stream = ready()
        stream.sent(Self.id, at: Self.start + .seconds(10))
        stream.told(at: Self.start + .seconds(60))
        stream.compared(at: Self.start + .seconds(60))
        #expect(stream.aliveAt == Self.start + .seconds(10) && stream.owing == 1)
        stream.echoed(Self.id)
        #expect(stream.aliveAt == Self.start + .seconds(60) && stream.owing == 0)
    }

    @Test func `without owing what the venue did not take`() {
        var stream = ready()
        stream.sent(Self.id, at: Self.start + .seconds(10))
        stream.released(Self.id)
        stream.told(at: Self.start + .seconds(60))
        #expect(stream.aliveAt == Self.start + .seconds(60))
    }

    @Test func `anew after a gap, and not at all before it is ready`() {
        var stream = ready()
        stream.sent(Self.id, at: Self.start)
        stream.stream(isReady: false, at: Self.start + .seconds(1))
        #expect(stream.owing == 0)
        stream.compared(at: Self.start + .seconds(30))
        #expect(stream.aliveAt == Self.start, "a lost stream is not kept alive by questions")
        stream.sent(Self.id, at: Self.start + .seconds(30))
        #expect(stream.owing == 0, "a lost stream owes no echo: the gap is reconciled")
    }
}

@Suite struct `The watch on the desk` {
    private static let start = Moment(nanoseconds: 1_000_000_000_000)

    /// Whatever the phase of the beat and of the watch, and whenever it sticks.
    @Test func `finds a stuck desk within three seconds, once, and says when it moves again`() {
        for phase in stride(from: Int64(0), to: 250, by: 7) {
            for beat in stride(from: Int64(0), to: 50, by: 9) {
                var vigil = DeskVigil()
                let stuckAt = Self.start + .milliseconds(beat)
                var found: [Moment] = []
                var recovered = 0
                for look in Int64(0)..<40 {
                    let now = Self.start + .milliseconds(phase + look * 250)
                    let beatAt = now < stuckAt ? now : look < 30 ? stuckAt : now
                    switch vigil.look(beatAt: beatAt, at: now) {
                    case .stuck: found.append(now)
                    case .recovered: recovered += 1
                    case .moving, .stillStuck: break
                    }
                }
                #expect(found.count == 1 && recovered == 1)
                #expect(found.allSatisfy { $0 - stuckAt <= .seconds(3) })
            }
        }
    }

    @Test func `reassures nobody when the desk or a critical beat is stale`() {
        let now = Self.start + .seconds(10)
        #expect(
            DeskVigil.mayReassure(beatAt: now - .milliseconds(1_500), isEveryCriticalFresh: true, at: now))
        #expect(
            !DeskVigil.mayReassure(beatAt: now - .milliseconds(1_501), isEveryCriticalFresh: true, at: now))
        #expect(!DeskVigil.mayReassure(beatAt: now, isEveryCriticalFresh: false, at: now))
    }
}
