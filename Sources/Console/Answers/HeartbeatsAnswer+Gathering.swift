import Control
import Engine
import Node
import TradingModel
import Watch

extension HeartbeatsAnswer {
    static func gather(_ desk: isolated TradingDesk) -> HeartbeatsAnswer {
        let names = desk.inspect { $0.policy.venues.map(\.name) }
        let lines = desk.heartbeats
        var answer = HeartbeatsAnswer()
        answer.atNs = desk.now.nanoseconds
        answer.green = lines.count { $0.vitality == .green }
        answer.yellow = lines.count { $0.vitality == .yellow }
        answer.red = lines.count { $0.vitality == .red }
        for vitality in Vitality.allCases.reversed() {
            answer.heartbeats += lines.filter { $0.vitality == vitality }.map { Heartbeat($0, names) }
        }
        return answer
    }
}

extension HeartbeatsAnswer.Heartbeat {
    init(_ line: HeartbeatRegistry.Line, _ venues: [String]) {
        self.init()
        name = line.beat.name
        venue = line.beat.venue.map { venues[$0.index] }
        criticality = line.beat.criticality.name
        vitality = line.vitality.name
        everyNs = line.beat.every.nanoseconds
        silenceNs = line.silence.nanoseconds
        yellowNs = line.beat.yellow.nanoseconds
        redNs = line.beat.red.nanoseconds
        isResting = line.isResting
        beats = line.beats
        losses = line.losses
    }
}
