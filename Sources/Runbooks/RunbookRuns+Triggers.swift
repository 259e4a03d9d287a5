import TradingModel

// What incidents start, and how often they may.
extension RunbookRuns {
    /// An incident has come: where the policy says so, its runbook begins with the next look.
    /// - Parameter venue: the name of the venue it is about.
    public mutating func saw(_ code: IncidentCode, _ severity: Severity, venue: String?) {
        guard policy.triggers.contains(code), !RunbookPolicy.never.contains(code), severity >= .warning,
            let runbook = shelf.runbooks.first(where: { $0.codes.contains(code) })
        else { return }
        let target = runbook.target == .venue ? venue : RunbookRun.node
        guard let target, !triggers.contains(where: { $0 == (code, target) }) else { return }
        triggers.append((code, target))
    }

    mutating func takeTriggers(_ now: Moment) {
        let all = triggers
        triggers = []
        for (code, target) in all {
            guard let runbook = shelf.runbooks.first(where: { $0.codes.contains(code) }),
                !live.contains(where: { $0.run.target == target }), mayBegin(runbook, target, code, now)
            else { continue }
            do throws(RunbookRun.Refusal) {
                _ = try start(
                    runbook.name, target: target, by: RunbookRun.node, reason: "\(code.rawValue) was raised",
                    at: now)
            } catch { continue }  // somebody else has the target: the incident stays, and calls people
        }
    }

    /// The loop guard: what keeps coming back is told once an hour and left to people.
    private mutating func mayBegin(
        _ runbook: Runbook, _ target: String, _ code: IncidentCode, _ now: Moment
    ) -> Bool {
        let starts = (ended + live).compactMap { record -> Moment? in
            guard record.run.runbook.name == runbook.name, record.run.target == target,
                record.run.starter == RunbookRun.node, record.parent == nil
            else { return nil }
            return record.run.entries.first?.at
        }
        let over = ended.filter { $0.run.runbook.name == runbook.name && $0.run.target == target }
            .compactMap { $0.run.entries.last?.at }.max()
        if let over, now - over < policy.cooldown { return false }
        guard starts.count(where: { now - $0 < .seconds(3_600) }) >= policy.perHour else { return true }
        let key = "\(runbook.name) \(target)"
        if let told = guarded[key], now - told < .seconds(3_600) { return false }
        guarded[key] = now
        waiting.append(
            .tell(
                .runbookFailed, .critical, target: target, subject: runbook.name,
                detail:
                    "\(code.rawValue) has started \(runbook.name) \(policy.perHour) times within an hour: "
                    + "a person must look"))
        return false
    }
}
