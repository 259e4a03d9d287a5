import Books
import Strategies
import TradingModel

// Who moves first.
extension TradingEngine {
    /// A venue's touch may have moved.
    mutating func noteTouch(_ index: Int, _ slot: Int, _ before: VenueTop, _ now: Moment) {
        let top = books[index].tops[slot]
        guard top.isSynced, top.hasBid, top.hasAsk else {
            if before.isSynced { leads[index].forget(slot) }
            return
        }
        guard top.bid.price != before.bid.price || top.ask.price != before.ask.price else { return }
        leads[index].note(slot, mid: Price(raw: top.bid.price.raw / 2 + top.ask.price.raw / 2), at: now)
    }

    /// How often people's view of it is brought up to date.
    static let leadLook = Span.seconds(10)

    /// A lead that was sure and is no longer is told: edges may vanish without warning now.
    mutating func watchLeads(_ now: Moment) {
        guard now >= nextLeadLook else { return }
        nextLeadLook = now + TradingEngine.leadLook
        for index in policy.instruments.indices {
            let findings = leads[index].findings
            for told in toldLeads[index]
            where !findings.contains(where: { $0.leader == told.leader && $0.follower == told.follower }) {
                let (leader, follower) = (venueName(index, told.leader), venueName(index, told.follower))
                alarm(
                    .leadLagDegraded, .warning, nil,
                    "\(policy.instruments[index].symbol): \(leader) led \(follower) by "
                        + "\(told.lag.milliseconds) ms (\(told.certainty) % of \(told.calls) moves) and does "
                        + "so no longer", now)
            }
            toldLeads[index] = findings
        }
    }

    /// What is sure about who moves first, for people.
    public var leadLines: [LeadLine] {
        policy.instruments.indices.flatMap { index in
            leads[index].findings.map {
                LeadLine(
                    symbol: policy.instruments[index].symbol, leader: venueName(index, $0.leader),
                    follower: venueName(index, $0.follower), lag: $0.lag, certainty: $0.certainty)
            }
        }
    }

    private func venueName(_ index: Int, _ slot: Int) -> String {
        policy.venues[books[index].tops[slot].venue.index].name
    }
}

/// One venue leads another.
public struct LeadLine: Hashable, Sendable {
    public var symbol: String
    public var leader: String
    public var follower: String
    public var lag: Span
    /// Percent of the moves that one of the two answered: how many of them the leader made.
    public var certainty: Int
}
