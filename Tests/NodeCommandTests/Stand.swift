import Configuration
import Console
import Engine
import Foundation
import LiveWorld
import Node
import Ports
import Synchronization
import Testing
import TradingModel
import VenueKit

@testable import arbnode

/// A folder of a test's own.
final class Folder: Sendable {
    let path: String
    private static let count = Mutex(0)

    init() throws {
        let number = Folder.count.withLock { count in
            count += 1
            return count
        }
        path = "/tmp/cmd-\(getpid())-\(number)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) is left: \(error)") }
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
    }
}

/// A real node on this machine, dry, whose venues cannot be reached, with a configuration that a test writes.
final class NodeStand: Sendable {
    let folder: Folder
    let live: LiveWorld
    let node: TradingNode
    let keeper: ConfigurationKeeper
    let audit: AuditPost
    let fills: FillTally
    /// How often the alerts were given to other channels.
    let handovers: Handovers

    final class Handovers: Sendable {
        let count = Mutex(0)
        let refusal = Mutex<String?>(nil)
    }

    static let limits = [
        "order_notional": "500", "position_notional": "2000", "exposure_notional": "2000",
        "orders_per_second": "5",
    ]

    /// The text of a configuration, with other limits where they are named.
    static func text(_ limits: [String: String] = [:], rest: String = "") -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let all = NodeStand.limits.merging(limits) { $1 }.sorted { $0.key < $1.key }
        return """
            include: \(root)/config/limits.yaml
            node: 3
            data_directory: data
            http: off
            instruments: [{symbol: BTC-USDT, price_scale: 2, quantity_scale: 8}]
            venues:
              - use: \(root)/venues/okx.yaml
                endpoints:
                  {rest: "https://127.0.0.1:1", public: "wss://127.0.0.1:1", private: "wss://127.0.0.1:1"}
              - use: \(root)/venues/bybit.yaml
                endpoints:
                  {rest: "https://127.0.0.1:1", public: "wss://127.0.0.1:1", private: "wss://127.0.0.1:1"}
            limits: {\(all.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}
            strategies:
              taker_taker:
                - {instrument: BTC-USDT, owner: ann, venues: all, minimum_edge: 4bps, pair_notional: 250}
            \(rest)
            """
    }

    static func start(in folder: Folder, trust: ConfigurationTrust? = nil, tape: TapePlan? = nil) async throws
        -> NodeStand
    {
        let path = folder.path + "/node.yaml"
        let (configuration, bundle) = try NodeConfiguration.loadBundle(path: path).get()
        let live = try LiveWorld.make(
            dataDirectory: folder.path + "/node", limits: .demonstration, tape: tape)
        var plan = NodePlan(
            policy: configuration.policy, dialects: try configuration.venues.map(NodePlanning.dialect),
            access: configuration.venues.map { _ in nil }, isDryRun: true, paperBalances: [])
        // Other suites may keep every core busy for minutes.
        plan.health = HealthPolicy(
            deskLate: .seconds(3_600), deskLost: .seconds(7_200), storeLate: .seconds(3_600),
            storeLost: .seconds(7_200))
        let audit = try AuditPost(configuration.policy, in: folder.path, time: live.world.time)
        let (record, fills) = (audit.keeper.witness, FillTally(configuration.policy))
        plan.witness = {
            record($0)
            fills.witness($0)
        }
        let node = try await TradingNode.start(plan, in: live.world)
        await audit.begin(with: node.desk)
        let handovers = Handovers()
        let keeper = ConfigurationKeeper(
            configuration, bundle, desk: node.desk, directory: folder.path, in: live.world, trust: trust,
            alerts: { _ in
                if let refusal = handovers.refusal.withLock({ $0 }) { throw Refusal(text: refusal) }
                return { handovers.count.withLock { $0 += 1 } }
            })
        await keeper.begin()
        return NodeStand(folder, live, node, keeper, audit, fills, handovers)
    }

    struct Refusal: Error, CustomStringConvertible {
        var text: String
        var description: String { text }
    }

    private init(
        _ folder: Folder, _ live: LiveWorld, _ node: TradingNode, _ keeper: ConfigurationKeeper,
        _ audit: AuditPost, _ fills: FillTally, _ handovers: Handovers
    ) {
        self.audit = audit
        self.fills = fills
        self.folder = folder
        self.live = live
        self.node = node
        self.keeper = keeper
        self.handovers = handovers
    }

    func stop() async {
        await node.desk.close(by: live.world.time.now + .seconds(10))
        await audit.end()
        live.shutdown()
    }
}
