import Runbooks
import TradingModel
import Watch

/// What all drills came to: the line that `make drills` ends with.
public struct DrillReport: Codable, Hashable, Sendable {
    public var runbooks = 0
    /// Runbooks whose drill went from its trigger to its end as it should.
    public var drilled = 0
    /// What planning every runbook on every target wrote or sent, in every drill.
    public var dryRunWrites = 0
    /// Rehearsals with a kill at a row of a run, and those that went on, did no step twice and ended as they
    /// should.
    public var killResumeRuns = 0
    public var killResumeOk = 0
    /// Incident codes that there are, that fired in the drills, and that have a runbook which names them.
    public var codes = 0
    public var codesFired = 0
    public var codesWithRunbook = 0

    public init() {}

    public var isGood: Bool {
        runbooks == drilled && dryRunWrites == 0 && killResumeRuns > 0 && killResumeOk == killResumeRuns
            && codesFired == codes && codesWithRunbook == codes
    }
}

/// Carries out all drills, one after the other, and counts.
public struct DrillCourse {
    public private(set) var report = DrillReport()
    /// What went wrong, a line each.
    public private(set) var faults: [String] = []
    public private(set) var fired: Set<IncidentCode> = []
    private let shelf: RunbookShelf
    private let say: (String) -> Void

    public init(_ shelf: RunbookShelf, say: @escaping (String) -> Void) {
        self.shelf = shelf
        self.say = say
        report.runbooks = shelf.runbooks.count
        report.codes = IncidentCode.allCases.count
        report.codesWithRunbook = IncidentCode.allCases.count { code in
            shelf[code.runbook]?.codes.contains(code) ?? false
        }
    }

    /// - Parameters:
    ///   - only: runbooks whose drills are carried out; `nil`: all.
    ///   - kills: with a kill at each row of each run, on both sides of its becoming durable.
    public mutating func run(only: [String]? = nil, kills: Bool = true) {
        for name in Drills.names where only?.contains(name) ?? true {
            let whole = Drills.rehearse(name, shelf)
            take(whole)
            report.dryRunWrites += whole.dryRunWrites
            if whole.faults.isEmpty { report.drilled += 1 }
            say(
                "\(name): \(whole.entries) entries in \(Int(whole.virtualSeconds)) virtual s"
                    + (whole.faults.isEmpty ? "" : ": \(whole.faults.joined(separator: "; "))"))
            if kills { kill(name, whole.entries) }
        }
        if only == nil { fireOthers() }
        report.codesFired = fired.count
    }

    private mutating func take(_ outcome: DrillOutcome) {
        fired.formUnion(outcome.codes)
        faults += outcome.faults.map { "\(outcome.runbook): \($0)" }
    }

    private mutating func kill(_ name: String, _ entries: Int) {
        for row in 0..<entries {
            for durable in [false, true] {
                let outcome = Drills.rehearse(name, shelf, killedAt: row, durable: durable)
                // A run that took another way had no such row: that is no proof, and not counted.
                guard outcome.wasKilled else { continue }
                report.killResumeRuns += 1
                fired.formUnion(outcome.codes)
                if outcome.faults.isEmpty {
                    report.killResumeOk += 1
                } else {
                    let side = durable ? "after" : "before"
                    let text = outcome.faults.joined(separator: "; ")
                    faults.append("\(name), killed \(side) row \(row): \(text)")
                    say("  killed \(side) row \(row): \(text)")
                }
            }
        }
    }

    /// Codes that no drill has fired have a scene of their own.
    private mutating func fireOthers() {
        for scene in DrillScene.all where !fired.isSuperset(of: scene.codes) {
            fired.formUnion(scene.play(shelf))
        }
        let silent = IncidentCode.allCases.filter { !fired.contains($0) }.map(\.rawValue)
        if !silent.isEmpty {
            faults.append("never fired: \(silent.joined(separator: ", "))")
            say("never fired: \(silent.joined(separator: ", "))")
        }
    }
}
