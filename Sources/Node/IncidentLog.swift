import TradingModel

/// Incidents of this run: each (code, venue) once, with a count; the last ones whole.
public struct IncidentLog: Sendable {
    public struct Line: Hashable, Sendable {
        public var incident: Incident
        public var count: Int
        public var firstAt: Moment
    }

    /// In order of first appearance.
    public private(set) var lines: [Line] = []
    /// The newest, oldest first, bounded.
    public private(set) var recent: [Incident] = []
    public static let recentCapacity = 200

    public init() {}

    mutating func add(_ incident: Incident) {
        if let index = lines.firstIndex(where: {
            $0.incident.code == incident.code && $0.incident.venue == incident.venue
        }) {
            lines[index].count += 1
            lines[index].incident = incident
        } else {
            lines.append(Line(incident: incident, count: 1, firstAt: incident.at))
        }
        if recent.count == IncidentLog.recentCapacity { recent.removeFirst(IncidentLog.recentCapacity / 4) }
        recent.append(incident)
    }
}

/// How often a kind of incident came, whichever venues it was about.
public struct IncidentCount: Encodable, Hashable, Sendable {
    public var code: String
    public var severity: String
    public var count: Int
}

extension Sequence where Element == IncidentLog.Line {
    /// By code, in order of first appearance.
    public var counts: [IncidentCount] {
        reduce(into: []) { counts, line in
            let code = line.incident.code.rawValue
            if let index = counts.firstIndex(where: { $0.code == code }) {
                counts[index].count += line.count
            } else {
                counts.append(
                    IncidentCount(code: code, severity: line.incident.severity.name, count: line.count))
            }
        }
    }
}
