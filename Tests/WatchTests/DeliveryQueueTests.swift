import Testing
import TradingModel
import Watch

@Suite struct `What a channel still has to say` {
    private static let start = Moment(nanoseconds: 1_790_000_000_000_000_000)

    private func alert(_ number: Int, _ severity: Severity = .warning, at seconds: Int64 = 0) -> Alert {
        Alert(
            kind: .opened, number: number, code: .hedgeFailure, severity: severity, scope: "node",
            detail: "", count: 1, at: Self.start + .seconds(seconds))
    }

    @Test func `goes out in order, each once`() {
        var queue = DeliveryQueue(perMinute: 100)
        for number in 1...5 { queue.offer(alert(number)) }
        var said: [Int] = []
        while case .deliver(let next) = queue.next(at: Self.start) {
            said.append(next.number)
            #expect(queue.succeeded(.deliver(next), at: Self.start) == .same)
        }
        #expect(said == [1, 2, 3, 4, 5] && queue.next(at: Self.start) == .idle)
    }

    @Test func `is tried again after pauses that double, and kept meanwhile`() {
        var queue = DeliveryQueue(perMinute: 100)
        queue.offer(alert(1))
        var now = Self.start
        var pauses: [Int64] = []
        for _ in 0..<9 {
            _ = queue.failed(.deliver(alert(1)), isFinal: false, at: now)
            guard case .wait(let until) = queue.next(at: now) else {
                Issue.record("it waits")
                return
            }
            pauses.append((until - now).milliseconds / 1_000)
            #expect(queue.next(at: until) == .deliver(alert(1)))
            now = until
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        #expect(queue.waiting.count == 1)
    }

    @Test func `a channel is dead after three failures in a row and lives with the next success`() {
        var queue = DeliveryQueue(perMinute: 100)
        for number in 1...3 { queue.offer(alert(number)) }
        let step = DeliveryQueue.Step.deliver(alert(1))
        #expect(queue.failed(step, isFinal: false, at: Self.start) == .same)
        #expect(queue.failed(step, isFinal: false, at: Self.start) == .same)
        #expect(queue.failed(step, isFinal: false, at: Self.start) == .died)
        #expect(queue.failed(step, isFinal: false, at: Self.start) == .same, "told once")
        #expect(queue.isDead)
        #expect(queue.succeeded(step, at: Self.start) == .lives)
        #expect(!queue.isDead && queue.next(at: Self.start) == .deliver(alert(2)))
    }

    @Test func `what the channel will never take does not stop the rest`() {
        var queue = DeliveryQueue(perMinute: 100)
        queue.offer(alert(1))
        queue.offer(alert(2))
        _ = queue.failed(.deliver(alert(1)), isFinal: true, at: Self.start)
        #expect(queue.next(at: Self.start + .seconds(1)) == .deliver(alert(2)))
        #expect(queue.dropped == 1)
    }

    @Test func `above its rate it is counted instead of said, but a page is always said`() {
        var queue = DeliveryQueue(perMinute: 3)
        for number in 1...10 { queue.offer(alert(number)) }
        for number in 1...3 {
            #expect(queue.next(at: Self.start) == .deliver(alert(number)))
            _ = queue.succeeded(.deliver(alert(number)), at: Self.start)
        }
        #expect(queue.next(at: Self.start) == .wait(until: Self.start + .seconds(60)))
        queue.offer(alert(11, .pageNow))
        #expect(queue.next(at: Self.start) == .deliver(alert(11, .pageNow)))
        _ = queue.succeeded(.deliver(alert(11, .pageNow)), at: Self.start)
        let later = Self.start + .seconds(60)
        #expect(queue.next(at: later) == .summary(7))
        _ = queue.succeeded(.summary(7), at: later)
        #expect(queue.next(at: later) == .idle)
    }

    @Test func `is bounded, and drops what matters least`() {
        var queue = DeliveryQueue(perMinute: 100)
        queue.offer(alert(0, .pageNow))
        for number in 1...1_000 { queue.offer(alert(number, number % 2 == 0 ? .critical : .info)) }
        #expect(queue.waiting.count == DeliveryQueue.capacity)
        #expect(queue.waiting.first == alert(0, .pageNow))
        #expect(!queue.waiting.contains { $0.severity == .info })
        #expect(queue.dropped == 1_001 - DeliveryQueue.capacity)
    }

    @Test func `is not said any more when it is old`() {
        var queue = DeliveryQueue(perMinute: 100)
        queue.offer(alert(1, at: 0))
        queue.offer(alert(2, at: 1_000))
        #expect(queue.next(at: Self.start + .seconds(1_801)) == .deliver(alert(2, at: 1_000)))
        #expect(queue.dropped == 1)
    }
}

@Suite struct `An alert goes` {
    private static let policy = AlertPolicy(
        channels: [
            .init(name: "log", target: .log, least: .info),
            .init(name: "webhook", target: .webhook(url: "https://x.test/"), least: .critical),
            .init(name: "email", target: .file("x"), least: .pageNow),
        ], second: "email")

    private func alert(
        _ severity: Severity, _ kind: Alert.Kind = .opened, channel: String? = nil
    ) -> Alert {
        Alert(
            kind: kind, number: 1, code: .alertChannelDead, severity: severity, scope: "x", detail: "",
            count: 1, at: .distantPast, channel: channel)
    }

    @Test func `to every channel that wants its severity`() {
        #expect(Self.policy.recipients(of: alert(.info)) == [0])
        #expect(Self.policy.recipients(of: alert(.critical)) == [0, 1])
        #expect(Self.policy.recipients(of: alert(.pageNow)) == [0, 1, 2])
    }

    @Test func `to the second channel when nobody answers`() {
        #expect(Self.policy.recipients(of: alert(.pageNow, .escalated)) == [2])
        let alone = AlertPolicy(channels: Self.policy.channels)
        #expect(alone.recipients(of: alert(.pageNow, .escalated)) == [0, 1, 2])
    }

    @Test func `never to the channel that it says is dead`() {
        #expect(Self.policy.recipients(of: alert(.critical, channel: "webhook")) == [0])
    }
}
