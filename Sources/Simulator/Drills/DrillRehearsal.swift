import Engine
import Node
import Runbooks
import SimulatedWorld
import TradingModel
import Watch

/// What one rehearsal of a drill came to.
public struct DrillOutcome: Sendable {
    public var runbook: String
    /// Rows of runs that became durable: where a process may die.
    public var entries = 0
    /// Of these, the first that belongs to the drill's own run.
    public var first = 0
    public var codes: Set<IncidentCode> = []
    public var virtualSeconds = 0.0
    /// What planning every runbook in the middle of it wrote or sent.
    public var dryRunWrites = 0
    /// The node was killed in it.
    public var wasKilled = false
    /// What is wrong, each as a sentence; empty: it went as it should.
    public var faults: [String] = []
}

/// Carries out one drill: provokes, lets people do their part, and looks whether all is as it should be.
struct DrillRehearsal {
    let drill: Drill
    let shelf: RunbookShelf
    let cut: DrillCut?

    /// How long the node trades before.
    static let before = Span.seconds(12)
    /// How long an incident may take to start its runbook.
    static let patience = Span.seconds(150)
    /// No drill takes longer.
    static let longest = Span.seconds(7_200)
    static let look = Span.milliseconds(250)

    func run() -> DrillOutcome {
        var outcome = DrillOutcome(runbook: drill.runbook)
        let stand: DrillStand
        do { stand = try DrillStand(drill, shelf: shelf, cut: cut) } catch {
            outcome.faults = ["the world could not be made: \(error)"]
            return outcome
        }
        stand.startNode()
        stand.run(DrillRehearsal.before)
        if cut == nil { outcome.dryRunWrites += DryRun.writes(stand) }
        drill.provoke(stand)
        if cut == nil { outcome.dryRunWrites += DryRun.writes(stand) }
        if !drill.startsItself { outcome.first = stand.rows.entries.count }
        if let number = begin(stand, &outcome) { finish(number, stand, &outcome) }
        stand.gatherCodes()
        outcome.codes = stand.codes
        outcome.entries = stand.rows.entries.count
        outcome.wasKilled = stand.wasCut
        outcome.virtualSeconds = Double((stand.now - Trial.start).nanoseconds) / 1e9
        outcome.faults += stand.objections + stand.rows.twice.map { "twice: \($0)" }
        if stand.rows.secrets > 0 { outcome.faults.append("\(stand.rows.secrets) rows hold a secret") }
        stand.end()
        return outcome
    }

    /// The run that the drill is about, by its number.
    private func begin(_ stand: DrillStand, _ outcome: inout DrillOutcome) -> UInt64? {
        let limit = stand.now + DrillRehearsal.patience
        if !drill.startsItself { _ = stand.begin(drill.runbook, on: drill.target) }
        while stand.now < limit {
            stand.run(DrillRehearsal.look)
            revive(stand)
            if let number = number(stand) { return number }
            // What died before it was written never was: a person sees that nothing runs, and begins again.
            let isLate = stand.now > limit - DrillRehearsal.patience + .seconds(30)
            if stand.wasCut, isLate, stand.visit({ $0.runs.isIdle }) == true {
                _ = stand.begin(drill.runbook, on: drill.target)
            }
        }
        let codes = stand.visit { Set($0.cases.cases.map(\.key.code.rawValue)).sorted() } ?? []
        outcome.faults.append("\(drill.runbook) was not started; incidents: \(codes)")
        return nil
    }

    private func number(_ stand: DrillStand) -> UInt64? {
        stand.visit { desk in
            desk.runs.all.first {
                $0.run.runbook.name == drill.runbook && $0.run.target == drill.target && $0.parent == nil
                    && $0.run.phase != .new
            }?.number
        } ?? nil
    }

    private func finish(_ number: UInt64, _ stand: DrillStand, _ outcome: inout DrillOutcome) {
        if succeeds(number, stand, &outcome) { lookAfterwards(number, stand, &outcome) }
    }

    /// Does people's part until a run has ended; whether it brought about what it is for.
    private func succeeds(_ number: UInt64, _ stand: DrillStand, _ outcome: inout DrillOutcome) -> Bool {
        let limit = stand.now + DrillRehearsal.longest
        while stand.now < limit, ending(of: number, stand) == nil {
            stand.attend(drill)
            lookAgain(stand)
            stand.run(DrillRehearsal.look)
            revive(stand)
        }
        guard let found = ending(of: number, stand) else {
            let phase = stand.visit { "\(String(describing: $0.runs[number]?.run.phase))" } ?? "no node"
            outcome.faults.append("run \(number) has not ended: \(phase)")
            return false
        }
        guard found != .succeeded else { return true }
        let why = stand.visit { $0.runs[number]?.run.entries.map { "\($0.what) \($0.reason)" } ?? [] }
        outcome.faults.append(
            "run \(number) \(found.rawValue): \((why ?? []).suffix(4)); incidents: \(incidents(stand))")
        return false
    }

    private func lookAgain(_ stand: DrillStand) {
        guard let died = stand.diedAt, stand.isRunning, stand.now > died + .seconds(30) else { return }
        stand.diedAt = nil
        drill.again(stand)
    }

    private func incidents(_ stand: DrillStand) -> [String] {
        let all = stand.visit { $0.cases.cases.map { "\($0.key.code.rawValue) \($0.detail)" } } ?? []
        return all.suffix(4)
    }

    private func ending(of number: UInt64, _ stand: DrillStand) -> RunbookRun.Outcome? {
        stand.visit { $0.runs[number]?.run.outcome } ?? nil
    }

    /// A process that died comes back, as a service manager has it.
    private func revive(_ stand: DrillStand) {
        for _ in 0..<10 where !stand.isRunning {
            stand.run(DrillStand.pause)
            stand.startNode()
        }
        if !stand.isRunning { stand.object("the node does not start: \(stand.refusal)") }
    }

    /// A hedge that was missed on the way, as with a market that fell while the node was dead, is a case of
    /// its own: people carry out its runbook too.
    private func seeToHedges(_ stand: DrillStand, _ outcome: inout DrillOutcome) {
        var hedging = Drill.byHand("rb-30-hedge-failure", check: { $0.isNot(.normal) })
        hedging.again = drill.again
        guard drill.runbook != hedging.runbook, stand.isHeldByHedge else { return }
        let rehearsal = DrillRehearsal(drill: hedging, shelf: shelf, cut: cut)
        guard let number = rehearsal.begin(stand, &outcome), rehearsal.succeeds(number, stand, &outcome)
        else { return }
        // What a death on the way has undone is seen to as well.
        stand.run(.seconds(40))
        lookAgain(stand)
        stand.run(.seconds(20))
    }

    /// What its last step was to bring about and is not so.
    private func missing(_ number: UInt64, _ stand: DrillStand) -> String? {
        let venue = drill.target == Drill.node ? nil : stand.venue(drill.target)
        return stand.visit { desk -> String? in
            let facts = desk.runbookFacts(at: venue)
            // Where it ends with another runbook, that one's end has looked.
            let last = desk.runs[number]?.run.runbook.steps.last
            return last?.ensures.first { !$0.holds(facts) }?.text
        } ?? nil
    }

    /// What its steps were to bring about is so, and the node is well.
    private func lookAfterwards(_ number: UInt64, _ stand: DrillStand, _ outcome: inout DrillOutcome) {
        // A node that has just started connects and reconciles first.
        let limit = stand.now + (stand.wasCut ? RunbookRun.startGrace : .zero)
        while missing(number, stand) != nil, stand.now < limit { stand.run(DrillRehearsal.look) }
        if let text = missing(number, stand) { outcome.faults.append("\(text) does not hold afterwards") }
        stand.run(.seconds(20))
        if !stand.isRunning {
            // It died at a row that another run wrote: the new process connects first.
            revive(stand)
            stand.run(.seconds(20))
        }
        if drill.check(stand) != nil { seeToHedges(stand, &outcome) }
        if let fault = drill.check(stand) {
            outcome.faults.append("\(fault); incidents: \(incidents(stand))")
        }
        guard cut == nil else { return }
        if !stand.stop() { outcome.faults.append("the node did not get flat afterwards") }
        outcome.faults += stand.disagreements()
    }
}
