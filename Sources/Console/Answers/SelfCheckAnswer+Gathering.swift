import Control
import Engine
import Node
import TradingModel
import Watch

extension SelfCheckAnswer {
    static func gather(_ desk: isolated TradingDesk) -> SelfCheckAnswer {
        var answer = SelfCheckAnswer()
        guard let check = desk.lastCheck else { return answer }
        let names = desk.inspect { $0.policy.venues.map(\.name) }
        answer.atNs = check.at.nanoseconds
        answer.passed = check.passed
        answer.checks = check.lines.map { line in
            var told = Check()
            told.check = line.check
            told.venue = line.venue.map { names[$0.index] }
            told.outcome = line.outcome.name
            told.detail = line.detail
            return told
        }
        return answer
    }
}
