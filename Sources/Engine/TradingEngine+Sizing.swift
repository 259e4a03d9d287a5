import Books
import Hedging
import Orders
import Risk
import Routing
import Strategies
import TradingModel

/// The second leg of a pair that goes out in turn: its balance is claimed from the moment the first is sent.
struct Follower: Hashable, Sendable {
    var first: ClientOrderID
    var claim: ClientOrderID
}

// How much is opened, for how much edge, and which leg first.
extension TradingEngine {
    /// The strategy's own minimum, what the two venues' recent faults weigh, and how far either quote is
    /// going to move away from us because the venue it follows has moved.
    func demandedEdge(_ strategy: Int, _ index: Int, _ edge: Edge, _ now: Moment) -> Rate {
        edge.floor + riskEdge + qualities[edge.buyVenue.index].penalty(at: now)
            + qualities[edge.sellVenue.index].penalty(at: now)
            + leads[index].pending(edge.buySlot, .buy, at: now)
            + leads[index].pending(edge.sellSlot, .sell, at: now)
    }

    /// In ten-thousandths of the configured size.
    func sizeShare(
        _ strategy: Int, _ index: Int, _ first: VenueID, _ second: VenueID, _ now: Moment
    ) -> Int64 {
        let allowed = riskIndex?.multipliers.sizeShare ?? 100
        guard let sizing = policy.sizing else { return throttled(strategy, allowed * 100) }
        let share = sizing.share(
            SizingEvidence(
                range: unrest(index, now) ?? .zero,
                fillRatio: fillRatios[index].percent, slippage: obligations[index].recentSlippage,
                venueQuality: min(
                    qualities[first.index].score(at: now),
                    qualities[second.index].score(at: now)),
                riskIndex: min(TradingEngine.appetite(mode), allowed)))
        return throttled(strategy, share)
    }

    /// How far the mid price ranged within the collar's window, as a share of itself; `nil` while no price
    /// is known.
    func unrest(_ index: Int, _ now: Moment) -> Rate? {
        guard mids[index] > .zero, let range = priceWindows[index].range(at: now) else { return nil }
        let (short, overflow) = (range.high.raw - range.low.raw).multipliedReportingOverflow(by: Rate.one)
        guard overflow else { return Rate(raw: short / mids[index].raw) }
        let moved = Int128(range.high.raw - range.low.raw) * Int128(Rate.one)
        return Rate(raw: Int64(clamping: moved / Int128(mids[index].raw)))
    }

    /// What a mode leaves of the size, in percent.
    private static func appetite(_ mode: OperatingMode) -> Int64 {
        switch mode {
        case .normal: 100
        case .reduced: 50
        case .hold, .safe, .killed: planted(.ignoreHold) ? 100 : 0
        }
    }

    /// The scarcer leg goes out; what the other one needs is claimed until the first fills or ends, and its
    /// venue is where the hedge tries first.
    mutating func submitInTurn(_ legs: [OrderIntent], scarcer: Side, _ index: Int, _ now: Moment) {
        let first = legs.filter { $0.side == scarcer }
        for second in legs where second.side != scarcer {
            let (asset, amount) = claim(second)
            reservations.reserve(second.id, second.venue, asset, amount)
            shortVenue[index] = second.venue
            followers[index] = first.first.map { Follower(first: $0.id, claim: second.id) }
        }
        submit(first, now)
    }

    /// The first leg filled, or ended: the hedge takes over what was claimed.
    mutating func releaseFollower(of id: ClientOrderID) {
        for index in followers.indices where followers[index]?.first == id {
            if let claim = followers[index]?.claim { reservations.release(claim) }
            followers[index] = nil
        }
    }
}
