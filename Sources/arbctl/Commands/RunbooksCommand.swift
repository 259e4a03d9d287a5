import ArgumentParser
import Control
import Streams

/// `arbctl runbooks`.
struct RunbooksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runbooks",
        abstract: "What is done about an incident, step by step.",
        discussion: """
            A run is written down entry by entry before anything is done: a node that dies in the middle \
            of it goes on with it. There is one run a target at a time. Steps that let risk in wait until \
            two people agree with the plan, named by its hash; who started the run is one of them.

            Example: arbctl runbooks
            """,
        subcommands: [
            ListRunbooksCommand.self, ShowRunbookCommand.self, PlanRunbookCommand.self,
            RunRunbookCommand.self, ApproveRunCommand.self, AnswerRunCommand.self, AbortRunCommand.self,
            ListRunsCommand.self, RunLogCommand.self,
        ],
        defaultSubcommand: ListRunbooksCommand.self)
}

struct ListRunbooksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "All of them; those for open incidents first.",
        discussion: "Example: arbctl runbooks list")

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.runbooks, as: RunbooksAnswer.self, ListRunbooksCommand.lines) }

    static func lines(_ answer: RunbooksAnswer) -> [String] {
        guard !answer.runbooks.isEmpty else { return ["this node has no runbooks"] }
        let needed = answer.runbooks.filter { $0.openIncidents > 0 }
        let others = answer.runbooks.filter { $0.openIncidents == 0 }
        var rows = [["runbook", "about", "open", "steps", "approvals", "reviewed", "what"]]
        for line in needed + others {
            rows.append([
                line.name, line.target, "\(line.openIncidents)", "\(line.steps)", "\(line.approvals)",
                line.reviewed, line.title,
            ])
        }
        return TextTable(rows: rows, left: [0, 1, 5, 6]).lines
    }
}

struct ShowRunbookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One runbook with its steps.",
        discussion: "Example: arbctl runbooks show rb-05-venue-outage")

    @Argument(help: "Its name in the list.") var name: String
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(.runbook(name: name), as: RunbookAnswer.self, RunbookText.lines)
    }
}

struct PlanRunbookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "What each step would do now. Does nothing.",
        discussion: "Example: arbctl runbooks plan rb-05-venue-outage --venue okx")

    @Argument(help: "Its name in the list.") var name: String
    @Option(help: "The venue it is about.") var venue: String?
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(.plan(name: name, venue: venue), as: RunbookAnswer.self, RunbookText.lines)
    }
}

enum RunbookText {
    static func lines(_ answer: RunbookAnswer) -> [String] {
        let told = answer.runbook
        var lines = ["\(told.name): \(told.title)", "for      \(told.codes.joined(separator: ", "))"]
        if let target = answer.planTarget { lines.append("target   \(target)") }
        lines.append("takes    at most \(Figures.span(answer.longestNs)), \(told.approvals) approval(s)")
        for (index, step) in answer.steps.enumerated() {
            lines += ["", "\(index + 1). \(step.id): \(step.action)\(mark(step))", "   \(step.why)"]
            if let effect = step.effect { lines.append("   now      \(effect)") }
            if !step.requires.isEmpty { lines.append("   before   \(step.requires.joined(separator: ", "))") }
            if !step.missing.isEmpty { lines.append("   missing  \(step.missing.joined(separator: ", "))") }
            if !step.ensures.isEmpty { lines.append("   after    \(step.ensures.joined(separator: ", "))") }
            if let value = step.value { lines.append("   to       \(value)") }
            if let runbook = step.runbook { lines.append("   which    \(runbook)") }
            let undo = step.undo.map { ", undone by \($0)" } ?? ""
            lines.append("   within   \(Figures.span(step.timeoutNs))\(undo)")
        }
        if let hash = answer.planHash { lines += ["", "plan     \(hash)"] }
        return lines
    }

    private static func mark(_ step: RunbookAnswer.Step) -> String {
        step.danger == "none" ? "" : " (\(step.danger))"
    }
}
