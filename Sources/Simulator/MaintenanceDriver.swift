import Engine
import Node
import SimulatedWorld
import TradingModel

/// A person plans a HOLD that flattens, looks at the venues, and ends it.
struct MaintenanceDriver {
    static let scenario = Scenario(
        name: "maintenance-that-flattens", summary: "a HOLD is planned, and perpetuals are closed",
        faults: [])

    let trial: Trial
    private let begin: Span

    init?(_ trial: Trial) {
        guard let begin = trial.plan.maintenanceAt else { return nil }
        self.trial = trial
        self.begin = begin
    }

    /// How long positions may take to be closed while nothing else fails.
    private static let patience = Span.seconds(12)

    func schedule() { trial.later(begin) { [self] in start() } }

    private func start() {
        // A node that is just starting is told once it runs.
        guard trial.isRunning else { return trial.later(.milliseconds(200)) { [self] in start() } }
        trial.trace("MAINTENANCE that flattens")
        trial.visit { $0.setMaintenance(.flatten, reason: "a drill", actor: "operator") }
        trial.later(MaintenanceDriver.patience) { [self] in end() }
    }

    /// A HOLD that something else has called for since is left to the end of the world.
    private func end() {
        guard trial.visit({ $0.engine.isInMaintenance }) == true else { return }
        if trial.plan.isDirected { trial.judgeFlat("12 s into a HOLD that flattens") }
        trial.visit { $0.setMaintenance(.end, reason: "the drill is over", actor: "operator") }
    }
}

extension Trial {
    /// After a while, unless the world is calm by then.
    func later(_ span: Span, _ action: @escaping () -> Void) {
        simulation.schedule(at: simulation.now + span) { [self] in if !isCalm { action() } }
    }

    /// No perpetual is held any more, by the venues' own word.
    func judgeFlat(_ when: String) {
        for (index, instrument) in judge.policy.instruments.enumerated() {
            guard let smallest = visit({ $0.engine.smallestHedges[index] }) else { return }
            for (venue, double) in doubles.enumerated() {
                guard WorldPlan.perpetuals.contains(plan.venues[venue]),
                    let held = double.observer.balances.first(where: { $0.asset == instrument.base.code })
                        .map({ instrument.quantity(ofBase: $0.total) }), held.magnitude >= smallest
                else { continue }
                judge.fail(
                    "S16",
                    "\(plan.venues[venue]) still holds \(instrument.text(held)) of \(instrument.symbol) "
                        + when)
            }
        }
    }
}
