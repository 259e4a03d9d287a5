import Engine
import Node
import Orders
import SimulatedWorld
import Tape
import TradingModel

// What a run's tape is for: told again, an engine decides the same, byte for byte.
extension Trial {
    /// One tape a life of the process, while the plan wants them.
    func newTape() -> SimulatedTape? {
        guard plan.isTaped else { return nil }
        let tape = SimulatedTape()
        tapes.append(tape)
        return tape
    }

    func judgeTapes() {
        for (life, tape) in tapes.enumerated() {
            do {
                try rerun(tape, life + 1)
            } catch { judge.fail("S18", "the tape of life \(life + 1) cannot be read: \(error)") }
        }
        tapes = []
    }

    private func rerun(_ tape: SimulatedTape, _ life: Int) throws {
        var rerun = Rerun(policy: nodePlan.policy)
        for block in tape.blocks {
            var entries = TapeEntries(block)
            while let entry = try entries.next(noOther) { try rerun.play(entry) }
        }
        result.rerunDecisions += rerun.agreed
        guard let difference = rerun.difference else { return }
        judge.fail(
            "S18",
            "life \(life), entry \(difference.entry): told again, the engine answers "
                + difference.directives.joined(separator: "; "))
    }

    /// Nobody changes the configuration of a simulated node.
    private func noOther(_ digest: String) throws(TapeFault) -> EnginePolicy {
        throw .malformed("configuration \(digest)")
    }
}
