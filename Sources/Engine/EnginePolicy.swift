import Hedging
import Orders
import Portfolio
import Risk
import Strategies
import TradingModel

/// Everything the engine is told once: what exists, what is allowed, what to do.
public struct EnginePolicy: Sendable {
    /// By `InstrumentID.index`.
    public var instruments: [Instrument]
    /// By `VenueID.index`.
    public var venues: [VenuePolicy]
    public var limits: RiskLimits
    public var hedge: HedgePolicy
    public var takerTaker: [TakerTakerPolicy]
    public var makerTaker: [MakerTakerPolicy]
    /// Which node this is, in client order ids.
    public var node: UInt16
    /// What happens to working orders on our accounts that are not ours.
    public var foreignOrders: ForeignOrderPolicy
    /// How openings shrink in doubt; `nil` leaves them at their configured size.
    public var sizing: AdaptiveSizing?
    /// Limits for all positions together; `nil`: there are none.
    public var portfolio: PortfolioPolicy?

    /// `nil`: the index plays no part.
    public var riskIndex: RiskIndexPolicy?

    /// Whether our resting orders stand in the venues' books; on paper they do not.
    public var ownOrdersShow = true

    public init(
        instruments: [Instrument], venues: [VenuePolicy], limits: RiskLimits, hedge: HedgePolicy,
        takerTaker: [TakerTakerPolicy], makerTaker: [MakerTakerPolicy] = [], node: UInt16,
        foreignOrders: ForeignOrderPolicy = .leave, sizing: AdaptiveSizing? = AdaptiveSizing(),
        riskIndex: RiskIndexPolicy? = nil
    ) {
        self.riskIndex = riskIndex
        self.sizing = sizing
        precondition(venues.count <= 64, "at most 64 venues")
        self.instruments = instruments
        self.venues = venues
        self.limits = limits
        self.hedge = hedge
        self.takerTaker = takerTaker
        self.makerTaker = makerTaker
        self.node = node
        self.foreignOrders = foreignOrders
    }
}

extension EnginePolicy {
    /// By strategy: the name that people and rows know it by.
    public var strategyNames: [String] {
        EnginePolicy.names(
            takerTaker: takerTaker, makerTaker: makerTaker, instruments: instruments,
            venues: venues.map(\.name))
    }

    public static func names(
        takerTaker: [TakerTakerPolicy], makerTaker: [MakerTakerPolicy], instruments: [Instrument],
        venues: [String]
    ) -> [String] {
        takerTaker.map { policy in
            let symbol = instruments[policy.instrument.index].symbol
            return policy.basis.map { "basis \(symbol) \(venues[$0.perpetual.index])" }
                ?? "taker-taker \(symbol)"
        }
            + makerTaker.map {
                "maker-taker \(instruments[$0.instrument.index].symbol) \(venues[$0.quoteVenue.index])"
            }
    }
}

extension EnginePolicy {
    /// By strategy: completed cycles a minute.
    var cycleLimits: [Int128] {
        let all = takerTaker.map(\.cyclesPerMinute) + makerTaker.map(\.cyclesPerMinute)
        return all.isEmpty ? [1] : all.map { Int128($0) }
    }

    /// By strategy: who answers for it.
    public var owners: [String] { takerTaker.map(\.manifest.owner) + makerTaker.map(\.manifest.owner) }
}

public struct VenuePolicy: Sendable {
    public var name: String
    public var proof: BookProof
    /// Subscribed depth; books with a checksum are truncated to it.
    public var bookDepth: Int
    public var listings: [Listing]
    /// Of a venue of perpetuals; `nil`: spot.
    public var margin: MarginRule?
    /// Quotes there are moved by amending them, because cancels cost.
    public var amends: Bool
    /// Questions about orders are counted apart there, and few.
    public var questionsAreDear: Bool
    /// An order that the venue does not know counts as absent only so long after it was sent.
    public var absenceAfter: Span
    public init(
        name: String, proof: BookProof, bookDepth: Int, listings: [Listing], margin: MarginRule? = nil,
        amends: Bool = false, questionsAreDear: Bool = false, absenceAfter: Span = FateInquiry.catchingUp
    ) {
        self.absenceAfter = absenceAfter
        self.amends = amends
        self.questionsAreDear = questionsAreDear
        self.margin = margin
        self.name = name
        self.proof = proof
        self.bookDepth = bookDepth
        self.listings = listings
    }
}

extension EnginePolicy {
    /// By the venue's schedule; zero where it does not list the instrument.
    public func takerFee(_ venue: VenueID, _ instrument: InstrumentID) -> Rate {
        venues[venue.index].listings.first { $0.instrument.id == instrument }?.takerFee ?? .zero
    }
}
