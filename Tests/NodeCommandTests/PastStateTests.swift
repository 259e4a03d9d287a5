import Control
import Engine
import Foundation
import LiveWorld
import Node
import Orders
import Ports
import Risk
import Testing
import TradingModel

@testable import arbnode

@Suite struct `A moment of the past` {
    @Test func `is found again as it was, under the configuration of then`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        let (desk, time) = (stand.node.desk, stand.live.world.time)
        await desk.setMode(.reduced, reason: "care", actor: "ann")
        let early = time.now
        await desk.setMode(.hold, reason: "worse", actor: "bob")
        try folder.write(NodeStand.text(["order_notional": "400"]), to: "node.yaml")
        let answer = try await stand.keeper.reload(reason: "weekend", people: ["ann"])
        let late = time.now
        await stand.stop()

        let rows = try OutboxAudit.rows(in: folder.path + "/node")
        let archive = ContentArchive(folder.path + "/configurations")
        func state(_ moment: Moment) throws -> PastState {
            try PastState(rows, at: moment, policy: nil, archive: archive)
        }
        let (before, after) = (try state(early), try state(late))
        #expect(before.recovery.mode == .reduced && before.recovery.modeReason == "care")
        #expect("\(before.policy.limits.orderNotional)" == "500")
        #expect(after.recovery.mode == .hold && "\(after.policy.limits.orderNotional)" == "400")
        #expect(after.recovery.configured?.after == answer.after)
        #expect(before.later > 0 && before.lastRow < after.lastRow)
        // The same moment, the same bytes.
        #expect(try state(late).digest == after.digest && before.digest != after.digest)
        #expect(throws: PastState.Fault.self) { try state(Moment(nanoseconds: 1)) }
    }

    @Test func `without its configuration is not guessed`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        let moment = stand.live.world.time.now
        let policy = await stand.node.desk.inspect { $0.policy }
        await stand.stop()
        let rows = try OutboxAudit.rows(in: folder.path + "/node")
        let nowhere = ContentArchive(folder.path + "/nowhere")
        #expect(throws: PastState.Fault.self) {
            try PastState(rows, at: moment, policy: nil, archive: nowhere)
        }
        #expect(try PastState(rows, at: moment, policy: policy, archive: nowhere).recovery.lastEpoch == 1)
    }
}
