import Engine
import Node
import Orders
import Ports
import SimulatedWorld
import TradingModel

/// Gives the kill of a scenario at a drawn moment, breaks what the scenario breaks, and looks at the venues
/// when all must be clear.
struct KillDriver {
    let trial: Trial
    let scenario: KillScenario

    init?(_ trial: Trial) {
        guard let scenario = trial.plan.kill else { return nil }
        self.trial = trial
        self.scenario = scenario
    }

    private var simulation: Simulation { trial.simulation }

    /// How long cancels may take until all is clear, with answers lost on the way.
    static let patience = Span.seconds(12)

    func schedule() {
        let safety = trial.plan.safety
        trial.later(trial.draw.span(safety / 6, safety / 2)) { [self] in give() }
    }

    private func give() {
        // A node that is just starting is killed once it runs.
        guard let node = trial.node, trial.isRunning else {
            return trial.later(.milliseconds(200)) { [self] in give() }
        }
        let scope = scope()
        breakThings(node)
        let order = KillOrder(scope, reason: "a drill", actor: "operator", flattens: scenario.flattens)
        trial.trace("KILL \(scope.text)")
        trial.judge.log.given(KillBlock(order, at: simulation.now))
        let keeper = node.watchkeeper
        let trial = trial
        nonisolated(unsafe) let told = { (outcome: KillOutcome) in
            trial.trace("killed by the \(outcome.by.rawValue): \(outcome.canceled) cancels")
        }
        Task(executorPreference: keeper.lane) { told(await keeper.kill(order)) }
        trial.later(KillDriver.patience) { [self] in lookForOpenOrders(scope, given: order) }
    }

    private func scope() -> KillScope {
        let policy = trial.nodePlan.policy
        switch scenario {
        case .venue: return .venue(trial.draw.pick(trial.plan.venues))
        case .symbol: return .symbol(trial.draw.pick(trial.plan.symbols))
        case .strategy: return .strategy(trial.draw.pick(policy.strategyNames))
        default: return .all
        }
    }

    private func breakThings(_ node: TradingNode) {
        switch scenario {
        case .deskStuck:
            let span = trial.draw.span(.milliseconds(100), .seconds(4))
            trial.hang(\.socketLane, for: span)
            // The desk hangs, and still all is clear: looked at before it comes back.
            if span > .seconds(2) {
                trial.later(span - .milliseconds(50)) { [self] in lookForOpenOrders(.all, given: nil) }
            }
        case .diskFull:
            let disk = trial.disk
            disk.isFull = true
            disk.failsReserve = trial.draw.chance(50)
            trial.later(trial.draw.span(.milliseconds(200), .seconds(6))) { disk.heal() }
        case .venueDead:
            let (network, venue) = (trial.network, trial.draw.pick(trial.plan.venues))
            network.setReachable(venue, false)
            trial.later(trial.draw.span(.milliseconds(500), .seconds(5))) {
                network.setReachable(venue, true)
            }
        case .death:
            trial.later(trial.draw.span(.milliseconds(1), .seconds(2))) { [trial] in
                trial.killNode("after a kill")
            }
        default: break
        }
    }

    /// By the venues' own word. A kill that died with its process, or was lifted, asks for nothing.
    private func lookForOpenOrders(_ scope: KillScope, given order: KillOrder?) {
        let log = trial.judge.log
        guard log.kills[scope] != nil || log.ordered[scope] != nil, trial.isRunning else { return }
        if scenario.flattens { trial.judgeFlat("12 s after a kill that flattens") }
        for (index, double) in trial.doubles.enumerated() {
            for open in double.observer.openOrders() where open.isNodeNamed && !open.isForeign {
                guard let id = ClientOrderID(open.clientID), let intent = log.intents[id],
                    log.kills.covers(scope, intent)
                else { continue }
                trial.judge.fail(
                    "S16",
                    "\(trial.plan.venues[index]) still holds \(id) "
                        + "\(order == nil ? "while the desk hangs" : "12 s") after a kill")
            }
        }
    }
}
