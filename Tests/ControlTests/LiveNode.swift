import Configuration
import Console
import Control
import Engine
import Foundation
import LiveWorld
import Node
import Ports
import TradingModel
import VenueKit

/// A real node on this machine, dry, whose venues cannot be reached, behind its control socket.
struct LiveNode {
    let scratch: Scratch
    let live: LiveWorld
    let node: TradingNode
    let server: ControlServer

    struct Refused: Error { var problems: String }

    static func start() async throws -> LiveNode {
        let scratch = try Scratch()
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var configuration: NodeConfiguration
        switch NodeConfiguration.load(path: root.appending(path: "config/demo.yaml").path) {
        case .success(let loaded): configuration = loaded
        case .failure(let problems): throw Refused(problems: "\(problems)")
        }
        var dialects: [any VenueDialect] = []
        for index in configuration.venues.indices {
            // Nobody listens at port 1.
            configuration.venues[index].profile.move(
                rest: "https://127.0.0.1:1", publicStreams: "wss://127.0.0.1:1",
                privateStreams: "wss://127.0.0.1:1")
            let venue = configuration.venues[index]
            guard let dialect = DialectCatalog.make(venue.profile, venue.listings) else {
                throw Refused(problems: venue.profile.name)
            }
            dialects.append(dialect)
        }
        let live = try LiveWorld.make(dataDirectory: scratch.path + "/node", limits: .demonstration)
        let node = try await TradingNode.start(
            NodePlan(
                policy: configuration.policy, dialects: dialects, access: dialects.map { _ in nil },
                isDryRun: true, paperBalances: NodePlan.paperBalances(configuration.policy),
                // Other suites may keep every core busy for minutes.
                health: HealthPolicy(
                    deskLate: .seconds(3_600), deskLost: .seconds(7_200), storeLate: .seconds(3_600),
                    storeLost: .seconds(7_200))),
            in: live.world)
        let server = try await ControlServer.start(
            at: scratch.socket, ControlOperator(node.desk, watchkeeper: node.watchkeeper))
        return LiveNode(scratch: scratch, live: live, node: node, server: server)
    }

    func stop() async {
        await server.stop()
        await node.desk.close(by: live.world.time.now + .seconds(10))
        live.shutdown()
    }
}
