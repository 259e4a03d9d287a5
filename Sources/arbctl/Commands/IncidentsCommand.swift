import ArgumentParser
import Control
import Streams

/// `arbctl incidents`.
struct IncidentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "Incidents of this run; take one in hand, or resolve it.",
        discussion: "Example: arbctl incidents",
        subcommands: [
            ListIncidentsCommand.self, ShowIncidentCommand.self, AcknowledgeIncidentCommand.self,
            ResolveIncidentCommand.self,
        ],
        defaultSubcommand: ListIncidentsCommand.self)

    static func lines(_ answer: IncidentsAnswer) -> [String] {
        guard !answer.incidents.isEmpty else { return ["no incidents"] }
        var rows = [["number", "last", "severity", "state", "code", "about", "count", "what"]]
        for incident in answer.incidents {
            rows.append([
                "\(incident.number)", Figures.time(incident.lastNs), incident.severity, incident.state,
                incident.code, about(incident), "\(incident.count)", incident.detail,
            ])
        }
        return TextTable(rows: rows, left: [1, 2, 3, 4, 5, 7]).lines
    }

    fileprivate static func about(_ incident: IncidentsAnswer.Incident) -> String {
        let parts = [incident.venue, incident.subject].compactMap { $0 }
        return parts.isEmpty ? "-" : parts.joined(separator: " ")
    }
}

struct ListIncidentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "All of them, the last to happen first.",
        discussion: "Example: arbctl incidents list")

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.incidents, as: IncidentsAnswer.self, IncidentsCommand.lines) }
}

struct ShowIncidentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One incident with its timeline, and what to do.",
        discussion: "Example: arbctl incidents show 3")

    @Argument(help: "Its number in the list.") var number: UInt64
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(.incident(number: number), as: IncidentAnswer.self, ShowIncidentCommand.lines)
    }

    static func lines(_ answer: IncidentAnswer) -> [String] {
        let told = answer.incident
        var lines = [
            "\(told.severity) \(told.code) \(IncidentsCommand.about(told)): \(answer.title)", "",
            "state    \(told.state)",
            "seen     \(told.count) time(s), \(Figures.time(told.firstNs)) to \(Figures.time(told.lastNs))",
            "cause    \(answer.firstDetail)",
        ]
        if told.detail != answer.firstDetail { lines.append("last     \(told.detail)") }
        lines += [
            "owner    \(answer.owner)", "runbook  \(answer.runbook)", "to do    \(answer.advice)",
            "file     \(answer.file)", "",
        ]
        lines += answer.timeline.map { entry in
            let who = entry.actor == "node" ? "" : " by \(entry.actor)"
            return "\(Figures.time(entry.atNs))  \(entry.what)\(who)"
                + (entry.reason.isEmpty ? "" : ": \(entry.reason)")
        }
        return lines
    }
}

struct AcknowledgeIncidentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract: "You have it in hand: it escalates no more.",
        discussion: #"Example: arbctl incidents ack 3 --reason "looking at the venue's order history""#)

    @Argument(help: "Its number in the list.") var number: UInt64
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(
            .acknowledge(number: number, reason: why.reason), as: IncidentChangeAnswer.self,
            IncidentChangeText.lines)
    }
}

struct ResolveIncidentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "It is over. Most resolve themselves; those that tell of a wrong account do not.",
        discussion: #"Example: arbctl incidents resolve 3 --reason "order is gone, balances compared""#)

    @Argument(help: "Its number in the list.") var number: UInt64
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(
            .resolve(number: number, reason: why.reason), as: IncidentChangeAnswer.self,
            IncidentChangeText.lines)
    }
}

enum IncidentChangeText {
    static func lines(_ change: IncidentChangeAnswer) -> [String] {
        ["incident \(change.number): \(change.before) → \(change.after), by \(change.actor)"]
    }
}
