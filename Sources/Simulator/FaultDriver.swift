import SimulatedWorld
import TradingModel

/// Draws when and where each armed fault happens, and makes it happen.
struct FaultDriver {
    let trial: Trial

    init(_ trial: Trial) { self.trial = trial }

    private var simulation: Simulation { trial.simulation }
    private var network: SimulatedNetwork { trial.network }

    /// Everything of the safety phase, drawn before it begins.
    func schedule() {
        for fault in Fault.allCases where trial.plan.faults.contains(fault) { arm(fault) }
        if trial.plan.faults.contains(.v19), trial.draw.chance(60) {
            lieAtStart(trial.draw.pick(trial.plan.venues))
        }
        KillDriver(trial)?.schedule()
        MaintenanceDriver(trial)?.schedule()
        // An orderly end and a new start, as for an upgrade: also where a process may die.
        let ends = trial.plan.crashPoint.map { WorldPlan.ending.contains($0) } ?? trial.draw.chance(15)
        if ends, !trial.plan.losesLeg, trial.plan.kill == nil {
            for part in 1...4 {
                trial.later(trial.plan.safety * Int64(part) / 5) { [trial] in trial.endOrderly() }
            }
        }
    }

    private func arm(_ fault: Fault) {
        switch fault {
        case .v01: weather { $0.answerLost = $1 }
        case .v02:
            // Longer than the node waits for an answer, and up to what venues still accept.
            weather(upTo: 6_000) {
                $0.late = $1
                $0.delay = .seconds(5)
            }
        case .v03: weather { $0.errorAfterAll = $1 }
        case .v04: weather { $0.swallowed = $1 }
        case .v05: weather { $0.privateDoubled = $1 }
        case .v06: weather { $0.privateSwapped = $1 }
        case .v12:
            weather(upTo: 400) {
                $0.publicLost = $1
                $0.publicDoubled = $1
                $0.publicSwapped = $1 / 2
            }
        case .v13: weather(upTo: 200) { $0.publicGarbled = $1 }
        case .v15:
            weather(upTo: 800) {
                $0.overload = $1
                $0.answerGarbled = $1 / 2
            }
        case .n08: weather(upTo: 2_000) { $0.noDescriptors = $1 }
        case .n09: weather(upTo: 500) { $0.packetLoss = $1 }
        default: deeds(fault)
        }
        switch fault {
        case .n09: often { $0.deafen($1, &$2) }
        case .v12: often { $0.spoil($1, &$2) }
        case .v13: often { $0.distort($1, &$2, FaultDriver.wrongBooks) }
        default: break
        }
    }

    /// A chance per 10,000 at some venues, for the whole safety phase, after the first seconds.
    private func weather(upTo most: Int64 = 4_000, _ set: @escaping (inout VenueWeather, Int) -> Void) {
        for venue in trial.plan.venues where trial.plan.isDirected || trial.draw.chance(70) {
            let chance = Int(
                trial.plan.isDirected ? trial.draw.between(most / 4, most) : trial.draw.magnitude(20, most))
            let from = trial.draw.span(.milliseconds(10), .seconds(4))
            simulation.schedule(at: simulation.now + from) { [self] in
                guard !trial.isCalm else { return }
                network.weather(at: venue) { set(&$0, chance) }
            }
        }
    }

    /// A deed a few times at drawn moments and venues.
    func often(_ most: Int64 = 3, _ deed: @escaping (FaultDriver, String, inout Draw) -> Void) {
        for _ in 0..<trial.draw.between(1, most) {
            let at = trial.draw.span(.seconds(1), trial.plan.safety)
            let venue = trial.draw.pick(trial.plan.venues)
            var own = Draw(trial.draw.next(), 3)
            simulation.schedule(at: simulation.now + at) { [self] in
                guard !trial.isCalm else { return }
                deed(self, venue, &own)
            }
        }
    }

    func fired(_ fault: Fault) { trial.fired(fault.rawValue) }

    private func deafen(_ venue: String, _ draw: inout Draw) {
        let until = simulation.now + draw.span(.milliseconds(100), .seconds(8))
        network.weather(at: venue) { $0.deafUntil = until }
    }
}
