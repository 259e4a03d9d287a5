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
        let isFlat = visit { desk in
            desk.inspect { engine in
                engine.policy.instruments.indices.allSatisfy {
                    engine.obligations[$0].deviation.magnitude < engine.smallestHedges[$0]
                }
            }
        }
        guard isFlat != true else { return result.legDeaths.flat = 1 }
        let isTold = visit { $0.incidents.lines.contains { $0.incident.code == .hedgeFailure } } ?? false
        let holds = visit { $0.engine.mode >= .hold } ?? false
        if isTold, holds { return result.legDeaths.held = 1 }
        judge.fail("S10", "a leg's venue died and something is still open: told \(isTold), held \(holds)")
    }
}
