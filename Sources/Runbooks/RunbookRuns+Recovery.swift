import TradingModel

// What rows say of the runs of before.
extension RunbookRuns {
    /// Builds the runs again from their rows, in the order in which these were written. What was under way
    /// goes on with the next look. Answers what people must be told.
    public mutating func recover(_ rows: [RunbookRow], at now: Moment) -> [Effect] {
        var order: [UInt64] = []
        var histories: [UInt64: [RunbookRow]] = [:]
        for row in rows {
            last = max(last, row.run)
            if histories[row.run] == nil { order.append(row.run) }
            RunbookRuns.add(row, to: &histories[row.run, default: []])
        }
        var told: [Effect] = []
        for number in order {
            guard let history = histories[number], let first = history.first else { continue }
            switch rebuilt(number, history, at: now) {
            case .success(let record):
                if record.run.isEnded { ended.append(record) } else { live.append(record) }
            case .failure(let why):
                // From here on it is over: the next start need not tell of it again.
                let end = RunbookRun.Entry.ended(.failed, at: now)
                var row = first
                (row.index, row.line, row.at) = (history.count, end.line, now)
                told.append(.write(row))
                told.append(
                    .tell(
                        .runbookFailed, .critical, target: first.target, subject: "run \(number)",
                        detail: "\(first.runbook) was under way and cannot go on: \(why.message); what its "
                            + "steps did stays as it is"))
            }
        }
        if ended.count > RunbookRuns.remembered { ended.removeFirst(ended.count - RunbookRuns.remembered) }
        return told
    }

    /// A copy changes nothing. A place told anew is one whose first row was thought to be refused: nothing
    /// can have followed it.
    private static func add(_ row: RunbookRow, to history: inout [RunbookRow]) {
        if row.index < history.count {
            guard history[row.index].line != row.line else { return }
            history.removeLast(history.count - row.index)
        }
        history.append(row)
    }

    private func rebuilt(_ number: UInt64, _ history: [RunbookRow], at now: Moment) -> Result<
        Record, RunbookRun.Refusal
    > {
        func cannot(_ why: String) -> Result<Record, RunbookRun.Refusal> {
            .failure(RunbookRun.Refusal(message: why))
        }
        let entries = history.compactMap { RunbookRun.Entry(line: $0.line) }
        let first = history[0]
        let isOver = entries.last.map { if case .ended = $0 { true } else { false } } ?? false
        guard let runbook = shelf[first.runbook] else {
            return isOver
                ? .success(forgotten(number, first, entries)) : cannot("this node has no such runbook")
        }
        let parent = first.parent == 0 ? nil : Parent(run: first.parent, step: first.parentStep)
        if !isOver {
            guard history.enumerated().allSatisfy({ $0.offset == $0.element.index }),
                entries.count == history.count, case .started = entries[0]
            else { return cannot("rows of it are missing") }
            guard shelf.plan(runbook, target: first.target) == first.plan else {
                return cannot("the runbook has been changed since")
            }
        }
        return .success(
            Record(
                number: number, plan: first.plan, parent: parent,
                run: RunbookRun(runbook, target: first.target, replaying: entries, at: now)))
    }

    /// One that is over, of a runbook that is not there any more: its transcript alone.
    private func forgotten(_ number: UInt64, _ first: RunbookRow, _ entries: [RunbookRun.Entry]) -> Record {
        let steps = (0...(entries.compactMap(\.step).max() ?? 0)).map {
            RunbookStep(id: "\($0 + 1)", action: .ask, why: "forgotten", timeout: .seconds(1))
        }
        let runbook = Runbook(
            name: first.runbook, title: "", target: first.target == RunbookRun.node ? .node : .venue,
            codes: [], reviewed: "", steps: steps)
        return Record(
            number: number, plan: first.plan, parent: nil,
            run: RunbookRun(runbook, target: first.target, replaying: entries, at: first.at))
    }
}
