import ArgumentParser
import Control
import Streams

struct RunRunbookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Carry one out.",
        discussion: """
            Answers once its beginning is durable; arbctl runbooks log N shows how it goes on.

            Example: arbctl runbooks run rb-27-book-proof --venue okx --reason "checksums fail since 14:02"
            """)

    @Argument(help: "Its name in the list.") var name: String
    @Option(help: "The venue it is about.") var venue: String?
    @Option(help: ArgumentHelp("The plan you have read; another one is refused.", valueName: "hash"))
    var plan: String?
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        let wish = RunWish(name, venue: venue, plan: plan, reason: why.reason)
        try node.show(.startRun(wish), as: RunAnswer.self, RunText.lines)
    }
}

struct ApproveRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Agree with the plan of a run, so that it may take its dangerous steps.",
        discussion: """
            Somebody else than who started it must. The hash is the plan's, as arbctl runbooks plan shows it.

            Example: arbctl runbooks approve 3 --plan HASH --reason "read the incident, agree"
            """)

    @Argument(help: "The run's number.") var number: UInt64
    @Option(help: ArgumentHelp("The plan that you agree with.", valueName: "hash")) var plan: String
    @Option(help: ArgumentHelp("Who agrees, if it is not you.", valueName: "name")) var approvedBy: String?
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        let change = RunChange.approve(plan: plan, by: approvedBy, reason: why.reason)
        try node.show(.changeRun(number, change), as: RunAnswer.self, RunText.lines)
    }
}

struct AnswerRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer",
        abstract: "You have looked at what a run asks: it may go on.",
        discussion: #"Example: arbctl runbooks answer 3 --reason "no open order at the venue's page""#)

    @Argument(help: "The run's number.") var number: UInt64
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        let change = RunChange.answer(reason: why.reason)
        try node.show(.changeRun(number, change), as: RunAnswer.self, RunText.lines)
    }
}

struct AbortRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort",
        abstract: "End a run: what it did is taken back on the safe side, the last step first.",
        discussion: #"Example: arbctl runbooks abort 3 --reason "the venue is back""#)

    @Argument(help: "The run's number.") var number: UInt64
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(.changeRun(number, .abort(reason: why.reason)), as: RunAnswer.self, RunText.lines)
    }
}

struct ListRunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Runs under way and the last that ended.",
        discussion: "Example: arbctl runbooks runs")

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.runs, as: RunsAnswer.self, ListRunsCommand.lines) }

    static func lines(_ answer: RunsAnswer) -> [String] {
        guard !answer.runs.isEmpty else { return ["no runbook has been run"] }
        var rows = [["run", "began", "runbook", "on", "state", "step", "by", "reason"]]
        for run in answer.runs {
            rows.append([
                "\(run.number)", Figures.time(run.startedNs), run.runbook, run.target,
                run.state.replacing("_", with: " "), run.step ?? "-", run.startedBy, run.reason,
            ])
        }
        return TextTable(rows: rows, left: [1, 2, 3, 4, 5, 6, 7]).lines
    }
}

struct RunLogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "One run's transcript: what was done when, and who said what.",
        discussion: "Example: arbctl runbooks log 3")

    @Argument(help: "The run's number.") var number: UInt64
    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.run(number: number), as: RunAnswer.self, RunText.lines) }
}

enum RunText {
    static func lines(_ answer: RunAnswer) -> [String] {
        let run = answer.run
        var lines = [
            "run \(run.number) of \(run.runbook) on \(run.target): \(run.state.replacing("_", with: " "))",
            "",
            "plan     \(run.planHash)",
        ]
        if let step = run.step { lines.append("step     \(step)") }
        if let question = run.question {
            lines += ["asks     \(question)", "then     arbctl runbooks answer \(run.number) --reason …"]
        }
        if run.approvalsNeeded > 0 {
            lines += [
                "needs    \(run.approvalsNeeded) to agree",
                "then     arbctl runbooks approve \(run.number) --plan \(run.planHash) --reason …",
            ]
        }
        lines.append("")
        lines += answer.transcript.map { entry in
            let step = entry.step.map { " \($0)" } ?? ""
            let who = entry.actor.map { " by \($0)" } ?? ""
            return "\(Figures.time(entry.atNs))  \(entry.what)\(step)\(who)"
                + (entry.reason.isEmpty ? "" : ": \(entry.reason)")
        }
        return lines
    }
}
