import Engine
import Ports
import SimulatedWorld
import Testing
import TradingModel
import Watch

@testable import Node

@Suite struct `The watch beside a desk` {
    /// Filled on simulated lanes, which all run on this thread.
    private final class Heard: @unchecked Sendable {
        var alerts: [Alert] = []
        var reassured: [Moment] = []
    }

    private func watched() throws -> (NodeStand, Heard) {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        let node = try #require(stand.node)
        let world = try #require(stand.world)
        let heard = Heard()
        let simulation = stand.simulation
        let watch = DeskWatch(
            node.desk.pulse, lane: node.hunter.lane, time: world.time, reassuring: .seconds(3),
            by: { heard.reassured.append(simulation.now) }, tell: { heard.alerts.append($0) })
        Task(executorPreference: watch.lane) { await watch.run() }
        stand.run(.seconds(10))
        return (stand, heard)
    }

    @Test func `reassures its supervisor while all is well, and says nothing`() throws {
        let (_, heard) = try watched()
        #expect(heard.alerts.isEmpty)
        #expect(heard.reassured.count >= 3)
    }

    @Test func `tells of a stuck desk within three seconds, and reassures nobody meanwhile`() throws {
        let (stand, heard) = try watched()
        let began = stand.simulation.now
        stand.hang(\.socketLane, for: .seconds(9))
        stand.run(.seconds(8))
        #expect(heard.alerts.count == 1)
        let alert = try #require(heard.alerts.first)
        #expect(alert.code == .heartbeatLost && alert.severity == .pageNow && alert.scope == "desk lane")
        #expect(alert.at - began <= .seconds(3))
        #expect(heard.reassured.allSatisfy { $0 <= began + DeskVigil.freshness })
        stand.run(.seconds(7))
        #expect(heard.alerts.count == 1)
        #expect(heard.reassured.last.map { $0 > began + .seconds(9) } == true, "it moves again")
    }

    @Test func `does not reassure while the store lane is stuck, whatever the desk does`() throws {
        let (stand, heard) = try watched()
        let world = try #require(stand.world)
        let began = stand.simulation.now
        (world.storeLane as? SimulatedLane)?.freeze(until: began + .seconds(12))
        stand.run(.seconds(12))
        #expect(heard.alerts.isEmpty, "the desk itself moves")
        #expect(heard.reassured.allSatisfy { $0 <= began + .seconds(6) })
        #expect(try stand.report().summary.mode == .reduced)
    }
}
