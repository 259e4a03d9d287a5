import ArgumentParser
import Configuration
import Engine
import Hedging
import LiveWorld
import Node
import Ports
import Risk
import SimulatedWorld
import Strategies
import TradingModel
import VenueKit
import VenueServer

/// One run of the whole node over TLS against doubles that send so many times the recorded peak.
struct LoadRun {
    struct Report: Encodable {
        var factor: Int
        var seconds: Double
        /// What was to be sent, and what was, over all venues.
        var plannedMessagesPerS: Int
        var messagesPerS: Double
        var bookMessagesPerS: Double
        /// The latest message, in milliseconds after its planned time: a loop ticks every five.
        var latestMs: Double
        /// From a fill's leaving its venue to the last byte of its hedge handed to TLS.
        var fillToHedgeUs: BenchResults.Latency
        /// The same as the node sees it: from the frame's arrival.
        var nodeFillToHedgeUs: BenchResults.Latency
        var frameToDecisionUs: BenchResults.Latency
        var hedgesWithoutFill: Int
        var hedgesLate: Int
        var orders: Int
        var fills: Int
        /// Fills the venues made and the node never booked, and orders whose fate it does not know.
        var orderEventsDropped: Int
        var ledgerEqualsVenues: Bool
        /// Processor time of the node's threads over the time that passed; the doubles' is apart.
        var cores: Double
        var doublesCores: Double
    }

    let factor: Int
    let seconds: Int64
    /// It goes on, up to `mostTimes` as long, until it has seen so many.
    let leastHedges: Int
    let seed: UInt64
    let threads: ThreadPlan
    let quoteWarrants: Int

    /// Streams and books have settled.
    private static let warmUp = Span.seconds(3)
    private static let mostTimes: Int64 = 6

    func run() async throws -> Report {
        let directory = try DemoDirectory(nil)
        defer { directory.discard() }
        var configuration = try CapturedFrames.configuration()
        LoadRun.quicken(&configuration)
        configuration.policy.hedge.quoteWarrants = quoteWarrants
        let authority = try TestAuthority.inDirectory(directory.path + "/tls")
        let rates = configuration.venues.map { RecordedPeaks.messages(of: $0.profile.name) * factor }
        let (hosts, access) = try await open(&configuration, rates, authority)
        let live = try LiveWorld.make(
            dataDirectory: directory.path + "/node", extraCA: authority.caPath, limits: .demonstration,
            threads: threads, tape: NodePlanning.tape(configuration))
        let node = try await TradingNode.start(
            try NodePlanning.plan(configuration, access: access, isDryRun: false), in: live.world)
        let time = live.world.time
        try await time.sleep(until: time.now + LoadRun.warmUp)
        await node.desk.beginSampling()
        let before = (await sent(hosts), ThreadTimes.now(), time.now)
        let latest = time.now + .seconds(seconds * LoadRun.mostTimes)
        var hedges = 0
        repeat {
            try await time.sleep(until: time.now + .seconds(seconds))
            hedges = await node.desk.latency.samples?.hedges.count ?? 0
        } while hedges < leastHedges && time.now < latest
        let after = (await sent(hosts), ThreadTimes.now(), time.now)
        let isFlat = await node.desk.drain(by: time.now + .seconds(10))
        // What is on its way when the last order has ended.
        try await time.sleep(until: time.now + .milliseconds(300))
        let report = await node.desk.report()
        let tape = await node.desk.latency.samples ?? LatencySamples()
        let offset = time.now - VenueHost.now
        let handed = await sent(hosts).flatMap(\.handed)
        var truths: [VenueTruth] = []
        for host in hosts { truths.append(await host.truth()) }
        await node.desk.close(by: time.now + .seconds(2))
        for host in hosts { await host.stop() }
        live.shutdown()
        let wall = Double((after.2 - before.2).nanoseconds) / 1e9
        func rate(_ count: (LoadedVenue.Sent) -> Int) -> Double {
            Double(after.0.reduce(0) { $0 + count($1) } - before.0.reduce(0) { $0 + count($1) }) / wall
        }
        let times = HedgeTimes(tape, handed: handed, offset: offset)
        let made = truths.reduce(0) { $0 + $1.fillCount }
        let equal = NodePlanning.ledgerEquals(report) { venue, asset in
            truths[venue.index].balances.first { $0.asset == asset.code }?.total ?? .zero
        }
        let unknown = report.summary.unknownOpen + (isFlat ? 0 : report.summary.liveOrders)
        return Report(
            factor: factor, seconds: wall, plannedMessagesPerS: rates.reduce(0, +),
            messagesPerS: rate(\.messages), bookMessagesPerS: rate(\.books),
            latestMs: Double((after.0.map(\.latest).max() ?? .zero).nanoseconds) / 1e6,
            fillToHedgeUs: .init(times.log), nodeFillToHedgeUs: .init(report.latency.fillToHedgeWire),
            frameToDecisionUs: .init(report.latency.frameToDecision), hedgesWithoutFill: times.withoutFill,
            hedgesLate: report.summary.hedgesLate, orders: report.summary.counters.ordersSent,
            fills: report.summary.counters.fills,
            orderEventsDropped: max(0, made - report.summary.counters.fills) + unknown,
            ledgerEqualsVenues: equal, cores: (after.1.node - before.1.node) / wall,
            doublesCores: (after.1.doubles - before.1.doubles) / wall)
    }

    /// Quotes that others take all the time, each with a hedge to follow: what they earn is of no interest.
    private static func quicken(_ configuration: inout NodeConfiguration) {
        var quotes = MakerTakerPolicy.everywhere(configuration, life: .milliseconds(500))
        for index in quotes.indices {
            quotes[index].minimumEdge = Rate(hundredthsOfBasisPoint: -200)
            quotes[index].cooldown = .milliseconds(100)
        }
        configuration.policy.makerTaker = quotes
        configuration.policy.limits.ordersPerSecond = 1_000
        for index in configuration.policy.takerTaker.indices {
            configuration.policy.takerTaker[index].cyclesPerMinute = 10_000
        }
    }

    /// Takers come by ten times as often as on a busy venue.
    private static let pace = MarketPace(quoteEvery: 35...65, takeEvery: 15...60)

    private func open(
        _ configuration: inout NodeConfiguration, _ rates: [Int], _ authority: TestAuthority
    ) async throws -> ([VenueHost], [VenueAccess?]) {
        var hosts: [VenueHost] = []
        var access: [VenueAccess?] = []
        for index in configuration.venues.indices {
            let name = configuration.venues[index].profile.name
            let account = DoubleCatalog.demoAccount(
                apiKey: DemoVenues.apiKey, secret: DemoVenues.secret, passphrase: DemoVenues.passphrase)
            let now = VenueHost.now
            guard
                let double = DoubleCatalog.make(
                    venue: name, seed: seed, instruments: DoubleCatalog.demoInstruments, account: account,
                    start: now)
            else { throw ExitCode(70) }
            double.pace = LoadRun.pace
            let host = try await VenueHost.start(
                double: LoadedVenue(double, rate: rates[index], from: now), authority: authority)
            hosts.append(host)
            DemoVenues.point(&configuration.venues[index], at: host.port)
            var key = Array(DemoVenues.secret.utf8)
            let phrase = DialectCatalog.takesPassphrase(name) ? DemoVenues.passphrase : ""
            access.append(
                VenueAccess(
                    apiKey: DemoVenues.apiKey, passphrase: phrase, signer: OpenSSLSigner(wiping: &key)))
        }
        return (hosts, access)
    }

    private func sent(_ hosts: [VenueHost]) async -> [LoadedVenue.Sent] {
        var all: [LoadedVenue.Sent] = []
        for host in hosts {
            let sent = await host.withDouble { double, _ in (double as? LoadedVenue)?.sent }
            if let sent, let sent { all.append(sent) }
        }
        return all
    }
}

extension MakerTakerPolicy {
    /// Quotes of every instrument wherever a dead-man switch would cancel them.
    static func everywhere(_ configuration: NodeConfiguration, life: Span) -> [MakerTakerPolicy] {
        configuration.venues.indices.filter { configuration.venues[$0].profile.deadMan != nil }.flatMap {
            venue in
            configuration.policy.instruments.map { instrument in
                MakerTakerPolicy(
                    instrument: instrument.id, quoteVenue: VenueID(venue),
                    minimumEdge: Rate(hundredthsOfBasisPoint: 50),
                    quoteNotional: Amount(raw: 2_000 * 1_000_000_000_000_000_000), caution: 0, life: life,
                    cooldown: life, cyclesPerMinute: 10_000)
            }
        }
    }
}
