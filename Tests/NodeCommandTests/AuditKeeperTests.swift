import Audit
import Control
import Engine
import Foundation
import LiveWorld
import Node
import Ports
import Testing
import TradingModel

@testable import arbnode

@Suite struct `The audit log of a node that runs` {
    private static func changes(_ folder: Folder, _ subjects: [StateChange.Subject]) throws -> [StateChange] {
        try (AuditReport.lines(folder.path) ?? []).compactMap { AuditEntry($0[...])?.change }
            .filter { subjects.contains($0.subject) }
    }

    private static func causes(_ folder: Folder) throws -> [String] {
        try (AuditReport.lines(folder.path) ?? []).compactMap { AuditEntry($0[...])?.head }
    }

    @Test func `holds every change of mode, limits and risk index with actor, reason, before and after`()
        async throws
    {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        let desk = stand.node.desk
        await desk.setMode(.hold, reason: "a drill", actor: "ann")
        await desk.setRiskTarget(30, reason: "care", actor: "bob")
        await desk.setRule("spread", isOn: false, reason: "listing day", actor: "ann")
        try folder.write(NodeStand.text(["order_notional": "400"]), to: "node.yaml")
        _ = try await stand.keeper.reload(reason: "weekend", people: ["ann"])
        await stand.stop()

        let modes = try Self.changes(folder, [.mode])
        #expect(modes.map(\.after) == ["HOLD"] && modes[0].actor == "ann" && modes[0].reason == "a drill")
        let targets = try Self.changes(folder, [.riskTarget])
        #expect(targets.last?.after == "30" && targets.last?.actor == "bob")
        #expect(try Self.changes(folder, [.rule]).map(\.place) == ["spread"])
        let limit = try #require(try Self.changes(folder, [.limit]).first)
        #expect(limit.place == "limits.order_notional" && limit.before == "500" && limit.after == "400")
        #expect(limit.reason == "weekend" && limit.actor == "ann")
        let report = try #require(try AuditReport.inspect(folder.path))
        #expect(report.flaw == nil && report.unsigned == 0, "the last line is a head")
        let causes = try Self.causes(folder)
        #expect(causes.first == "start" && causes.last == "shutdown")
    }

    @Test func `goes on after a restart, and a row is told once`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let first = try await NodeStand.start(in: folder)
        await first.node.desk.setMode(.hold, reason: "a drill", actor: "ann")
        await first.stop()
        let second = try await NodeStand.start(in: folder)
        await second.node.desk.setMode(.safe, reason: "worse", actor: "bob")
        await second.stop()
        let modes = try Self.changes(folder, [.mode])
        #expect(modes.map { [$0.before, $0.after] } == [["", "HOLD"], ["HOLD", "SAFE_MODE"]])
        #expect(try Self.changes(folder, [.start]).map(\.after) == ["epoch 1", "epoch 2"])
        #expect(try AuditReport.inspect(folder.path)?.flaw == nil)
    }

    @Test func `takes over what a run that was killed had written to its outbox alone`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let first = try await NodeStand.start(in: folder)
        await first.stop()
        let before = try Data(contentsOf: URL(filePath: folder.path + "/audit/log.jsonl"))
        let head = try Data(contentsOf: URL(filePath: folder.path + "/audit/head.jsonl"))
        let second = try await NodeStand.start(in: folder)
        await second.node.desk.setMode(.hold, reason: "a drill", actor: "ann")
        await second.stop()
        // As if the second run had died before it could append.
        try before.write(to: URL(filePath: folder.path + "/audit/log.jsonl"))
        try head.write(to: URL(filePath: folder.path + "/audit/head.jsonl"))
        let third = try await NodeStand.start(in: folder)
        await third.stop()
        #expect(try Self.changes(folder, [.mode]).map(\.reason) == ["a drill"])
        #expect(try Self.changes(folder, [.start]).map(\.after) == ["epoch 1", "epoch 2", "epoch 3"])
    }

    @Test func `that was altered holds the node, pages, and is kept`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let first = try await NodeStand.start(in: folder)
        await first.stop()
        let path = folder.path + "/audit/log.jsonl"
        var bytes = Array(try Data(contentsOf: URL(filePath: path)))
        bytes[40] ^= 1
        try Data(bytes).write(to: URL(filePath: path))
        let second = try await NodeStand.start(in: folder)
        let deadline = second.live.world.time.now + .seconds(600)
        while await second.node.desk.inspect({ $0.mode }) != .hold, second.live.world.time.now < deadline {
            try await Task.sleep(for: .milliseconds(2))
        }
        let reason = await second.node.desk.inspect { $0.modeReason }
        #expect(reason.hasPrefix("AUDIT_BROKEN: line 1"), "\(reason)")
        let codes = await second.node.desk.report().incidents.map(\.incident.code)
        #expect(codes.contains(.auditBroken))
        await second.stop()
        #expect(FileManager.default.fileExists(atPath: path + ".damaged-1"))
        // What the outbox still knows is written again.
        #expect(try Self.changes(folder, [.start]).map(\.after) == ["epoch 1", "epoch 2"])
    }

    @Test func `answers what happened within a time, and orders as far back as they are remembered`()
        async throws
    {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        let desk = stand.node.desk
        await desk.setMode(.reduced, reason: "a", actor: "ann")
        await desk.setMode(.hold, reason: "b", actor: "ann")
        await desk.setRule("spread", isOn: false, reason: "c", actor: "ann")
        try folder.write(NodeStand.text(["order_notional": "400"]), to: "node.yaml")
        // Its answer waits for its row, and that for the ones before.
        _ = try await stand.keeper.reload(reason: "d", people: ["ann"])
        let keeper = stand.audit.keeper
        let all = try await keeper.timeline(TimelineQuestion(from: 0, to: .max))
        #expect(all.entries.map(\.reason).filter { ["a", "b", "c", "d"].contains($0) }.count == 5)
        #expect(all.entries.map(\.atNs) == all.entries.map(\.atNs).sorted())
        #expect(all.entries.allSatisfy { $0.subject != "head" })
        let modes = try await keeper.timeline(TimelineQuestion(from: 0, to: .max, subjects: ["mode"]))
        #expect(modes.entries.map(\.after) == ["REDUCED", "HOLD"])
        let last = try await keeper.timeline(
            TimelineQuestion(from: 0, to: .max, subjects: ["mode"], most: 1))
        #expect(last.entries.map(\.after) == ["HOLD"] && last.leftOut == 1)
        let cut = UInt64(modes.entries[1].atNs)
        let early = try await keeper.timeline(TimelineQuestion(from: 0, to: cut, subjects: ["mode"]))
        #expect(early.entries.map(\.after) == ["REDUCED"])
        await stand.stop()
    }
}

@Suite struct `The mark of the rows that were looked at` {
    @Test func `takes each row once, and waits for what was overtaken`() {
        var mark = RowMark(0)
        var through: [UInt64] = []
        let rows: [UInt64] = [5, 8, 8, 5, 3, 6, 7, 7]
        let isNew = rows.map { row in
            defer { through.append(mark.through) }
            return mark.take(row)
        }
        #expect(isNew == [true, true, false, false, false, true, true, false])
        // What lies before the first was forgotten.
        #expect(through == [5, 5, 5, 5, 5, 6, 8, 8])
    }

    @Test func `goes on where a head left it, and gives a gap up at last`() {
        var mark = RowMark(10)
        let rows: [UInt64] = [9, 10, 11]
        let isNew = rows.map { mark.take($0) }
        #expect(isNew == [false, false, true])
        #expect(mark.through == 11)
        for row in UInt64(13)...UInt64(13 + RowMark.patience) { _ = mark.take(row) }
        #expect(mark.through == 13 + UInt64(RowMark.patience))
    }
}
