import Engine
import Node
import Runbooks
import SimulatedWorld
import TradingModel

// What people do at a stand.
extension DrillStand {
    /// Somebody saw what must not be.
    func object(_ what: String?) { if let what { objections.append(what) } }

    func after(_ span: Span, _ deed: @escaping (DrillStand) -> Void) {
        simulation.schedule(at: now + span) { [self] in deed(self) }
    }

    /// A person starts a run; `nil` when it is refused.
    func begin(_ runbook: String, on target: String) -> UInt64? {
        let outcome = visit { desk -> Result<UInt64, RunbookRun.Refusal> in
            do throws(RunbookRun.Refusal) {
                return .success(
                    try desk.startRun(
                        runbook, on: target, reason: "a drill, passphrase=\(Canary.passphrase)", actor: "ann")
                )
            } catch { return .failure(error) }
        }
        switch outcome {
        case .success(let number)?: return number
        case .failure(let why)?:
            object("\(runbook) does not begin: \(why.message)")
            return nil
        case nil: return nil
        }
    }

    func abort(_ number: UInt64) {
        say { (desk) throws(RunbookRun.Refusal) in
            try desk.abortRun(number, reason: "a drill", actor: "ann")
        }
    }

    /// The venues' word is taken, where it is asked for.
    func acceptAll() {
        visit { desk in
            for venue in desk.engine.venues.indices where !desk.engine.venues[venue].isReconciled {
                desk.accept(VenueID(venue), reason: "the pages agree", actor: "ann")
            }
        }
    }

    /// What keeps venues apart is explained.
    func releaseAll() {
        visit { desk in
            for venue in desk.engine.venues.indices where desk.engine.venues[venue].safeReason != nil {
                desk.release(VenueID(venue), reason: "explained", actor: "ann")
            }
        }
    }

    private func say(_ word: @Sendable (isolated TradingDesk) throws(RunbookRun.Refusal) -> Void) {
        let refused = visit { desk -> RunbookRun.Refusal? in
            do throws(RunbookRun.Refusal) {
                try word(desk)
                return nil
            } catch { return error }
        }
        if let refused = refused ?? nil { object(refused.message) }
    }

    /// Answers and approves whatever waits for people now.
    func attend(_ drill: Drill) {
        let waiting = visit { desk in
            desk.runs.live.filter { !$0.run.isWriting && desk.runs.waitsForPeople($0.number) }
        }
        for record in waiting ?? [] {
            let (number, plan) = (record.number, record.plan)
            if record.run.question != nil, let step = record.run.step {
                let id = record.run.runbook.steps[step].id
                if attended.insert("\(number) \(id)").inserted { drill.people[id]?(self) }
                // Whatever they did may have ended this process; the next one asks again.
                let asks = visit { desk in
                    desk.runs[number].map { $0.run.question != nil && !$0.run.isWriting } ?? false
                }
                guard asks == true else { return }
                say { (desk) throws(RunbookRun.Refusal) in
                    try desk.answerRun(number, reason: "looked; secret=\(Canary.secret)", actor: "ann")
                }
            } else if let person = ["bob", "cy"].first(where: { !record.run.people.contains($0) }) {
                say { (desk) throws(RunbookRun.Refusal) in
                    try desk.approveRun(number, plan: plan, reason: "agreed", actor: person)
                }
            }
        }
    }
}
