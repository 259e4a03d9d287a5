import Orders
import Risk
import TradingModel

// Everything in a scope is canceled, and nothing more goes there until two people say so.
extension TradingEngine {
    mutating func kill(_ order: KillOrder, _ now: Moment) {
        if planted(.ignoreKill) { return }
        let block = KillBlock(order, at: now)
        kills.set(block)
        loosenings.withdraw(.lift(order.scope))
        output.append(.journal(.killed(block, isLifted: false)))
        beginFlattening()
        let flattens = order.flattens ? "; what is owed is hedged, perpetuals are closed" : ""
        alarm(
            .killSwitch, .pageNow, nil,
            "\(order.scope.text) by \(order.actor): \(order.reason)\(flattens)", now)
        if order.scope == .all {
            if governor.mode < .killed {
                tighten(to: .killed, order.reason, order.actor, now)
            } else if loosenings.withdraw(modesBelow: .killed) {
                repeatMode(now)
            }
        }
        governor.flattens = kills.flattensAll
        pullQuotes(now)
        let kills = kills
        cancelLive { kills.covers(order.scope, $0) }
    }

    /// Whether what is owed here may be hedged at all.
    func mayHedge(_ index: Int) -> Bool {
        (governor.mode < .killed || kills.flattensAll) && !kills.holds(InstrumentID(index))
    }

    /// Orders of a scope whose end is not known yet.
    public func open(in scope: KillScope) -> [OrderRecord] {
        orders.live.compactMap { id in
            guard let record = orders[id], record.state.mayFill, record.state != .new,
                kills.covers(scope, record.intent)
            else { return nil }
            return record
        }
    }

    /// New risk may go there, rate budget apart: the venue is sound, and nobody has killed it.
    public func takesNewRisk(_ venue: VenueID) -> Bool {
        venues[venue.index].mayOpen && !kills.closes(venue)
    }

    /// A checkpoint holds neither kills nor the risk index: they are written again behind it.
    mutating func repeatGovernance(_ now: Moment) {
        loosenings.checkpointed()
        for block in kills.blocks { output.append(.journal(.killed(block, isLifted: false))) }
        guard let riskIndex, riskWatch.isWritten else { return }
        writeRiskIndex(
            from: riskIndex.value, "written again behind a checkpoint", riskWatch.setBy ?? "node", now)
    }
}

extension KillTable {
    init(_ policy: EnginePolicy) {
        self.init(
            venues: policy.venues.map(\.name), symbols: policy.instruments.map(\.symbol),
            strategies: policy.strategyNames)
    }
}
