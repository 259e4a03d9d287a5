import Orders
import Ports
import SimulatedWorld
import TradingModel

// What a disk does to the outbox.
extension FaultDriver {
    func storeDeeds(_ fault: Fault) {
        switch fault {
        case .n02: often(3) { $0.cutPower(&$2) }
        case .n03: often(1) { $0.damage(&$2) }
        case .n11: often(1) { $0.downgrade(&$2) }
        default: return
        }
    }

    /// The machine loses power: the process dies, and of what it had not synced some survives.
    private func cutPower(_ draw: inout Draw) {
        fired(.n02)
        trial.powerPolicy = draw.pick(SimulatedDisk.CrashPolicy.allCases)
        trial.killNode("power loss (\(trial.powerPolicy))")
    }

    /// The process dies, and its files are not what they were when it comes back.
    private func damage(_ draw: inout Draw) {
        fired(.n03)
        let disk = trial.disk
        let copies = SimulatedDisk.File.allCases.map { ($0, disk.bytes(of: $0)) }
        let kind = draw.below(4)
        let file = draw.pick(SimulatedDisk.File.allCases)
        let share = draw.between(0, 9_999)
        trial.judge.log.mayLoseRows = true
        let strike: () -> Void = {
            let length = disk.length(of: file)
            switch kind {
            case 0 where length > 0: disk.cut(file, to: length - min(length, Int(share) % 400 + 1))
            case 1 where length > 0: disk.flip(bit: length * 8 / 10_000 * Int(share), of: file)
            case 2: disk.delete(file)
            default: for (file, bytes) in copies { disk.restore(file, to: bytes) }
            }
        }
        // The older copy is of now; the others strike what is there at the death.
        trial.simulation.schedule(at: trial.simulation.now + draw.span(.milliseconds(1), .seconds(4))) {
            [trial] in
            guard !trial.isCalm, trial.process?.isAlive == true else { return }
            trial.killNode("its files are damaged")
            if kind == 3 { trial.judge.log.isOldCopy = true }
            strike()
        }
    }

    /// The binary of the version before wrote the last rows: this one must read them.
    private func downgrade(_ draw: inout Draw) {
        fired(.n11)
        trial.writesOldRows = true
        trial.simulation.schedule(at: trial.simulation.now + draw.span(.seconds(1), .seconds(5))) { [trial] in
            trial.writesOldRows = false
            if !trial.isCalm { trial.killNode("an upgrade") }
        }
    }
}
