import Configuration
import Control
import Engine
import Foundation
import Hedging
import LiveWorld
import Node
import Orders
import Ports
import Risk
import Synchronization
import Testing
import TradingModel

@testable import arbnode

@Suite struct `Reloading the configuration of a node that runs` {
    private static func notional(_ stand: NodeStand) async -> String {
        await stand.node.desk.inspect { "\($0.governor.limits.orderNotional)" }
    }

    private static func fault(_ stand: NodeStand, _ people: [String] = ["ann"]) async -> ControlFault? {
        do throws(ControlFault) {
            _ = try await stand.keeper.reload(reason: "test", people: people)
            return nil
        } catch { return error }
    }

    @Test func `carries out what changed, by whom and why, and keeps what was read`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        let before = await stand.node.desk.inspect { $0.configured }
        #expect(before?.actor == "start" && before?.changes.isEmpty == true)
        try folder.write(
            NodeStand.text(["order_notional": "400"], rest: "hedge: {deadline: 90ms}"), to: "node.yaml")
        let answer = try await stand.keeper.reload(reason: "weekend", people: ["ann"])
        #expect(answer.actor == "ann" && answer.reason == "weekend" && answer.before == before?.after)
        #expect(answer.changes.map(\.key) == ["limits.order_notional", "hedge.deadline"])
        #expect(answer.changes[0].before == "500" && answer.changes[0].after == "400")
        #expect(await Self.notional(stand) == "400")
        let (fact, deadline) = await stand.node.desk.inspect { ($0.configured, $0.policy.hedge.deadline) }
        #expect(fact?.after == answer.after && deadline == .milliseconds(90))
        #expect(fact?.changes.map(\.key) == answer.changes.map(\.key))
        // What held before is found again, byte for byte, under its digest.
        let archive = ContentArchive(folder.path + "/configurations")
        let bytes = try #require(try archive.read(answer.before))
        let bundle = try #require(ConfigurationBundle(canonical: bytes))
        let old = try NodeConfiguration.load(path: bundle.file, source: bundle).get()
        #expect("\(old.policy.limits.orderNotional)" == "500")
        #expect(await Self.fault(stand)?.code == .conflict, "nothing has changed since")
        await stand.stop()
    }

    @Test func `changes nothing when any file has a problem, and names every one`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        try folder.write(
            NodeStand.text(["order_notional": "400", "book_age": "5"], rest: "hedg: {deadline: 90ms}"),
            to: "node.yaml")
        let fault = try #require(await Self.fault(stand))
        #expect(fault.code == .badConfiguration)
        #expect(fault.message.contains("node.yaml:13:") && fault.message.contains("has no unit"))
        #expect(fault.message.contains("unknown key `hedg`") && fault.message.contains("2 problems"))
        #expect(await Self.notional(stand) == "500")
        await stand.stop()
    }

    @Test func `changes nothing when one change needs a restart, and names it`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        try folder.write(
            NodeStand.text(["order_notional": "400"], rest: "paper_latency: 9ms"), to: "node.yaml")
        let fault = try #require(await Self.fault(stand))
        #expect(fault.code == .conflict && fault.message.contains("paper_latency (5ms → 9ms"))
        #expect(!fault.message.contains("order_notional"))
        #expect(await Self.notional(stand) == "500")
        await stand.stop()
    }

    @Test func `loosens a limit for two people who agree to the same files, and for no signal`() async throws
    {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        try folder.write(NodeStand.text(["order_notional": "600"]), to: "node.yaml")
        #expect(await Self.fault(stand)?.code == .needsApproval)
        #expect(await Self.fault(stand, ["Ann"])?.code == .needsApproval)
        #expect(await Self.fault(stand, [ConfigurationKeeper.signal])?.code == .needsApproval)
        // Somebody edits what was agreed to.
        try folder.write(NodeStand.text(["order_notional": "700"]), to: "node.yaml")
        #expect(await Self.fault(stand, ["bob"])?.code == .needsApproval)
        #expect(await Self.notional(stand) == "500")
        let answer = try await stand.keeper.reload(reason: "more", people: ["ann"])
        #expect(answer.actor == "bob and ann" && answer.changes.first?.loosens == true)
        #expect(await Self.notional(stand) == "700")
        await stand.stop()
    }

    @Test func `gives alerts to other channels, or changes nothing where they cannot be had`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        try folder.write(
            NodeStand.text(
                ["order_notional": "400"], rest: "alerts: {channels: [{channel: file, least: WARN}]}"),
            to: "node.yaml")
        stand.handovers.refusal.withLock { $0 = "no token" }
        #expect(await Self.fault(stand)?.message == "no token")
        #expect(await Self.notional(stand) == "500")
        stand.handovers.refusal.withLock { $0 = nil }
        #expect(await Self.fault(stand) == nil)
        #expect(stand.handovers.count.withLock { $0 } == 1)
        #expect(await Self.notional(stand) == "400")
        await stand.stop()
    }

    @Test func `says at the next start what a restart changed`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let first = try await NodeStand.start(in: folder)
        let digest = await first.node.desk.inspect { $0.configured?.after }
        await first.stop()
        try folder.write(NodeStand.text(rest: "paper_latency: 9ms"), to: "node.yaml")
        let second = try await NodeStand.start(in: folder)
        let fact = await second.node.desk.inspect { $0.configured }
        #expect(fact?.before == digest && fact?.actor == "start")
        #expect(fact?.changes.map(\.key) == ["paper_latency"])
        await second.stop()
    }
}

@Suite struct `An account` {
    private func account(_ venue: String, _ origin: String, _ key: String) -> AccountLock.Account {
        AccountLock.Account(venue: venue, origin: origin, key: key)
    }

    @Test func `is one node's at a time, whatever its data directory`() throws {
        let folder = try Folder()
        let mine = [
            account("okx", "https://www.okx.com", "key-1"),
            account("kraken", "https://api.kraken.com", "key-2"),
        ]
        let held = try AccountLock(mine, in: folder.path)
        let other = [account("kraken", "https://api.kraken.com", "key-2")]
        #expect(throws: AccountLock.Fault.held(venue: "kraken", by: getpid())) {
            try AccountLock(other, in: folder.path)
        }
        // Another key, or the same at another address, is another account.
        _ = try AccountLock([account("okx", "https://www.okx.com", "key-3")], in: folder.path)
        _ = try AccountLock([account("okx", "https://127.0.0.1:9", "key-1")], in: folder.path)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!names.contains { $0.contains("key-1") })
        withExtendedLifetime(held) {}
    }

    @Test func `is free again once its node has ended`() throws {
        let folder = try Folder()
        let mine = [account("okx", "https://www.okx.com", "key-1")]
        _ = try AccountLock(mine, in: folder.path)
        _ = try AccountLock(mine, in: folder.path)
    }
}
