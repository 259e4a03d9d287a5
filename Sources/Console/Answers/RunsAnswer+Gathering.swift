import Control
import Engine
import Node
import Runbooks
import TradingModel

extension RunsAnswer {
    static func gather(_ desk: isolated TradingDesk) -> RunsAnswer {
        var answer = RunsAnswer()
        answer.atNs = desk.now.nanoseconds
        answer.runs = desk.runs.all.map { Line($0) }
        return answer
    }
}

extension RunsAnswer.Line {
    init(_ record: RunbookRuns.Record) {
        self.init()
        let run = record.run
        number = record.number
        runbook = run.runbook.name
        target = run.target
        state = RunsAnswer.Line.state(run)
        step = run.step.map { run.runbook.steps[$0].id }
        question = run.question
        startedBy = run.starter
        reason = run.startReason
        startedNs = run.entries.first?.at.nanoseconds ?? 0
        endedNs = run.isEnded ? run.entries.last?.at.nanoseconds : nil
        approvalsNeeded = run.lacking
        approvedBy = run.approvers
        planHash = record.plan
        parent = record.parent?.run
    }

    private static func state(_ run: RunbookRun) -> String {
        switch run.phase {
        case .new: "writing"
        case .ready: run.lacking > 0 ? "waits_for_approval" : "runs"
        case .ensures: run.question == nil ? "runs" : "asks"
        case .rollsBack, .undoing: "takes_back"
        case .ended(let outcome): outcome.rawValue
        }
    }
}

// Saying something and reading what came of it; the entry is durable by then.
extension RunAnswer {
    /// How long a person waits for the row.
    private static let patience = Span.seconds(4)

    static func gather(_ desk: isolated TradingDesk, _ number: UInt64) throws(ControlFault) -> RunAnswer {
        guard let record = desk.runs[number] else {
            throw ControlFault(
                .unknownRun, "this node knows no run \(number)", remedy: "arbctl runbooks runs lists them")
        }
        var answer = RunAnswer()
        answer.atNs = desk.now.nanoseconds
        answer.run = .init(record)
        answer.transcript = record.run.entries.map { Entry($0, record.run.runbook) }
        return answer
    }

    static func start(_ desk: isolated TradingDesk, _ wish: RunWish, _ actor: String)
        async throws(ControlFault) -> RunAnswer
    {
        let runbook = try desk.runs.shelf.find(wish.name)
        let place = try RunbookAnswer.target(runbook, wish.venue, desk)
        let target = place.map { venue in desk.inspect { $0.policy.venues[venue.index].name } }
        let plan = desk.runs.shelf.plan(runbook, target: target ?? RunbookRun.node)
        guard wish.plan == nil || wish.plan == plan else {
            throw ControlFault(
                .conflict, "the plan is another one than you have read: \(plan)",
                remedy: "arbctl runbooks plan \(wish.name) shows it")
        }
        let number: UInt64
        do throws(RunbookRun.Refusal) {
            number = try desk.startRun(
                wish.name, on: target ?? RunbookRun.node, reason: wish.reason, actor: actor)
        } catch { throw conflict(error) }
        _ = await desk.awaitRun(number, by: desk.now + patience)
        guard desk.runs[number].map({ $0.run.phase != .new }) ?? false else { throw notWritten }
        return try gather(desk, number)
    }

    static func change(
        _ desk: isolated TradingDesk, _ number: UInt64, _ change: RunChange, _ actor: String
    ) async throws(ControlFault) -> RunAnswer {
        _ = try gather(desk, number)
        // It may be just writing: an answer of the disk is milliseconds away.
        _ = await desk.awaitRun(number, by: desk.now + patience)
        do throws(RunbookRun.Refusal) {
            switch change {
            case .approve(let plan, let by, let reason):
                try desk.approveRun(number, plan: plan, reason: reason, actor: by ?? actor)
            case .answer(let reason): try desk.answerRun(number, reason: reason, actor: actor)
            case .abort(let reason): try desk.abortRun(number, reason: reason, actor: actor)
            }
        } catch { throw conflict(error) }
        guard await desk.awaitRun(number, by: desk.now + patience) else { throw notWritten }
        return try gather(desk, number)
    }

    private static func conflict(_ refusal: RunbookRun.Refusal) -> ControlFault {
        ControlFault(.conflict, refusal.message, remedy: "arbctl runbooks runs says how each run stands")
    }

    private static var notWritten: ControlFault {
        ControlFault(
            .conflict, "the outbox has not taken the row: nothing is done before it has",
            remedy: "arbctl status says how the outbox is; hold, safe-mode and kill work without it")
    }
}

extension RunAnswer.Entry {
    init(_ entry: RunbookRun.Entry, _ runbook: Runbook) {
        self.init()
        atNs = entry.at.nanoseconds
        what = entry.what
        step = entry.step.flatMap { runbook.steps.indices.contains($0) ? runbook.steps[$0].id : nil }
        actor = entry.person
        reason = entry.reason
    }
}
