import Configuration
import Engine
import Hedging
import Node
import Risk
import SimulatedWorld
import Strategies
import TradingModel
import VenueKit

/// A recording, the file it came from, and what the house knows of its venue.
public struct RecordedSource: Sendable {
    public var path: String
    public var recording: Recording
    public var sheet: VenueSheet
    /// Its file ends where it should.
    public var isWhole: Bool

    public init(path: String, recording: Recording, sheet: VenueSheet, isWhole: Bool = true) {
        self.path = path
        self.recording = recording
        self.sheet = sheet
        self.isWhole = isWhole
    }
}

/// Why recordings make no market.
public enum RecordedMarketFault: Error, Hashable, Sendable, CustomStringConvertible {
    case nothingToTrade
    case notConfigured(path: String, venue: String)
    case sameTime(String, String, venue: String)

    public var description: String {
        switch self {
        case .nothingToTrade: "the recordings name no symbol of this configuration's instruments"
        case .notConfigured(let path, let venue):
            "\(path): the configuration has no venue \(venue); add it, or leave the recording out"
        case .sameTime(let first, let second, let venue):
            "\(first) and \(second) are of the same time at \(venue): one of them at a time"
        }
    }
}

/// What a node trades that lives on recordings: their venues and symbols, and the rules it goes by.
public struct RecordedMarket: Sendable {
    public var sources: [RecordedSource]
    /// By `VenueID.index`, as `sources` are.
    public var venues: [NodeConfiguration.Venue]
    public var policy: EnginePolicy
    public var paperLatency = NodeConfiguration.paperLatency
    /// For people: what of the configuration has no recording.
    public var leftOut: [String] = []

    /// By the recordings alone: every symbol at every venue, with the rules of a demonstration. Eight
    /// decimals on both scales hold any price and quantity.
    public init(_ sources: [RecordedSource]) throws(RecordedMarketFault) {
        self.sources = sources
        var instruments: [Instrument] = []
        for source in sources {
            for symbol in source.recording.symbols {
                guard let pair = RecordedSymbol.split(symbol),
                    !instruments.contains(where: { [$0.base.code, $0.quote.code] == pair })
                else { continue }
                instruments.append(
                    Instrument(
                        id: InstrumentID(instruments.count), base: Asset(pair[0]), quote: Asset(pair[1]),
                        priceScale: 8, quantityScale: 8))
            }
        }
        guard !instruments.isEmpty else { throw .nothingToTrade }
        venues = sources.enumerated().map { index, source in
            NodeConfiguration.Venue(
                profile: source.sheet.profile,
                listings: instruments.compactMap {
                    RecordedMarket.listing($0, VenueID(index), source)
                }, caFile: nil, credentials: CredentialNames(venue: source.sheet.profile.name))
        }
        policy = RecordedMarket.policy(venues, instruments)
    }

    /// By a configuration: its rules, for those of its venues and instruments that were recorded.
    public init(_ sources: [RecordedSource], in configuration: NodeConfiguration) throws(RecordedMarketFault)
    {
        for source in sources
        where !configuration.venues.contains(where: { $0.profile.name == source.recording.venue }) {
            throw .notConfigured(path: source.path, venue: source.recording.venue)
        }
        policy = configuration.policy.restricted { venue, listing in
            sources.contains {
                $0.recording.venue == venue.name && $0.recording.symbols.contains(listing.symbol)
            }
        }
        guard !policy.venues.isEmpty else { throw .nothingToTrade }
        paperLatency = configuration.paperLatency
        var ordered: [RecordedSource] = []
        var kept: [NodeConfiguration.Venue] = []
        for venue in policy.venues {
            guard var configured = configuration.venues.first(where: { $0.profile.name == venue.name }),
                let source = sources.first(where: { $0.recording.venue == venue.name })
            else { continue }
            configured.listings = venue.listings
            kept.append(configured)
            ordered.append(source)
        }
        self.sources = ordered
        venues = kept
        for venue in configuration.venues
        where !kept.contains(where: { $0.profile.name == venue.profile.name }) {
            leftOut.append("\(venue.profile.name) has no recording and is left out")
        }
        for instrument in configuration.policy.instruments
        where !policy.instruments.contains(where: { $0.symbol == instrument.symbol }) {
            leftOut.append("\(instrument.symbol) was not recorded and is left out")
        }
    }

    /// Another taker fee at every venue.
    public mutating func override(takerFee: Rate) {
        for venue in venues.indices {
            for listing in venues[venue].listings.indices {
                venues[venue].listings[listing].takerFee = takerFee
            }
            policy.venues[venue].listings = venues[venue].listings
        }
    }

    /// By venue.
    public var dialects: [any VenueDialect] {
        venues.map { venue in
            guard let dialect = DialectCatalog.make(venue.profile, venue.listings) else {
                preconditionFailure("\(venue.profile.name) has a dialect: its recording was let in for it")
            }
            return dialect
        }
    }

    /// A dry run on these recordings.
    public var plan: NodePlan {
        NodePlan(
            policy: policy, dialects: dialects, access: venues.map { _ in nil }, isDryRun: true,
            paperBalances: NodePlan.paperBalances(policy), paperLatency: paperLatency)
    }

    /// The venue file's listing, or for a symbol it does not know one without filters.
    private static func listing(_ instrument: Instrument, _ venue: VenueID, _ source: RecordedSource)
        -> Listing?
    {
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

    private static func policy(_ venues: [NodeConfiguration.Venue], _ instruments: [Instrument])
        -> EnginePolicy
    {
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
