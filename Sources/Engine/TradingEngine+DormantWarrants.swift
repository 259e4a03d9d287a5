import Hedging
import Orders
import TradingModel

// Warrants that an earlier run left standing. It may have sent any of their hedges just before its end, but
// only for something that was owed: as long as neither its rows nor a venue tells of that, they lie dormant
// and cost a start no question. Once something does, each leg is an order of unknown fate.
extension TradingEngine {
    mutating func beginWarrants(after book: WarrantBook) {
        warrants = policy.instruments.map { _ in [] }
        hasWoken = policy.instruments.map { _ in false }
        guard !planted(.warrantNotRecovered) else { return }
        dormantWarrants = book.warrants
        for warrant in book.warrants where mayHaveOwed(warrant) {
            wakeWarrants(warrant.instrument.index, nil)
        }
    }

    /// Whether by the rows alone a hedge may have been called for. A fill's row goes before its hedge's: what
    /// a hedge without a row was sent for is open, or its fill has no row either.
    ///
    /// Half of the least that one of its venues takes is enough: the price may have been another.
    private func mayHaveOwed(_ warrant: Warrant) -> Bool {
        var least = Quantity(raw: .max)
        for leg in warrant.legs {
            guard let listing = listing(leg.venue, warrant.instrument) else { continue }
            least = min(least, listing.smallestOrder(at: warrant.highestBuy))
        }
        return obligations[warrant.instrument.index].deviation.magnitude.raw >= least.raw / 2
    }

    /// Something was owed when the last run ended, or one of these hedges was met: from here on it is found
    /// out which of them were sent.
    ///
    /// - Parameter now: `nil` while the node is being put together.
    mutating func wakeWarrants(_ index: Int, _ now: Moment?) {
        guard dormantWarrants.contains(where: { $0.instrument.index == index }) else { return }
        hasWoken[index] = true
        for warrant in dormantWarrants where warrant.instrument.index == index {
            for order in warrant.legs.map(warrant.most) where orders[order.id] == nil {
                orders.insert(order, at: now ?? warrant.decidedAt)
                if now != nil { reserveAgain(order.id) }
            }
            // So that the rows say so too, to this history's next reader.
            output.append(.journal(.revoked(warrant.name, sent: WarrantLegs(warrant.legs))))
        }
        dormantWarrants.removeAll { $0.instrument.index == index }
    }

    /// A venue names an order: if no row does, it may be one of these hedges.
    mutating func meetWarranted(_ id: ClientOrderID?, _ now: Moment) {
        guard !dormantWarrants.isEmpty, let id, orders[id] == nil,
            let warrant = dormantWarrants.first(where: { $0.name == id.warrant })
        else { return }
        wakeWarrants(warrant.instrument.index, now)
    }

    /// Whether a trade that names no order may be one of these hedges.
    func mayBeWarranted(_ fill: FillReport, at venue: VenueID) -> Bool {
        dormantWarrants.contains { warrant in
            warrant.instrument == fill.instrument
                && fill.venueTime >= warrant.decidedAt - Checkpoint.clockTolerance
                && warrant.legs.contains { $0.venue == venue && $0.side == fill.side }
        }
    }

    /// A fill that no row told of: if its order is an earlier run's, that run may have hedged it.
    mutating func meetFill(of id: ClientOrderID, _ index: Int, _ now: Moment) {
        if !dormantWarrants.isEmpty, id.epoch != epoch { wakeWarrants(index, now) }
    }

    /// Every order of the earlier run has ended, the venues' balances are those of the rows, and what was
    /// sent last has long arrived: nothing was owed, and none of these was sent.
    mutating func dismissWarrants(_ now: Moment) {
        guard !dormantWarrants.isEmpty else { return }
        let needless = dormantWarrants.filter { isNeedless($0, now) }
        for warrant in needless { output.append(.journal(.revoked(warrant.name, sent: WarrantLegs()))) }
        dormantWarrants.removeAll(where: needless.contains)
    }

    private func isNeedless(_ warrant: Warrant, _ now: Moment) -> Bool {
        let isUnsettled = orders.live.contains {
            $0.epoch != epoch && orders.instrument(of: $0) == warrant.instrument
        }
        return !isUnsettled
            && warrant.legs.allSatisfy { leg in
                venues[leg.venue.index].isReconciled
                    && now - warrant.sendBefore > policy.venues[leg.venue.index].absenceAfter
            }
    }

    /// Whether a quote of an earlier run has not ended, or not all of its fills are known.
    private func hasPastQuote(_ index: Int) -> Bool {
        orders.live.contains { id in
            guard id.epoch != epoch, let intent = orders[id]?.intent else { return false }
            return intent.isQuote && intent.instrument.index == index
        }
    }

    /// Whether hedges that an earlier run may have sent are not found out yet. They may have closed what is
    /// owed, on either side: to hedge meanwhile would be a guess. So it would be where one was found, but not
    /// yet what the quote that it was sent for did: the hedge would be hedged.
    func isPresuming(_ index: Int) -> Bool {
        orders.tally(InstrumentID(index)).isPresuming || hasWoken[index] && hasPastQuote(index)
    }

    /// From a fill until its hedge must be complete. While it is being found out what the last run sent,
    /// people are told at once, and the time runs from when that can be known.
    mutating func timeToHedge(_ index: Int, _ now: Moment) -> Span {
        guard isPresuming(index) else { return policy.hedge.deadline }
        alarm(
            .hedgeFailure, .critical, nil, about: symbols[index],
            "\(policy.instruments[index].symbol): hedges wait until it is known which of them the last run "
                + "has sent", now)
        return presumingTime + policy.hedge.deadline
    }

    /// As long as a request may be on its way, two looks after that, and their answers.
    private var presumingTime: Span {
        let arrival = policy.venues.map(\.absenceAfter).max() ?? .zero
        return Warrant.sendWindow + arrival + FateInquiry.restBetweenAbsences + .seconds(3)
    }
}
