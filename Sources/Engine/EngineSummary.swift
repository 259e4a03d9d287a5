import Hedging
import Orders
import Risk
import Strategies
import TradingModel

/// Where the engine stands, for people and reports. Amounts are in the quote asset.
public struct EngineSummary: Sendable {
    public var counters: EngineCounters
    public var edges: Int
    public var mode: OperatingMode
    public var modeReason: String
    public var unknownOpen: Int
    public var liveOrders: Int
    public var hedgesOpened: Int
    public var hedgesCompleted: Int
    public var hedgesLate: Int
    public var hedgesFailed: Int
    /// Departure from opening balances at mid price, without what no venue would take.
    public var unhedgedNotional: Amount
    /// What no venue would take, at mid price, summed over instruments.
    public var residualNotional: Amount
    /// The appetite for risk; `nil` where the node has none.
    public var riskIndex: RiskIndex?
    public var kills: [KillBlock]
    /// Quote earned plus base departures at mid price, fees included.
    public var profit: Amount
}

extension TradingEngine {
    public var summary: EngineSummary {
        var unhedged = Amount.zero
        var residual = Amount.zero
        var profit = Amount.zero
        var quotes: [Asset] = []
        for index in policy.instruments.indices {
            let instrument = policy.instruments[index]
            let deviation = obligations[index].deviation
            let notional = instrument.notional(mids[index], deviation.magnitude)
            if deviation.magnitude < smallestHedges[index],
                obligations[index].open.isEmpty || !hasLiveOrders(index)
            {
                residual += notional
            } else {
                unhedged += notional
            }
            profit += instrument.notional(mids[index], deviation)
            if !quotes.contains(instrument.quote) { quotes.append(instrument.quote) }
        }
        for quote in quotes { profit += ledger.deviation(quote) }
        return EngineSummary(
            counters: counters, edges: strategies.reduce(0) { $0 + $1.edgesSeen }, mode: mode,
            modeReason: modeReason,
            unknownOpen: orders.live.count { orders[$0]?.state == .unknown }, liveOrders: orders.live.count,
            hedgesOpened: obligations.reduce(0) { $0 + $1.opened },
            hedgesCompleted: obligations.reduce(0) { $0 + $1.completed },
            hedgesLate: obligations.reduce(0) { $0 + $1.late },
            hedgesFailed: ladders.reduce(0) { $0 + $1.failures },
            unhedgedNotional: unhedged, residualNotional: residual, riskIndex: riskIndex,
            kills: kills.blocks, profit: profit)
    }

    /// Orders that lay claim to a balance, second legs that follow included: without these never more than
    /// are unsettled, never fewer than may fill.
    public var reservationCount: Int { reservations.count }

    /// First legs whose second one has claimed its balance and waits for their fill.
    public var followedLegs: [ClientOrderID] { followers.compactMap { $0?.first } }

    /// What orders lay claim to there.
    public func reserved(_ venue: VenueID, _ asset: Asset) -> Amount { reservations.reserved(venue, asset) }

    /// Nothing is in flight and nothing is owed that a venue would take.
    public var isFlat: Bool {
        orders.live.isEmpty && policy.instruments.indices.allSatisfy { !needsHedging($0) }
    }
}
