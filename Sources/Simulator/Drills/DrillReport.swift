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

/// What one runbook's drill came to, whole and with kills.
public struct DrillShare: Codable, Hashable, Sendable {
    public var runbook: String
    public var isDrilled = false
    public var dryRunWrites = 0
    public var kills = 0
    public var killsOk = 0
    /// Codes that fired.
    public var fired: Set<String> = []
    /// What went wrong, a line each.
    public var faults: [String] = []
}

/// Carries out drills and counts.
public struct DrillCourse {
    public private(set) var report = DrillReport()
    public private(set) var faults: [String] = []
    private var fired: Set<String> = []
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

    /// One runbook from its trigger to its end.
    /// - Parameter kills: also with a kill at each row of its run, on both sides of its becoming durable.
    public func rehearse(_ name: String, kills: Bool) -> DrillShare {
        var share = DrillShare(runbook: name)
        let whole = Drills.rehearse(name, shelf)
        share.isDrilled = whole.faults.isEmpty
        share.dryRunWrites = whole.dryRunWrites
        share.fired = Set(whole.codes.map(\.rawValue))
        share.faults = whole.faults.map { "\(name): \($0)" }
        for row in whole.first..<(kills ? whole.entries : whole.first) {
            for durable in [false, true] { kill(row, durable, &share) }
        }
        let ended = "\(name): \(whole.entries) entries in \(Int(whole.virtualSeconds)) virtual s"
        say(kills ? "\(ended), \(share.killsOk) of \(share.kills) kills survived" : ended)
        return share
    }

    private func kill(_ row: Int, _ durable: Bool, _ share: inout DrillShare) {
        let outcome = Drills.rehearse(share.runbook, shelf, killedAt: row, durable: durable)
        // A run that took another way had no such row: that is no proof, and not counted.
        guard outcome.wasKilled else { return }
        share.kills += 1
        share.fired.formUnion(outcome.codes.map(\.rawValue))
        if outcome.faults.isEmpty {
            share.killsOk += 1
        } else {
            let side = durable ? "after" : "before"
            let text = outcome.faults.joined(separator: "; ")
            share.faults.append("\(share.runbook), killed \(side) row \(row): \(text)")
        }
    }

    public mutating func take(_ share: DrillShare) {
        report.drilled += share.isDrilled ? 1 : 0
        report.dryRunWrites += share.dryRunWrites
        report.killResumeRuns += share.kills
        report.killResumeOk += share.killsOk
        fired.formUnion(share.fired)
        report.codesFired = fired.count
        faults += share.faults
    }

    /// Codes that no drill has fired have a scene of their own.
    public mutating func fireOthers() {
        for scene in DrillScene.all where !fired.isSuperset(of: scene.codes.map(\.rawValue)) {
            let found = scene.play(shelf)
            fired.formUnion(found.map(\.rawValue))
            let missing = scene.codes.subtracting(found).map(\.rawValue).sorted()
            if !missing.isEmpty { say("a scene fired no \(missing.joined(separator: ", "))") }
        }
        report.codesFired = fired.count
        let silent = IncidentCode.allCases.map(\.rawValue).filter { !fired.contains($0) }
        if !silent.isEmpty { faults.append("never fired: \(silent.joined(separator: ", "))") }
    }
}
