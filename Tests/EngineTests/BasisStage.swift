import Books
import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

/// Venue 0 and, where there are three, venue 2 trade spot; venue 1 lists the perpetual. Taker fees are ten
/// basis points everywhere.
enum BasisStage {
    static func units(_ n: Int64) -> Amount {
        Amount(raw: Int128(n) * 1_000_000_000_000_000_000)
    }

    static func bps(_ n: Int64) -> Rate { Rate(hundredthsOfBasisPoint: n * 100) }

    /// Enters at 20 bps net and leaves at −25.
    static func stage(
        venues: Int = 2, margin: Int64 = 1_000_000, recovery: [OutboxRecord] = [],
        riskIndex: RiskIndexPolicy? = nil, change: (inout TakerTakerPolicy) -> Void = { _ in }
    ) -> Stage {
        var policy = TakerTakerPolicy(
            instrument: InstrumentID(0), minimumEdge: BasisStage.bps(20),
            pairNotional: BasisStage.units(1_000), depthShare: 100, cooldown: .zero,
            manifest: StrategyManifest(owner: "desk", venues: [VenueID(0), VenueID(1)]),
            basis: BasisTerms(
                perpetual: VenueID(1), exit: BasisStage.bps(-25),
                positionNotional: BasisStage.units(1_500)))
        change(&policy)
        var stage = Stage(venues: venues, recovery: recovery) {
            BasisStage.perpetual(&$0)
            $0.takerTaker = [policy]
            $0.riskIndex = riskIndex
        }
        if margin != 1_000_000 {
            let change = BasisStage.units(margin - 1_000_000)
            stage.process(.adjusted(VenueID(1), Asset("USDT"), by: change, reason: "test"))
        }
        return stage
    }

    /// Makes venue 1 one of perpetuals: contracts of 0.01 BTC, three times the equity.
    static func perpetual(_ policy: inout EnginePolicy) {
        let spot = policy.venues[1].listings[0]
        policy.venues[1].margin = MarginRule(leverage: 3)
        policy.venues[1].listings = [
            Listing(
                venue: spot.venue, instrument: spot.instrument, symbol: "BTC-USDT-SWAP", tick: spot.tick,
                lot: spot.lot, minimumQuantity: spot.minimumQuantity, maximumQuantity: spot.maximumQuantity,
                minimumNotional: spot.minimumNotional, takerFee: spot.takerFee, makerFee: spot.makerFee,
                buyFeeInBase: false, kind: .perpetual(contractDecimals: 2))
        ]
    }

    static func fill(_ stage: inout Stage, _ legs: [OrderIntent]) {
        stage.durable(legs)
        for leg in legs { stage.fill(leg) }
    }

    /// Sells ten of the perpetual against spot at a premium of 60 bps.
    static func entered() -> Stage {
        var stage = BasisStage.stage()
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 100_60, ask: 100_70)
        BasisStage.fill(&stage, stage.persisted())
        return stage
    }

    /// Spot at venues 0 and 2 with an edge; the sell leg at 2 does not fill.
    static func shortLeg(_ stage: inout Stage, beforeSalesEnd: (inout Stage) -> Void = { _ in }) {
        stage.quote(1, bid: 100_40, ask: 100_50)
        stage.quote(0, bid: 100_20, ask: 100_25)
        stage.quote(2, bid: 101_00, ask: 101_10)
        stage.fillOnlyBuys(beforeSalesEnd: beforeSalesEnd)
    }

    static func spot() -> Stage {
        var stage = BasisStage.stage(venues: 3) {
            $0.basis = nil
            $0.minimumEdge = .zero
            $0.manifest = .house
        }
        shortLeg(&stage)
        return stage
    }

    static func payment(_ id: String, _ amount: Int64, at: Moment) -> EngineEvent {
        .funded(
            VenueID(1),
            FundingReport(
                instrument: InstrumentID(0), id: id, amount: BasisStage.units(amount), venueTime: at))
    }
}
