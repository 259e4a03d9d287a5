import Engine
import Foundation
import LiveWorld
import Node
import Orders
import Ports
import Risk
import Tape
import Testing
import TradingModel

@testable import arbnode

@Suite struct `A tape in a data directory` {
    /// A node on this machine, with a word of a person in its run and another configuration.
    private func run(_ folder: Folder) async throws -> (before: Moment, after: Moment) {
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(
            in: folder, tape: TapePlan(version: "test", budget: 1 << 30))
        let (desk, time) = (stand.node.desk, stand.live.world.time)
        await desk.setMode(.reduced, reason: "care", actor: "ann")
        let before = time.now
        try folder.write(NodeStand.text(["order_notional": "400"]), to: "node.yaml")
        _ = try await stand.keeper.reload(reason: "weekend", people: ["ann"])
        await desk.setMode(.hold, reason: "worse", actor: "bob")
        let after = time.now
        await stand.stop()
        return (before, after)
    }

    @Test func `is told again to its end, through a change of the configuration`() async throws {
        let folder = try Folder()
        _ = try await run(folder)
        var telling = try TapeTelling(
            in: folder.path + "/node", at: nil, policy: nil,
            archive: ContentArchive(folder.path + "/configurations"))
        try telling.play(until: .distantFuture, progress: { _, _ in }, { _, _ in })
        let rerun = telling.rerun
        #expect(rerun.difference == nil, "\(rerun.difference as Any)")
        #expect(rerun.isWhole && !telling.isCutOff && rerun.agreed > 2 && rerun.header?.version == "test")
        #expect(rerun.engine?.mode == .hold)
        let engine = try #require(rerun.engine)
        #expect("\(engine.policy.limits.orderNotional)" == "400")
    }

    @Test func `shows the engine as it was at a moment`() async throws {
        let folder = try Folder()
        let (before, _) = try await run(folder)
        var telling = try TapeTelling(
            in: folder.path + "/node", at: before, policy: nil,
            archive: ContentArchive(folder.path + "/configurations"))
        try telling.play(until: before, progress: { _, _ in }, { _, _ in })
        let engine = try #require(telling.rerun.engine)
        let view = EngineView(engine, at: before)
        #expect(view.mode == "REDUCED" && view.modeReason == "care")
        #expect(view.books.map(\.venue) == ["okx", "bybit"] && view.books.allSatisfy { !$0.isProved })
        #expect("\(engine.policy.limits.orderNotional)" == "500")
    }

    @Test func `that is not there is not guessed`() async throws {
        let folder = try Folder()
        let archive = ContentArchive(folder.path + "/configurations")
        #expect(throws: PastState.Fault.self) {
            try TapeTelling(in: folder.path + "/node", at: nil, policy: nil, archive: archive)
        }
        _ = try await run(folder)
        #expect(throws: PastState.Fault.self) {
            try TapeTelling(
                in: folder.path + "/node", at: Moment(nanoseconds: 1), policy: nil, archive: archive)
        }
    }
}
