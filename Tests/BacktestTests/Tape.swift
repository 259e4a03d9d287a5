import Backtest
import Configuration
import Engine
import Foundation
import Node
import Ports
import SimulatedWorld
import TradingModel
import VenueKit

/// A paper run in a simulated market, taped: what each venue sent, as a recorder would have written it, and
/// what the node decided.
struct Tape {
    /// By venue, in the recording format.
    let texts: [String]
    let sources: [RecordedSource]
    let configuration: NodeConfiguration
    let decisions: DecisionDigest
    let pairs: Int

    struct Refused: Error { var problems: String }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let start = Moment(nanoseconds: 1_790_000_000_000_000_000)

    static func load() throws -> NodeConfiguration {
        switch NodeConfiguration.load(path: root + "/config/demo.yaml") {
        case .success(let loaded): return loaded
        case .failure(let problems): throw Refused(problems: "\(problems)")
        }
    }

    static func sheet(_ venue: String) throws -> VenueSheet {
        switch VenueSheet.load(path: root + "/venues/\(venue).yaml") {
        case .success(let sheet): return sheet
        case .failure(let problems): throw Refused(problems: "\(problems)")
        }
    }

    init(seed: UInt64, seconds: Int64) throws {
        let configuration = try Tape.load()
        // As live lanes do, whose market a paper run records.
        let simulation = Simulation(seed: seed, start: Tape.start, elidesHops: true)
        let network = SimulatedNetwork(simulation)
        let deck = TapeDeck(network) { simulation.now }
        var profiles = configuration.venues.map(\.profile)
        for index in profiles.indices {
            let name = profiles[index].name
            let at = SimulatedNetwork.Origins(of: name)
            profiles[index].move(
                rest: at.rest, publicStreams: at.publicStreams, privateStreams: at.privateStreams)
            guard
                let double = DoubleCatalog.make(
                    venue: name, seed: seed, instruments: DoubleCatalog.demoInstruments,
                    account: DoubleCatalog.demoAccount(apiKey: "", secret: "", passphrase: ""),
                    start: Tape.start)
            else { throw Refused(problems: "no double of \(name)") }
            network.add(double)
        }
        let dialects = zip(profiles, configuration.venues).compactMap {
            DialectCatalog.make($0, $1.listings)
        }
        let plan = NodePlan(
            policy: configuration.policy, dialects: dialects, access: profiles.map { _ in nil },
            isDryRun: true, paperBalances: NodePlan.paperBalances(configuration.policy),
            paperLatency: configuration.paperLatency)
        var world = simulation.world(network, SimulatedDisk())
        world.transport = deck
        nonisolated(unsafe) var node: TradingNode?
        let deskWorld = world
        Task(executorPreference: world.socketLane) {
            node = try await TradingNode.start(plan, in: deskWorld)
        }
        simulation.run(until: Tape.start + .seconds(seconds))
        guard let desk = node?.desk else { throw Refused(problems: "the node did not start") }
        (decisions, pairs) = simulation.visit(world.socketLane) {
            desk.assumeIsolated { $0.inspect { ($0.decisions, $0.counters.pairs) } }
        }
        self.configuration = configuration
        texts = configuration.venues.map { venue in
            let symbols = venue.listings.map { "\"\($0.symbol)\"" }.joined(separator: ",")
            let header = "# {\"venue\":\"\(venue.profile.name)\",\"symbols\":[\(symbols)]}"
            return ([header] + (deck.lines[venue.profile.name] ?? [])).joined(separator: "\n")
        }
        sources = try texts.map { try Tape.source($0) }
    }

    static func source(_ text: String) throws -> RecordedSource {
        let recording = try Recording(Array(text.utf8))
        return RecordedSource(
            path: recording.venue, recording: recording, sheet: try Tape.sheet(recording.venue))
    }

    /// The same market so much later.
    func sources(after seconds: Int64) throws -> [RecordedSource] {
        try texts.map { text in
            let later = text.split(separator: "\n").map { line -> String in
                let parts = line.split(separator: "\t", maxSplits: 1)
                guard let time = Int64(parts[0]) else { return String(line) }
                return "\(time + seconds * 1_000_000_000)\t\(parts[1])"
            }
            return try Tape.source(later.joined(separator: "\n"))
        }
    }
}
