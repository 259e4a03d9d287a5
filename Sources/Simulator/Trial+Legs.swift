import Engine
import Hedging
import Node
import SimulatedWorld
import TradingModel

// A venue that dies while both legs of a pair are under way: what the hedge ladder is for.
extension Trial {
    /// A leg has been handed to its venue's connection.
    func legSent() {
        legsSent += 1
        guard result.legDeaths.deaths == 0 else { return }
        let moment = simulation.now + draw.span(.zero, plan.latency * 3)
        if plan.takesTurns {
            guard let first = lastLegs.last else { return }
            simulation.schedule(at: moment) { [self] in
                guard result.legDeaths.deaths == 0, let venue = venueOfUnsentLeg(beside: first) else {
                    return
                }
                dies(venue, returns: 50)
            }
        } else if legsSent.isMultiple(of: 2), draw.chance(50) {
            let venue = draw.pick(lastLegs).venue
            result.legDeaths.deaths = 1
            simulation.schedule(at: moment) { [self] in dies(venue, returns: 90) }
        }
    }

    /// - Parameter returns: how many of a hundred come back while there are faults.
    private func dies(_ venue: VenueID, returns: Int) {
        let name = plan.venues[venue.index]
        result.legDeaths.deaths = 1
        trace("\(name) dies between the legs")
        network.setReachable(name, false)
        guard draw.chance(returns) else { return }
        let back = simulation.now + draw.span(.milliseconds(50), .seconds(8))
        simulation.schedule(at: back) { [self] in network.setReachable(name, true) }
        result.legDeaths.returned = 1
    }

    /// The other venue of a pair whose first leg filled, or may have, while nothing has gone to the other.
    private func venueOfUnsentLeg(beside first: OrderIntent) -> VenueID? {
        visit { desk in
            guard let story = desk.engine.trades.stories.last(where: { $0.number == first.id.intent }),
                let second = story.legs.first(where: { $0.venue != first.venue })?.venue,
                !story.hedges.contains(where: { $0.venue == second })
            else { return nil }
            return second
        } ?? nil
    }

    /// Before the faults end: flat by the ladder alone, or holding, and people were told.
    func judgeLegDeaths() {
        guard result.legDeaths.deaths > 0 else { return }
        // Trading goes on: what is owed since a moment ago is no trace of that death.
        let old = simulation.now - TradingEngine.stuckPatience - .seconds(1)
        let isFlat = visit { desk in
            desk.inspect { $0.obligations.allSatisfy { $0.open.allSatisfy { $0.deadline > old } } }
        }
        guard isFlat != true else {
            result.legDeaths.flat = 1
            return
        }
        let isTold = visit { $0.incidents.lines.contains { $0.incident.code == .hedgeFailure } } ?? false
        let holds = visit { $0.engine.mode >= .hold } ?? false
        if isTold, holds {
            result.legDeaths.held = 1
            return
        }
        judge.fail("S10", "a leg's venue died and something is still open: told \(isTold), held \(holds)")
    }
}
