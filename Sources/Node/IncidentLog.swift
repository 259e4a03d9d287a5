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

/// The stages an operator waits for.
public struct DeskLatency: Sendable {
    /// Socket readable → books applied, consolidated and judged.
    public var frameToDecision = LatencyLog()
    /// Decision → last byte of the order handed to TLS, the durable write included.
    public var decisionToWire = LatencyLog()
    /// Arrival of the news that calls for a hedge (a fill, or the end of the order that should have matched
    /// one) → last byte of the hedge order handed to TLS, the durable write included.
    public var fillToHedgeWire = LatencyLog()
    /// One synced batch, queueing on the store lane included.
    public var durableWrite = LatencyLog()

    public init() {}

    mutating func sent(_ intent: OrderIntent, at: Moment) {
        decisionToWire.record(at - intent.decidedAt)
        if let since = intent.owedSince { fillToHedgeWire.record(at - since) }
    }
}
