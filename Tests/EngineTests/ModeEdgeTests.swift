import Engine
import Orders
import Testing
import TradingModel

@Suite struct `Every edge between two modes` {
    /// A node that an earlier run left in this mode.
    private func stage(in mode: OperatingMode) -> Stage {
        Stage(
            recovery: [
                .mode(mode, reason: "before", actor: "ann", at: Moment(nanoseconds: 5))
            ])
    }

    private static let pairs = OperatingMode.allCases.flatMap { from in
        OperatingMode.allCases.map { (from, $0) }
    }

    @Test func `is taken by whom the table says, and by nobody less`() {
        #expect(Self.pairs.count == 25)
        for (from, to) in Self.pairs {
            for people in [["node"], ["ann"], ["ann", "Ann "], ["ann", "bob"]] {
                var stage = stage(in: from)
                #expect(stage.engine.mode == from)
                if to > from {
                    stage.process(.mode(to, reason: "test", actor: people[0]))
                } else {
                    stage.process(.governance(.resume(to: to, reason: "test", people: people)))
                }
                let distinct = People.distinct(people).count
                let isAllowed = to >= from || distinct >= from.authority(to: to).people
                #expect(
                    stage.engine.mode == (isAllowed ? to : from), "\(from.name) to \(to.name) by \(people)")
            }
        }
    }

    @Test func `down is the node's, up takes one person, and two out of SAFE_MODE and KILLED`() {
        for (from, to) in Self.pairs {
            let people = from.authority(to: to).people
            if to >= from {
                #expect(people == 0)
            } else {
                #expect(people == (from >= .safe ? 2 : 1))
            }
        }
    }

    @Test func `is written down, and a restart finds it`() {
        for (from, to) in Self.pairs where from != to {
            var stage = stage(in: from)
            if to > from {
                stage.process(.mode(to, reason: "test", actor: "ann"))
            } else {
                stage.process(.governance(.resume(to: to, reason: "test", people: ["ann", "bob"])))
            }
            #expect(Stage(recovery: stage.rows).engine.mode == to, "\(from.name) to \(to.name)")
        }
    }

    @Test func `up waits for its row, down does not`() {
        for (from, to) in Self.pairs where from != to {
            var stage = stage(in: from)
            stage.isStoreWilling = false
            if to > from {
                stage.process(.mode(to, reason: "test", actor: "ann"))
                #expect(stage.engine.mode == to)
                continue
            }
            stage.process(.governance(.resume(to: to, reason: "test", people: ["ann", "bob"])))
            #expect(stage.engine.mode == from, "\(from.name) to \(to.name) before its row is durable")
            let number = stage.loosenings.last ?? 0
            stage.process(.governance(.looseningDurable(number)))
            #expect(stage.engine.mode == to)
        }
    }

    @Test func `is not gone up when the store refuses its row, and a restart stays where the node was`() {
        for (from, to) in Self.pairs where to < from {
            var stage = stage(in: from)
            stage.isStoreWilling = false
            stage.process(.governance(.resume(to: to, reason: "test", people: ["ann", "bob"])))
            let number = stage.loosenings.last ?? 0
            stage.process(.governance(.looseningRefused(number, reason: "no room")))
            stage.process(.governance(.looseningDurable(number)))
            #expect(stage.engine.mode == from)
            #expect(stage.alarms.contains(.outboxUnavailable))
            // The refused row may lie on the disk all the same: what follows it says what holds.
            #expect(Stage(recovery: stage.rows).engine.mode == from)
        }
    }

    @Test func `down makes void what was about to go up`() {
        var stage = stage(in: .hold)
        stage.isStoreWilling = false
        stage.process(.governance(.resume(to: .normal, reason: "over", people: ["ann"])))
        let number = stage.loosenings.last ?? 0
        // Nobody knew of this when they agreed.
        stage.process(.dirty(VenueID(0), detail: "it differs"))
        stage.process(.governance(.looseningDurable(number)))
        #expect(stage.engine.mode == .hold)
        #expect(stage.engine.modeReason.hasPrefix("DIRTY_START"))
        #expect(Stage(recovery: stage.rows).engine.mode == .hold)
    }

    @Test func `a person's word for the mode that others are about to leave makes it stay`() {
        for mode in [OperatingMode.hold, .safe] {
            var stage = stage(in: mode)
            stage.isStoreWilling = false
            stage.process(.governance(.resume(to: .normal, reason: "over", people: ["ann", "carl"])))
            let number = stage.loosenings.last ?? 0
            stage.process(.mode(mode, reason: "not yet", actor: "bob"))
            stage.process(.governance(.looseningDurable(number)))
            #expect(stage.engine.mode == mode && stage.engine.modeReason == "not yet")
            #expect(Stage(recovery: stage.rows).engine.mode == mode)
        }
    }

    @Test func `up is found by a restart though a checkpoint came between its row and its acting`() {
        var stage = stage(in: .hold)
        stage.isStoreWilling = false
        stage.process(.governance(.kill(KillOrder(.venue("venue-1"), reason: "odd", actor: "ann"))))
        stage.process(.governance(.resume(to: .normal, reason: "over", people: ["ann"])))
        stage.process(
            .governance(.lift(.venue("venue-1"), reason: "over", people: ["ann", "bob"])))
        stage.process(.checkpoint)
        for number in stage.loosenings { stage.process(.governance(.looseningDurable(number))) }
        #expect(stage.engine.mode == .normal && stage.engine.kills.blocks.isEmpty)
        let again = Stage(recovery: stage.rows)
        #expect(again.engine.mode == .normal && again.engine.kills.blocks.isEmpty)
    }

    @Test func `up by two people may be two calls, within a quarter of an hour, for the same mode`() {
        func second(after span: Span, of mode: OperatingMode = .normal, by name: String = "bob") -> Bool {
            var stage = stage(in: .safe)
            stage.process(.governance(.resume(to: .normal, reason: "over", people: ["ann"])))
            #expect(stage.engine.mode == .safe && stage.alarms.contains(.resumeAsked))
            stage.advance(span)
            stage.process(.governance(.resume(to: mode, reason: "yes", people: [name])))
            return stage.engine.mode == mode
        }
        #expect(second(after: .seconds(900)))
        #expect(!second(after: .seconds(901)))
        #expect(!second(after: .seconds(1), of: .hold))
        #expect(!second(after: .seconds(1), by: "ANN"))
        #expect(!second(after: .seconds(1), by: "node"))
    }
}

@Suite struct `A maintenance` {
    @Test func `is a HOLD that one person ends, back to where it began`() {
        for before in [OperatingMode.normal, .reduced] {
            var stage = Stage()
            if before == .reduced { stage.process(.mode(.reduced, reason: "care", actor: "ann")) }
            stage.process(.governance(.maintenance(.hold, reason: "kernel", actor: "ann")))
            #expect(stage.engine.mode == .hold && stage.engine.isInMaintenance)
            // It outlives the process.
            var again = Stage(recovery: stage.rows)
            #expect(again.engine.isInMaintenance)
            again.process(.governance(.maintenance(.end, reason: "done", actor: "bob")))
            #expect(again.engine.mode == before && !again.engine.isInMaintenance)
        }
    }

    @Test func `does not hide a HOLD that the node calls for meanwhile`() {
        var stage = Stage()
        stage.process(.governance(.maintenance(.hold, reason: "kernel", actor: "ann")))
        stage.process(.dirty(VenueID(0), detail: "it differs"))
        #expect(!stage.engine.isInMaintenance)
        stage.process(.governance(.maintenance(.end, reason: "done", actor: "ann")))
        #expect(stage.engine.mode == .hold && stage.engine.modeReason.hasPrefix("DIRTY_START"))
    }

    @Test(arguments: ["node", "bob"])
    func `does not hide a HOLD that the desk or a person calls for meanwhile`(
        actor: String
    ) {
        var stage = Stage()
        stage.process(.governance(.maintenance(.hold, reason: "kernel", actor: "ann")))
        stage.process(.mode(.hold, reason: "AUDIT_BROKEN", actor: actor))
        #expect(!stage.engine.isInMaintenance)
        stage.process(.governance(.maintenance(.end, reason: "done", actor: "ann")))
        #expect(stage.engine.mode == .hold && stage.engine.modeReason == "AUDIT_BROKEN")
    }

    @Test func `leads back to REDUCED where that is called for meanwhile`() {
        var stage = Stage()
        stage.process(.governance(.maintenance(.flatten, reason: "night", actor: "ann")))
        for _ in 0..<2 { stage.process(.mode(.reduced, reason: "every venue is slow", actor: "node")) }
        #expect(stage.engine.mode == .hold && stage.engine.isInMaintenance)
        #expect(stage.engine.modeReason.hasSuffix(": night; every venue is slow"), "who planned it finds it")
        stage.process(.governance(.maintenance(.end, reason: "done", actor: "ann")))
        #expect(stage.engine.mode == .reduced)
    }

    @Test func `begins in no stricter mode`() {
        for mode in [OperatingMode.hold, .safe, .killed] {
            var stage = Stage()
            stage.process(.mode(mode, reason: "test", actor: "ann"))
            stage.process(.governance(.maintenance(.hold, reason: "kernel", actor: "ann")))
            #expect(stage.engine.mode == mode && stage.engine.modeReason == "test")
            stage.process(.governance(.maintenance(.end, reason: "done", actor: "ann")))
            #expect(stage.engine.mode == mode)
        }
    }
}
