import ArgumentParser
import Control

/// `arbctl incidents`.
struct IncidentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "Incidents of this run, the last to happen first.",
        discussion: "Example: arbctl incidents")

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.incidents, as: IncidentsAnswer.self, IncidentsCommand.lines) }

    static func lines(_ answer: IncidentsAnswer) -> [String] {
        guard !answer.incidents.isEmpty else { return ["no incidents"] }
        var rows = [["last", "severity", "code", "venue", "count", "what"]]
        for incident in answer.incidents {
            rows.append([
                Figures.time(incident.lastNs), incident.severity, incident.code, incident.venue ?? "-",
                "\(incident.count)", incident.detail,
            ])
        }
        return TextTable(rows: rows, left: [0, 1, 2, 3, 5]).lines
    }
}
