import Control
import Engine
import Node
import TradingModel

extension IncidentsAnswer {
    static func gather(_ desk: isolated TradingDesk) -> IncidentsAnswer {
        let names = desk.inspect { $0.policy.venues.map(\.name) }
        var answer = IncidentsAnswer()
        answer.atNs = desk.now.nanoseconds
        answer.incidents = desk.incidents.lines.map { Incident($0, names) }
            .sorted { $0.lastNs > $1.lastNs }
        return answer
    }
}

extension IncidentsAnswer.Incident {
    init(_ line: IncidentLog.Line, _ venues: [String]) {
        self.init()
        code = line.incident.code.rawValue
        severity = line.incident.severity.name
        venue = line.incident.venue.map { venues[$0.index] }
        count = line.count
        firstNs = line.firstAt.nanoseconds
        lastNs = line.incident.at.nanoseconds
        detail = line.incident.detail
    }
}
