import Control
import Engine
import Node
import TradingModel
import Watch

extension IncidentsAnswer {
    static func gather(_ desk: isolated TradingDesk) -> IncidentsAnswer {
        let names = desk.inspect { $0.policy.venues.map(\.name) }
        var answer = IncidentsAnswer()
        answer.atNs = desk.now.nanoseconds
        answer.incidents = desk.cases.cases.map { Incident($0, names) }
            .sorted { $0.lastNs > $1.lastNs }
        return answer
    }
}

extension IncidentsAnswer.Incident {
    init(_ told: IncidentCase, _ venues: [String]) {
        self.init()
        number = told.number
        code = told.key.code.rawValue
        severity = told.severity.name
        state = told.state.name
        venue = told.key.venue.map { venues[$0.index] }
        subject = told.key.subject.isEmpty ? nil : told.key.subject
        count = told.count
        firstNs = told.firstAt.nanoseconds
        lastNs = told.lastAt.nanoseconds
        detail = told.detail
    }
}

extension IncidentAnswer {
    static func gather(_ desk: isolated TradingDesk, _ number: UInt64) throws(ControlFault) -> IncidentAnswer
    {
        let number = Int(clamping: number)
        guard let told = desk.cases[number], let dossier = desk.dossier(number) else {
            throw ControlFault.unknownIncident(number)
        }
        var answer = IncidentAnswer()
        answer.atNs = desk.now.nanoseconds
        answer.incident = .init(told, desk.inspect { $0.policy.venues.map(\.name) })
        answer.title = told.key.code.title
        answer.owner = told.key.code.owner
        answer.runbook = told.key.code.runbook
        answer.advice = told.key.code.advice
        answer.firstDetail = told.firstDetail
        answer.timeline = told.timeline.map { entry in
            var line = Entry()
            line.atNs = entry.at.nanoseconds
            line.what = entry.what
            line.actor = entry.actor
            line.reason = entry.reason
            return line
        }
        answer.file = "incidents/\(dossier.name).md"
        return answer
    }
}

// Reading before, changing and reading after are one call on the desk's lane.
extension IncidentChangeAnswer {
    static func acknowledge(
        _ desk: isolated TradingDesk, _ number: UInt64, _ reason: String, _ actor: String
    ) throws(ControlFault) -> IncidentChangeAnswer {
        try change("ack", desk, number, reason, actor) { desk, number throws(IncidentRegister.Refusal) in
            try desk.acknowledge(number, reason: reason, actor: actor)
        }
    }

    static func resolve(
        _ desk: isolated TradingDesk, _ number: UInt64, _ reason: String, _ actor: String
    ) throws(ControlFault) -> IncidentChangeAnswer {
        try change("resolve", desk, number, reason, actor) { desk, number throws(IncidentRegister.Refusal) in
            try desk.resolve(number, reason: reason, actor: actor)
        }
    }

    private static func change(
        _ command: String, _ desk: isolated TradingDesk, _ number: UInt64, _ reason: String,
        _ actor: String, _ body: (isolated TradingDesk, Int) throws(IncidentRegister.Refusal) -> Void
    ) throws(ControlFault) -> IncidentChangeAnswer {
        let number = Int(clamping: number)
        var answer = IncidentChangeAnswer()
        answer.command = command
        answer.number = number
        answer.actor = actor
        answer.reason = reason
        answer.atNs = desk.now.nanoseconds
        answer.before = desk.cases[number]?.state.name ?? ""
        do throws(IncidentRegister.Refusal) { try body(desk, number) } catch {
            if error.isUnknown { throw ControlFault.unknownIncident(number) }
            throw ControlFault(.conflict, error.message, remedy: "arbctl incidents lists them")
        }
        answer.after = desk.cases[number]?.state.name ?? ""
        return answer
    }
}

extension ControlFault {
    fileprivate static func unknownIncident(_ number: Int) -> ControlFault {
        ControlFault(
            .unknownIncident, "this run has no incident \(number)", remedy: "arbctl incidents lists them")
    }
}
