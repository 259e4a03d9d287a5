import Ports
import SimulatedWorld
import TradingModel

// Faults that happen at moments, rather than with a chance per message.
extension FaultDriver {
    func deeds(_ fault: Fault) {
        switch fault {
        case .v10: often { $0.stall($1, &$2) }
        case .v11: often(5) { $0.cut($1, &$2) }
        case .v22: often(2) { $0.vanish($1, &$2) }
        case .n04: often(2) { $0.fillDisk(&$2) }
        case .n05: often(4) { $0.slowDisk(&$2) }
        case .n06: often(2) { $0.hang(&$2) }
        case .n07: often(3) { $0.stop(&$2) }
        case .n10:
            trial.recoveryDeaths = Int(trial.draw.between(1, 20))
            often(1) { driver, _, _ in driver.trial.killNode("the first of many deaths") }
        default: venueDeeds(fault)
        }
    }

    private func stall(_ venue: String, _ draw: inout Draw) {
        fired(.v10)
        let until = trial.simulation.now + draw.span(.milliseconds(200), .seconds(15))
        let kind = draw.below(3)
        trial.network.weather(at: venue) {
            $0.stalledUntil = until
            $0.stallsPublic = kind != 1
            $0.stallsPrivate = kind != 0
        }
    }

    private func cut(_ venue: String, _ draw: inout Draw) {
        for number in 0..<draw.between(1, 6) {
            fired(.v11)
            let kind = draw.below(3)
            let network = trial.network
            let at = trial.simulation.now + .milliseconds(number * draw.between(5, 900))
            trial.simulation.schedule(at: at) { [trial] in
                guard !trial.isCalm else { return }
                network.cutConnections(to: venue, onlyPrivate: kind == 1, onlyPublic: kind == 2)
            }
        }
    }

    private func vanish(_ venue: String, _ draw: inout Draw) {
        fired(.v22)
        let network = trial.network
        network.setReachable(venue, false)
        let back = trial.simulation.now + draw.span(.milliseconds(200), .seconds(12))
        trial.simulation.schedule(at: back) { network.setReachable(venue, true) }
    }

    private func fillDisk(_ draw: inout Draw) {
        fired(.n04)
        let disk = trial.disk
        let kind = draw.below(4)
        switch kind {
        case 0: disk.isFull = true
        case 1: disk.failsStore = true
        case 2: disk.failsReserve = true
        default: disk.fault = .unavailable("input/output error")
        }
        let back = trial.simulation.now + draw.span(.milliseconds(100), .seconds(6))
        trial.simulation.schedule(at: back) { disk.heal() }
    }

    private func slowDisk(_ draw: inout Draw) {
        fired(.n05)
        trial.hang(\.storeLane, for: bounded(draw.span(.milliseconds(20), .seconds(6))))
    }

    /// Nothing of the safety phase outlasts it.
    private func bounded(_ span: Span) -> Span {
        min(span, max(.milliseconds(1), Trial.start + trial.plan.safety - trial.simulation.now))
    }

    private func hang(_ draw: inout Draw) {
        fired(.n06)
        let lanes: [KeyPath<World, any Lane>] = [\.storeLane, \.coldLane, \.socketLane, \.reserveLane]
        trial.hang(draw.pick(lanes), for: bounded(draw.span(.milliseconds(100), .seconds(4))))
    }

    private func stop(_ draw: inout Draw) {
        fired(.n07)
        trial.stop(for: bounded(draw.span(.milliseconds(100), .seconds(draw.chance(20) ? 60 : 6))))
    }
}
