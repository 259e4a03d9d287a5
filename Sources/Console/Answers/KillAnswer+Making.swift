import Control
import Engine
import Node
import Orders
import TradingModel

extension KillAnswer {
    /// One person may; the Watchkeeper sees to it, with the desk or without.
    static func kill(
        _ desk: TradingDesk, _ watchkeeper: Watchkeeper?, _ scope: ControlScope, _ flattens: Bool,
        _ reason: String, _ actor: String
    ) async throws(ControlFault) -> KillAnswer {
        let scope = scope.killScope
        let names = desk.names
        guard names.table.knows(scope) else { throw unknown(scope, names) }
        guard let watchkeeper else {
            throw ControlFault(
                .conflict, "this node runs without its Watchkeeper", remedy: "arbctl safe-mode cancels all")
        }
        let order = KillOrder(scope, reason: reason, actor: actor, flattens: flattens)
        let outcome = await watchkeeper.kill(order)
        var answer = KillAnswer(outcome, order, names.venues)
        // A desk that is stuck says nothing of before and after.
        if outcome.by == .desk { answer.change = await ChangeAnswer.killed(desk, order, answer) }
        return answer
    }

    private static func unknown(_ scope: KillScope, _ names: NodeNames) -> ControlFault {
        let (code, known): (ControlFault.Code, [String]) =
            switch scope {
            case .strategy: (.unknownStrategy, names.strategies)
            case .symbol: (.unknownSymbol, names.symbols)
            case .venue, .all: (.unknownVenue, names.venues)
            }
        return ControlFault(
            code, "this node has no \(scope.text)", remedy: "it has \(known.joined(separator: ", "))")
    }

    private init(_ outcome: KillOutcome, _ order: KillOrder, _ names: [String]) {
        self.init()
        func milliseconds(_ moment: Moment?) -> Double? {
            moment.map { Double(($0 - outcome.askedAt).nanoseconds) / 1e6 }
        }
        scope = order.scope.text
        flattens = order.flattens
        by = outcome.by.rawValue
        canceled = outcome.canceled
        wireMs = milliseconds(outcome.wireAt)
        clearMs = milliseconds(outcome.clearAt)
        venues = outcome.venues.map { venue in
            var line = Venue()
            line.venue = names[venue.venue.index]
            line.canceled = venue.canceled
            line.wireMs = milliseconds(venue.wireAt)
            line.clearMs = milliseconds(venue.clearAt)
            line.open = venue.open.map { "\($0)" }
            return line
        }
        change.command = ControlCommand.Name.kill.rawValue
        change.actor = order.actor
        change.reason = order.reason
        change.atNs = outcome.askedAt.nanoseconds
    }
}

extension ChangeAnswer {
    static func killed(_ desk: isolated TradingDesk, _ order: KillOrder, _ answer: KillAnswer)
        -> ChangeAnswer
    {
        var change = answer.change
        change.after = State(desk, venue: nil)
        change.before = change.after
        if let before = desk.beforeUrgent {
            change.before.mode.mode = before.mode.name
            change.before.mode.reason = before.reason
            change.before.liveOrders = before.liveOrders
            change.before.kills = before.kills.map(\.text)
        }
        change.note =
            answer.clearMs == nil
            ? "not every venue has confirmed that nothing is open" : "nothing is open in \(order.scope.text)"
        return change
    }
}

extension ControlScope {
    var killScope: KillScope {
        switch self {
        case .all: .all
        case .venue(let name): .venue(name)
        case .strategy(let name): .strategy(name)
        case .symbol(let name): .symbol(name)
        }
    }
}
