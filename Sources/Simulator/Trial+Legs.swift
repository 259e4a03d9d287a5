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
        guard legsSent.isMultiple(of: 2), result.legDeaths.deaths == 0, draw.chance(50) else { return }
        let venue = plan.venues[draw.pick(lastLegs).index]
        result.legDeaths.deaths = 1
        simulation.schedule(at: simulation.now + draw.span(.zero, plan.latency * 3)) { [self] in
            trace("\(venue) dies between the legs")
            network.setReachable(venue, false)
            // Some do not come back while there are faults.
            guard draw.chance(90) else { return }
            let back = simulation.now + draw.span(.milliseconds(50), .seconds(8))
            simulation.schedule(at: back) { [self] in network.setReachable(venue, true) }
            result.legDeaths.returned = 1
        }
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
