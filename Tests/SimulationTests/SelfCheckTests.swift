import Configuration
import Control
import Engine
import Orders
import Ports
import Risk
import SimulatedWorld
import Testing
import TradingModel
import Watch

@testable import Console
@testable import Node

/// A node that checks itself, and what follows from it.
@Suite struct `A node that checks itself` {
    private func running(isDryRun: Bool = false) throws -> NodeStand {
        let stand = try NodeStand(seed: 3, isDryRun: isDryRun)
        try stand.startNode()
        stand.run(.seconds(12))
        return stand
    }

    private func check(_ stand: NodeStand, order: Bool = false) throws -> SelfCheck {
        try stand.ask { await $0.checkItself(order: order) }
    }

    @Test func `passes when all is well, its orders included, and ends flat`() throws {
        let stand = try running()
        try stand.ask { await $0.observe(HostReading()) }
        let before = try stand.report().summary.counters.ordersSent
        // Nothing else trades meanwhile.
        try stand.ask { await $0.setRiskTarget(0, reason: "quiet", actor: "t") }
        stand.run(.seconds(2))
        let found = try check(stand, order: true)
        #expect(found.passed, "\(found.failures)")
        let orders = found.lines.filter { $0.check == "order" }
        #expect(orders.count == 4 && orders.allSatisfy { $0.outcome == .passed }, "\(orders)")
        #expect(try stand.report().summary.counters.ordersSent >= before + 4)
        #expect(found.lines.count { $0.check == "keys" && $0.outcome == .passed } == 4)
        let report = try stand.report()
        let metrics = StatusPages.page("/metrics", report)?.body ?? ""
        #expect(metrics.contains("arbnode_self_check{check=\"key scope\",venue=\"okx\"} 1\n"))
        #expect(!metrics.contains("check=\"key scope\",venue=\"kraken\""), "it was not tried")
        #expect(report.isFlat && stand.disagreements(report).isEmpty)
        #expect(try stand.ask { await $0.health.toldInputs }?.canary == true)
    }

    @Test func `on paper asks for no keys, and its orders reach no venue`() throws {
        let stand = try running(isDryRun: true)
        let found = try check(stand, order: true)
        #expect(found.passed, "\(found.failures)")
        #expect(!found.lines.contains { $0.check == "keys" })
        #expect(found.lines.count { $0.check == "order" && $0.outcome == .passed } == 4, "\(found.lines)")
        #expect(stand.doubles.allSatisfy { $0.truth.orders.isEmpty })
    }

    @Test func `says CANARY_FAIL for what failed, and lets nothing rise until it passes`() throws {
        let stand = try running()
        #expect(try check(stand).passed)
        stand.network.setReachable("okx", false)
        stand.run(.seconds(10))
        let found = try check(stand)
        #expect(!found.passed && found.failures.allSatisfy { $0.venue == VenueID(1) })
        #expect(found.failed("connection", VenueID(1)) && found.failed("keys", VenueID(1)))
        let cases = try stand.ask { await $0.cases.cases }.filter { $0.key.code == .canaryFail }
        #expect(Set(cases.map(\.key.subject)) == Set(found.failures.map(\.check)))
        stand.run(.seconds(1))
        let index = try #require(try stand.report().summary.riskIndex)
        #expect(index.value <= 50 && index.freeze == "the node's check of itself fails")
        let sentence = try stand.ask { desk in
            await StatusAnswer.gather(desk, StatusAnswer.Connections())
        }
        #expect(sentence.next.contains { $0.contains("arbctl self-check") })
        stand.network.setReachable("okx", true)
        stand.run(.seconds(60))
        #expect(try check(stand).passed)
        stand.run(.seconds(90))
        #expect(try stand.report().summary.riskIndex?.value ?? 0 > 50)
        #expect(
            try stand.ask { await $0.cases.cases }.filter { $0.key.code == .canaryFail }
                .allSatisfy { !$0.isOpen })
    }

    @Test func `repeats itself: every hour, and every minute while it fails`() throws {
        let stand = try running()
        let node = try #require(stand.node)
        let policy = SelfCheckPolicy(every: .seconds(600), retry: .seconds(30))
        Task(executorPreference: node.desk.lane) { await node.desk.keepChecking(policy, isRealMoney: true) }
        stand.run(.seconds(20))
        let first = try #require(try stand.ask { await $0.lastCheck })
        #expect(!first.lines.contains { $0.check == "order" }, "no order with real money unless asked")
        stand.run(.seconds(300))
        #expect(try stand.ask { await $0.lastCheck }?.at == first.at)
        stand.network.setReachable("okx", false)
        stand.run(.seconds(330))
        let failed = try #require(try stand.ask { await $0.lastCheck })
        #expect(failed.at > first.at && !failed.passed)
        stand.network.setReachable("okx", true)
        stand.run(.seconds(120))
        #expect(try stand.ask { await $0.lastCheck }?.passed == true, "sooner than in ten minutes")
    }
}

/// What the risk index is told of those who watch.
@Suite struct `An operator of a node` {
    private func running() throws -> NodeStand {
        let stand = try NodeStand(seed: 3) { $0.policy.riskIndex?.absentAfter = .seconds(60) }
        try stand.startNode()
        stand.run(.seconds(12))
        return stand
    }

    private func ask(_ stand: NodeStand, unattended: Bool) throws {
        let request = try ControlProtocol.line(ControlRequest(.status, unattended: unattended))
        _ = try stand.ask { await ControlOperator($0).answer(request, from: 0) }
    }

    private func isPresent(_ stand: NodeStand) throws -> Bool? {
        try stand.ask { await $0.health.toldInputs }?.operatorPresent
    }

    @Test func `is nobody's concern where there is no way in`() throws {
        let stand = try running()
        stand.run(.seconds(100))
        #expect(try isPresent(stand) == nil)
    }

    @Test func `is missed after a while: OPERATOR_AFK, a smaller index, and rows that say when`() throws {
        let stand = try running()
        try stand.ask { await $0.expectOperators() }
        stand.run(.seconds(58))
        #expect(try isPresent(stand) == true)
        for _ in 0..<10 {
            // A view that nobody touches shows nobody.
            try ask(stand, unattended: true)
            stand.run(.seconds(1))
        }
        #expect(try isPresent(stand) == false)
        #expect(try stand.report().summary.riskIndex?.value == 60)
        let missed = try stand.ask { await $0.cases.cases }.filter { $0.key.code == .operatorAway }
        #expect(missed.count == 1 && missed[0].isOpen)
        try ask(stand, unattended: false)
        stand.run(.seconds(70))
        #expect(try isPresent(stand) == false, "a minute later nobody again")
        try ask(stand, unattended: false)
        stand.run(.seconds(30))
        try ask(stand, unattended: false)
        stand.run(.seconds(40))
        #expect(try isPresent(stand) == true)
        #expect(
            try stand.ask { await $0.cases.cases }.first { $0.key.code == .operatorAway }?.isOpen == false)
    }
}
