import Control
import Engine
import Node
import TradingModel

extension LogsAnswer {
    static func gather(_ desk: isolated TradingDesk, count: Int) -> LogsAnswer {
        let names = desk.inspect { $0.policy.venues.map(\.name) }
        var answer = LogsAnswer()
        answer.atNs = desk.now.nanoseconds
        answer.lines = desk.incidents.recent.suffix(count).map { incident in
            var line = Line()
            line.atNs = incident.at.nanoseconds
            line.severity = incident.severity.name
            line.code = incident.code.rawValue
            line.venue = incident.venue.map { names[$0.index] }
            line.subject = incident.subject.isEmpty ? nil : incident.subject
            line.detail = incident.detail
            return line
        }
        return answer
    }
}
