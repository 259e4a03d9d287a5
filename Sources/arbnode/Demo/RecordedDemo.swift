import ArgumentParser
import Configuration
import Engine
import Foundation
import Hedging
import LiveWorld
import Node
import Ports
import Recordings
import Risk
import SimulatedWorld
import Strategies
import TradingModel
import VenueKit
import VenueServer

/// The demo over recorded traffic: each recording is served, byte for byte, by a double behind TLS; the node
/// keeps its books from it and sends its orders to the paper exchange, because history cannot be traded with.
struct RecordedDemo {
    let files: [String]
    let speed: PlaybackSpeed
    let seconds: Double
    let directory: String
    let json: Bool

    struct Source {
        var recording: Recording
        var sheet: VenueSheet
    }

    func run() async throws {
        let sources = try files.map { try load($0) }
        let instruments = RecordedDemo.instruments(sources)
        guard !instruments.isEmpty else {
            Terminal.say("the recordings name no symbol the demo can trade")
            throw ExitCode(65)
        }
        let authority = try TestAuthority.inDirectory(directory + "/tls")
        var hosts: [VenueHost] = []
        var venues: [NodeConfiguration.Venue] = []
        for (index, source) in sources.enumerated() {
            let host = try await VenueHost.start(
                double: RecordingDouble(source.recording, speed: speed), authority: authority,
                pacedByReaders: true)
            hosts.append(host)
            var venue = NodeConfiguration.Venue(
                profile: source.sheet.profile,
                listings: instruments.compactMap { RecordedDemo.listing($0, VenueID(index), source) },
                caFile: authority.caPath, credentials: CredentialNames(venue: source.sheet.profile.name))
            DemoVenues.point(&venue, at: host.port)
            venues.append(venue)
        }
        let live = try LiveWorld.make(
            dataDirectory: directory + "/node", extraCA: authority.caPath, limits: .demonstration)
        let plan = NodePlan(
            policy: RecordedDemo.policy(venues, instruments),
            dialects: try venues.map { try NodePlanning.dialect($0) },
            access: venues.map { _ in nil }, isDryRun: true,
            paperBalances: NodePlanning.paperBalances(venues.map(\.listings)))
        let node = try await TradingNode.start(plan, in: live.world)
        let elapsed = await LiveView(node: node, world: live.world, signals: Signals(), quiet: json)
            .follow(seconds: seconds)
        // Counted before the sockets close: a book of a closed connection is no longer proven.
        let report = await node.desk.report()
        await node.desk.close(by: live.world.time.now + .seconds(2))
        if json {
            Terminal.print(
                try ReportJSON(
                    report, seconds: elapsed, seed: nil, ledgerEqualsVenues: nil,
                    recoveredRows: node.recoveredRows
                ).encoded())
        } else {
            for line in ReportText.closing(report, seconds: elapsed, ledgerEqualsVenues: nil) {
                Terminal.print(line)
            }
        }
        for host in hosts { await host.stop() }
        live.shutdown()
    }

    private func load(_ path: String) throws -> Source {
        do {
            let recording = try Recording(try RecordingText(path: path).bytes)
            guard DialectCatalog.names.contains(recording.venue),
                let file = HouseFiles.find("venues/\(recording.venue).yaml")
            else {
                Terminal.say("\(path): the node does not speak \(recording.venue)")
                throw ExitCode(65)
            }
            switch VenueSheet.load(path: file) {
            case .success(let sheet): return Source(recording: recording, sheet: sheet)
            case .failure(let problems):
                Terminal.say("\(problems)")
                throw ExitCode(78)
            }
        } catch let exit as ExitCode {
            throw exit
        } catch {
            Terminal.say("\(path): \(error)")
            throw ExitCode(65)
        }
    }

    /// Every symbol of every recording, by common codes. Eight decimals on both scales hold any of them.
    static func instruments(_ sources: [Source]) -> [Instrument] {
        var pairs: [[String]] = []
        for source in sources {
            for symbol in source.recording.symbols {
                guard let pair = RecordedSymbol.split(symbol), !pairs.contains(pair) else { continue }
                pairs.append(pair)
            }
        }
        return pairs.enumerated().map { index, pair in
            Instrument(
                id: InstrumentID(index), base: Asset(pair[0]), quote: Asset(pair[1]), priceScale: 8,
                quantityScale: 8)
        }
    }

    /// The venue file's listing, or for a symbol it does not know one without filters.
    static func listing(_ instrument: Instrument, _ venue: VenueID, _ source: Source) -> Listing? {
        let spelled = source.recording.symbols.first {
            RecordedSymbol.split($0) == [instrument.base.code, instrument.quote.code]
        }
        guard let spelled else { return nil }
        if let known = source.sheet.listing(of: instrument, venue: venue) { return known }
        return Listing(
            venue: venue, instrument: instrument, symbol: spelled, tick: Price(raw: 1), lot: Quantity(raw: 1),
            minimumQuantity: Quantity(raw: 1), maximumQuantity: Quantity(raw: .max / 4),
            minimumNotional: .zero,
            takerFee: source.sheet.takerFee, makerFee: source.sheet.makerFee,
            buyFeeInBase: source.sheet.buyFeeInBase)
    }

    static func policy(_ venues: [NodeConfiguration.Venue], _ instruments: [Instrument]) -> EnginePolicy {
        func units(_ n: Int128) -> Amount { Amount(raw: n * 1_000_000_000_000_000_000) }
        return EnginePolicy(
            instruments: instruments,
            venues: venues.map {
                VenuePolicy(
                    name: $0.profile.name, proof: $0.profile.proof, bookDepth: $0.profile.bookDepth,
                    listings: $0.listings)
            },
            limits: RiskLimits(
                orderNotional: units(25_000), orderQuantity: instruments.map { _ in Quantity(raw: .max / 4) },
                positionNotional: units(100_000), exposureNotional: units(150_000),
                priceCollar: Rate(hundredthsOfBasisPoint: 10_000), bookAge: .seconds(5), ordersPerSecond: 20),
            hedge: HedgePolicy(),
            takerTaker: instruments.map {
                TakerTakerPolicy(
                    instrument: $0.id, minimumEdge: Rate(hundredthsOfBasisPoint: 100),
                    pairNotional: units(5_000))
            }, node: 1)
    }
}

/// Splits a venue's spelling of a pair: `BTC-USDT`, `BTC/USDT`, `BTCUSDT`.
enum RecordedSymbol {
    /// Longest first, so that `…USDT` is not read as `…USD` with a stray T.
    static let quotes = [
        "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USD", "EUR", "GBP", "TRY", "BRL", "BTC", "ETH", "BNB",
    ]

    static func split(_ symbol: String) -> [String]? {
        for separator in ["-", "/"] {
            let parts = symbol.split(separator: Character(separator), maxSplits: 1).map(String.init)
            if parts.count == 2 { return parts }
        }
        for quote in quotes where symbol.hasSuffix(quote) && symbol.count > quote.count {
            return [String(symbol.dropLast(quote.count)), quote]
        }
        return nil
    }
}
