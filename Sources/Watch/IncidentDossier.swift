import TradingModel

/// What is written down about an incident the moment it opens, and each time something becomes of it: for
/// whoever is woken by it, and for whoever asks later why.
public struct IncidentDossier: Sendable {
    /// Text with a time.
    public struct Line: Hashable, Sendable {
        public var at: Moment
        public var text: String
        public init(at: Moment, text: String) {
            self.at = at
            self.text = text
        }
    }

    public var incident: IncidentCase
    public var scope: String
    public var mode: OperatingMode
    public var modeReason: String
    /// The last minutes, each oldest first.
    public var incidents: [Line]
    public var decisions: [Line]
    /// Orders that are not settled.
    public var orders: [Line]

    /// How far back it looks.
    public static let reach = Span.seconds(600)

    public init(
        incident: IncidentCase, scope: String, mode: OperatingMode, modeReason: String, incidents: [Line],
        decisions: [Line], orders: [Line]
    ) {
        self.incident = incident
        self.scope = scope
        self.mode = mode
        self.modeReason = modeReason
        self.incidents = incidents
        self.decisions = decisions
        self.orders = orders
    }

    /// Without path and ending; names sort by time.
    public var name: String {
        let time = incident.firstAt.text.map { $0 == ":" || $0 == "." ? "-" : $0 }
        let place = scope.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "-" }
        return String(time) + "-" + incident.key.code.rawValue + "-" + String(place)
    }

    /// Markdown.
    public var text: String {
        ([head, timeline] + past + [IncidentDossier.postmortem]).joined(separator: "\n\n") + "\n"
    }

    private var head: String {
        let code = incident.key.code
        return """
            # \(code.rawValue): \(code.title)

            | | |
            |---|---|
            | severity | \(incident.severity.name) |
            | state | \(incident.state.name) |
            | scope | \(scope) |
            | number in its run | \(incident.number) |
            | first seen | \(incident.firstAt.text) |
            | last seen | \(incident.lastAt.text), \(incident.count) time(s) |
            | mode of the node | \(mode.name)\(modeReason.isEmpty ? "" : ": " + line(modeReason)) |
            | owner | \(code.owner) |
            | runbook | runbooks/\(code.runbook).yaml |

            First cause: \(line(incident.firstDetail))

            Last cause: \(line(incident.detail))

            What to do: \(code.advice)
            """
    }

    private var timeline: String {
        let rows = incident.timeline.map { entry in
            let who = entry.actor == "node" ? "" : " by \(line(entry.actor))"
            let why = entry.reason.isEmpty ? "" : ": \(line(entry.reason))"
            return "- \(entry.at.text) \(entry.what)\(who)\(why)"
        }
        return "## Timeline\n\n" + rows.joined(separator: "\n")
    }

    private var past: [String] {
        [
            section("Incidents of the ten minutes before", incidents),
            section("Decisions of the ten minutes before", decisions),
            section("Orders that were not settled", orders),
        ]
    }

    private func section(_ title: String, _ lines: [Line]) -> String {
        let rows = lines.isEmpty ? ["none"] : lines.map { "- \($0.at.text) \(line($0.text))" }
        return "## \(title)\n\n" + rows.joined(separator: "\n")
    }

    /// Others' words stay on their line.
    private func line(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }

    private static let postmortem = """
        ## Post-mortem

        Blames nobody. Within three days of a CRITICAL or PAGE_NOW incident.

        - What did it cost, and whom?
        - What set it off, and what let it go so far?
        - How was it noticed, and how could it have been noticed sooner?
        - What went well, what went badly, where were we lucky?
        - What is done so that it does not come again, by whom, until when?
        """
}
