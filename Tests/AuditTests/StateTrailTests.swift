import Audit
import Orders
import Runbooks
import Testing
import TradingModel

@Suite struct `The trail of state changes` {
    private static func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

    @Test func `says of each change what was before, who did it and why`() {
        var trail = StateTrail()
        func mode(_ mode: OperatingMode, _ actor: String, _ at: Int64) -> [StateChange] {
            trail.take(.mode(mode, reason: "r\(at)", actor: actor, at: Self.at(at)))
        }
        #expect(mode(.hold, "ann", 1).first?.before == "")
        let second = mode(.normal, "ann and bob", 2)
        #expect(
            second == [
                StateChange(
                    at: Self.at(2), subject: .mode, before: "HOLD", after: "NORMAL", reason: "r2",
                    actor: "ann and bob")
            ])
        let venue = OutboxRecord.venueMode(
            venue: "okx", isSafe: true, reason: "zombie", actor: "node", at: Self.at(3))
        #expect(trail.take(venue).map { [$0.place, $0.before, $0.after] } == [["okx", "open", "SAFE_MODE"]])
    }

    @Test func `is silent where a row says again what holds, as behind a checkpoint`() {
        var trail = StateTrail()
        let rows: [OutboxRecord] = [
            .mode(.hold, reason: "a", actor: "ann", at: Self.at(1)),
            .killed(
                KillBlock(.venue("okx"), flattens: false, reason: "odd", actor: "ann", at: Self.at(2)),
                isLifted: false),
            .strategy(name: "s", isEnabled: false, reason: "loop", actor: "node", at: Self.at(3)),
            .riskIndex(
                RiskIndexRow(
                    target: 40, before: 80, after: 40, marketStability: nil, reason: "care", actor: "ann",
                    at: Self.at(4))),
            .rule(.switched(rule: "spread", isOn: false, reason: "why", actor: "ann", at: Self.at(5))),
            .configured(
                ConfigurationFact(
                    before: "", after: "ab", changes: [], reason: "start", actor: "start", at: Self.at(6))),
        ]
        #expect(rows.flatMap { trail.take($0) }.count == 7, "the risk index has a target and a value")
        #expect(rows.flatMap { trail.take($0) }.isEmpty)
        // A log that was read again goes on where it ended.
        var resumed = StateTrail()
        var first = StateTrail()
        for change in rows.flatMap({ first.take($0) }) { resumed.resume(change) }
        #expect(rows.flatMap { resumed.take($0) }.isEmpty)
    }

    @Test func `has a second kill with other words, and what people said of incidents`() {
        var trail = StateTrail()
        func kill(_ reason: String, _ at: Int64) -> [StateChange] {
            let block = KillBlock(.all, flattens: false, reason: reason, actor: "ann", at: Self.at(at))
            return trail.take(.killed(block, isLifted: false))
        }
        #expect(kill("first", 1).map(\.before) == ["open"])
        #expect(kill("first", 1).isEmpty)
        #expect(
            kill("again", 2).map { [$0.before, $0.after, $0.reason] } == [["killed", "killed", "again"]])
        let word = OutboxRecord.corrected(
            venue: "okx", what: "incident 3 resolved", reason: "fixed", actor: "bob", at: Self.at(3))
        #expect(trail.take(word).map { [$0.actor, $0.reason] } == [["bob", "fixed"]])
    }

    @Test func `has what people said to a run of a runbook, once, and how it ended`() {
        var trail = StateTrail()
        let entries: [RunbookRun.Entry] = [
            .started(by: "ann", reason: "slow", alone: .caution, at: Self.at(1)),
            .begins(step: 0, at: Self.at(2)), .failed(step: 0, why: "no answer", at: Self.at(3)),
            .aborted(by: "bob", reason: "enough", at: Self.at(4)), .ended(.aborted, at: Self.at(5)),
        ]
        let rows = entries.enumerated().map { index, entry in
            OutboxRecord.runbook(
                RunbookRow(
                    run: 7, index: index, runbook: "rb-05", target: "okx", plan: "ab", parent: 0,
                    parentStep: 0, line: entry.line, at: entry.at))
        }
        let told = rows.flatMap { trail.take($0) }
        #expect(told.map(\.actor) == ["ann", "bob", "node"])
        #expect(told.map(\.reason) == ["slow", "enough", ""])
        #expect(told[0].place == "rb-05 at okx" && told[0].after == "run 7 started")
        #expect(rows.flatMap { trail.take($0) }.isEmpty, "as behind a checkpoint")
        var resumed = StateTrail()
        for change in told { resumed.resume(change) }
        #expect(rows.flatMap { resumed.take($0) }.isEmpty)
    }

    @Test func `tells a configuration as a whole and each of its keys`() {
        var trail = StateTrail()
        let changes = trail.take(
            .configured(
                ConfigurationFact(
                    before: "ab", after: "cd",
                    changes: [
                        .init(key: "limits.order_notional", before: "500", after: "400"),
                        .init(key: "alerts.second", before: nil, after: "email"),
                    ], reason: "weekend", actor: "ann", at: Self.at(1))))
        #expect(changes.map(\.subject) == [.configuration, .limit, .limit])
        #expect(changes[1].place == "limits.order_notional" && changes[1].before == "500")
        #expect(changes[2].before == "" && changes[2].after == "email" && changes[2].actor == "ann")
    }

    @Test func `has nothing to say of orders and fills`() {
        var trail = StateTrail()
        let id = ClientOrderID(epoch: 7, node: 2, strategy: 3, intent: 99, leg: 1, attempt: 0)
        #expect(trail.take(.moved(id, to: .acked, venueOrderID: "o", at: Self.at(1))).isEmpty)
        #expect(trail.take(.revoked(id, sent: WarrantLegs(bits: 0))).isEmpty)
    }
}

@Suite struct `A moment as text` {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000000Z"), (1, "1970-01-01T00:00:00.000000001Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
        (1_795_912_862_123_456_789, "2026-11-29T00:41:02.123456789Z"),
        (4_107_542_399_000_000_000, "2100-02-28T23:59:59.000000000Z"),
    ])
    func `is RFC 3339 in UTC`(nanoseconds: Int64, text: String) {
        #expect(UTCTime.text(Moment(nanoseconds: nanoseconds)) == text)
        if nanoseconds >= 0 { #expect(UTCTime.moment(text) == Moment(nanoseconds: nanoseconds)) }
    }

    @Test func `is read with a day alone, to the minute, and with any decimals, and nothing else`() {
        func seconds(_ text: String) -> Int64? { UTCTime.moment(text).map { $0.nanoseconds / 1_000_000_000 } }
        #expect(seconds("2026-11-29") == 1_795_910_400 && seconds("2026-11-29T00:01") == 1_795_910_460)
        #expect(UTCTime.moment("2026-11-29T00:00:00.5Z")?.nanoseconds == 1_795_910_400_500_000_000)
        for text in [
            "", "2026-02-29", "2026-13-01", "2026-1-1", "2026-11-29T24:00", "2026-11-29T00:60",
            "2026-11-29T00:00:00.", "2026-11-29T00:00:00.1234567890", "2026-11-29 00:00", "x", "2026-11-29T",
        ] { #expect(UTCTime.moment(text) == nil, "\(text)") }
    }
}
