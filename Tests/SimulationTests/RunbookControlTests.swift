import Control
import Engine
import Foundation
import Ports
import Runbooks
import Simulator
import Testing
import TradingModel
import Watch

@testable import Console
@testable import Node
@testable import SimulatedWorld

/// Runbooks as people run them over the control socket, socket apart.
@Suite struct `People who run runbooks` {
    private func ask<Answer: Codable & Sendable>(
        _ stand: NodeStand, _ command: ControlCommand, _ type: Answer.Type
    ) throws -> Answer {
        let request = try ControlProtocol.line(ControlRequest(command))
        let line = try stand.ask { desk in await ControlOperator(desk).answer(request, from: getuid()) }
        return try ControlProtocol.read(ControlReply<Answer>.self, from: line).get()
    }

    private func refused(_ stand: NodeStand, _ command: ControlCommand) -> ControlFault.Code? {
        #expect(throws: ControlFault.self) { try ask(stand, command, RunAnswer.self) }?.code
    }

    private func running() throws -> NodeStand {
        let stand = try NodeStand(seed: 3, runbooks: try Drills.shelf())
        try stand.startNode()
        stand.run(.seconds(6))
        return stand
    }

    private func start(_ stand: NodeStand, _ name: String, venue: String? = nil) throws -> RunAnswer {
        let wish = RunWish(name, venue: venue, plan: nil, reason: "a drill, passphrase=words")
        return try ask(stand, .startRun(wish), RunAnswer.self)
    }

    private func line(_ stand: NodeStand, _ number: UInt64) throws -> RunsAnswer.Line {
        try ask(stand, .run(number: number), RunAnswer.self).run
    }

    @Test func `read a plan, run it, answer, agree, and read what was done by whom`() throws {
        let stand = try running()
        let plan = try ask(stand, .plan(name: "rb-13-bad-configuration", venue: nil), RunbookAnswer.self)
        #expect(plan.steps[0].effect == "mode NORMAL → HOLD")
        let run = try start(stand, "rb-13-bad-configuration")
        #expect(run.run.number == 1 && run.run.planHash == plan.planHash && run.transcript.count >= 1)
        stand.run(.seconds(3))
        #expect(try stand.report().summary.mode == .hold)
        #expect(try line(stand, 1).state == "asks" && line(stand, 1).step == "back")
        _ = try ask(stand, .changeRun(1, .answer(reason: "put back")), RunAnswer.self)
        stand.run(.seconds(3))
        let waiting = try line(stand, 1)
        #expect(waiting.state == "waits_for_approval" && waiting.approvalsNeeded == 1)
        let status = try ask(stand, .status, StatusAnswer.self)
        #expect(status.next.first?.hasPrefix("1 must agree with run 1 (rb-13-bad-configuration)") == true)
        let hash = waiting.planHash
        func approve(_ hash: String, _ by: String?) -> ControlCommand {
            .changeRun(1, .approve(plan: hash, by: by, reason: "read it"))
        }
        #expect(refused(stand, approve("another", "bob")) == .conflict)
        #expect(refused(stand, approve(hash, nil)) == .conflict, "the same person again")
        _ = try ask(stand, approve(hash, "bob"), RunAnswer.self)
        stand.run(.seconds(3))
        #expect(try stand.report().summary.mode == .normal)
        let told = try ask(stand, .run(number: 1), RunAnswer.self)
        #expect(told.run.state == "succeeded" && told.run.approvedBy == ["bob"])
        #expect(told.transcript.first?.what == "started" && told.transcript.last?.what == "succeeded")
        #expect(told.transcript.contains { $0.what == "done" && $0.step == "hold" })
        #expect(told.run.reason == "a drill, passphrase=•••")
        #expect(try !stand.rows().contains { $0.contains("words") }, "no row has what was said")
        let rows = try stand.rows().filter { $0.contains("runbook run 1 rb-13-bad-configuration does hold") }
        #expect(rows.count == 1, "the mode's row names the run")
    }

    @Test func `are refused what there is not, a second run on the target, and another plan`() throws {
        let stand = try running()
        func wish(_ name: String, _ venue: String?, _ plan: String? = nil) -> ControlCommand {
            .startRun(RunWish(name, venue: venue, plan: plan, reason: "x"))
        }
        #expect(refused(stand, wish("rb-99-none", nil)) == .unknownRunbook)
        #expect(refused(stand, wish("rb-27-book-proof", nil)) == .badArguments)
        #expect(refused(stand, wish("rb-27-book-proof", "coinbase")) == .unknownVenue)
        #expect(refused(stand, wish("rb-13-bad-configuration", nil, "0123")) == .conflict)
        #expect(refused(stand, .run(number: 7)) == .unknownRun)
        #expect(refused(stand, .changeRun(7, .abort(reason: "x"))) == .unknownRun)
        _ = try start(stand, "rb-27-book-proof", venue: "okx")
        #expect(refused(stand, wish("rb-27-book-proof", "okx")) == .conflict)
        #expect(try start(stand, "rb-27-book-proof", venue: "bybit").run.number == 2)
        #expect(try ask(stand, .runs, RunsAnswer.self).runs.map(\.number) == [2, 1])
    }

    @Test func `abort one, which takes back what it did and stays on the safe side`() throws {
        let stand = try running()
        _ = try start(stand, "rb-02-flatten-venue", venue: "okx")
        stand.run(.seconds(3))
        #expect(try stand.ask { await $0.runbookFacts(at: VenueID(1)) }.isKilled)
        _ = try ask(stand, .changeRun(1, .abort(reason: "enough")), RunAnswer.self)
        stand.run(.seconds(1))
        #expect(try line(stand, 1).state == "aborted")
        #expect(try stand.ask { await $0.runbookFacts(at: VenueID(1)) }.isKilled, "people lift it")
        let codes = try stand.ask { await $0.cases.cases.map(\.key.code) }
        #expect(codes.contains(.runbookFailed) && codes.contains(.runbookNotice))
    }

    @Test func `do not have to be there for a plan: it changes not a byte`() throws {
        let stand = try running()
        let simulation = stand.simulation
        #expect(try stand.ask { await $0.drain(by: simulation.now + .seconds(20)) })
        func bytes() -> [[UInt8]?] { SimulatedDisk.File.allCases.map { stand.disk.bytes(of: $0) } }
        let before = (bytes(), stand.network.requests)
        let at = simulation.now
        for runbook in try Drills.shelf().runbooks {
            let venue = runbook.target == .venue ? "okx" : nil
            let plan = try ask(stand, .plan(name: runbook.name, venue: venue), RunbookAnswer.self)
            #expect(plan.steps.allSatisfy { $0.effect?.isEmpty == false })
        }
        #expect(simulation.now == at, "nothing else had time to write")
        #expect(bytes() == before.0 && stand.network.requests == before.1)
    }

    @Test func `have no run that the disk did not take`() throws {
        let stand = try running()
        stand.disk.fault = .unavailable("input/output error")
        stand.disk.failsReserve = true
        stand.run(.seconds(2))
        #expect(
            refused(
                stand, .startRun(RunWish("rb-35-resume", venue: nil, plan: nil, reason: "x"))) == .conflict)
        stand.disk.heal()
        stand.run(.seconds(5))
        #expect(try ask(stand, .runs, RunsAnswer.self).runs.isEmpty)
    }

    @Test func `find their run again after a restart and a checkpoint`() throws {
        let stand = try NodeStand(seed: 3, runbooks: try Drills.shelf())
        stand.checkpointEvery(.seconds(3))
        try stand.startNode()
        stand.run(.seconds(6))
        _ = try start(stand, "rb-21-maintenance")
        stand.run(.seconds(12))
        stand.killNode()
        stand.run(.seconds(1))
        try stand.startNode()
        stand.run(.seconds(20))
        let told = try ask(stand, .run(number: 1), RunAnswer.self)
        #expect(told.run.state == "asks" && told.run.step == "work")
        #expect(told.transcript.contains { $0.what == "resumed after a restart" })
        #expect(told.transcript.count { $0.what == "begins" && $0.step == "begin" } == 1)
    }
}
