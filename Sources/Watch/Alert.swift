import TradingModel

/// What people are told about an incident, once for each thing that became of it.
public struct Alert: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case opened
        /// It is worse than what was told before.
        case worsened
        /// It came back after it was resolved.
        case reopened
        /// Nobody has answered: the second channel is told.
        case escalated
        /// Nobody has answered at all: the node holds.
        case overdue
        case acknowledged
        case resolved

        public var name: String {
            switch self {
            case .opened: "opened"
            case .worsened: "worsened"
            case .reopened: "reopened"
            case .escalated: "escalated"
            case .overdue: "overdue"
            case .acknowledged: "acknowledged"
            case .resolved: "resolved"
            }
        }
    }

    public var kind: Kind
    /// The case's number in this run.
    public var number: Int
    public var code: IncidentCode
    public var severity: Severity
    /// The venue's name, the heartbeat's, the channel's; `node` when it is about all of it.
    public var scope: String
    /// Cause and numbers; of an acknowledgement or a resolution, who and why.
    public var detail: String
    public var count: Int
    public var at: Moment
    /// Which channel it is about: no channel is told that it is dead itself.
    public var channel: String?

    public init(
        kind: Kind, number: Int, code: IncidentCode, severity: Severity, scope: String, detail: String,
        count: Int, at: Moment, channel: String? = nil
    ) {
        self.kind = kind
        self.number = number
        self.code = code
        self.severity = severity
        self.scope = scope
        self.detail = detail
        self.count = count
        self.at = at
        self.channel = channel
    }

    /// One line: `PAGE_NOW GHOST_FILL okx: …`.
    public var headline: String {
        let what = kind == .opened ? "" : "\(kind.name): "
        return "\(severity.name) \(code.rawValue) \(scope): \(what)\(detail)"
    }

    /// For people who have nothing else before them: what happened, what to do, where it is written down.
    public var text: String {
        var lines = ["\(severity.name) \(code.rawValue) (\(kind.name))", code.title + "."]
        lines += ["", "Scope: \(scope)", "Cause: \(detail)", "Seen: \(count) time(s)"]
        lines += ["At: \(at.text)", "Incident: \(number)"]
        if kind != .acknowledged, kind != .resolved {
            lines += ["", "What to do: \(code.advice)", "Runbook: \(code.runbook)", "Owner: \(code.owner)"]
            lines.append("Take it: arbctl incidents ack \(number) --reason \"…\"")
        }
        return lines.joined(separator: "\n")
    }
}
