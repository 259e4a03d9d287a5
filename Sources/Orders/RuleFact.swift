import TradingModel

/// What a rule must still know after a restart. Rules and scopes are named, so that a row outlives a change
/// of either.
public enum RuleFact: Hashable, Sendable {
    /// A person switched it.
    case switched(rule: String, isOn: Bool, reason: String, actor: String, at: Moment)
    /// New risk is refused there until a moment.
    case locked(rule: String, scope: String, name: String, until: Moment, reason: String, at: Moment)
    /// A trading day's highest profit so far.
    case highest(profit: Amount, day: Int64, at: Moment)
    /// A strategy's throttle took a step: how many steps down each of its ladders is.
    case throttled(strategy: String, conduct: Int, market: Int, why: String, at: Moment)

    func write(into row: inout RowWriter) {
        switch self {
        case .switched(let rule, let isOn, let reason, let actor, let at):
            row.byte(1)
            row.text(rule)
            row.byte(isOn ? 1 : 0)
            row.text(reason)
            row.text(actor)
            row.integer(at.nanoseconds)
        case .locked(let rule, let scope, let name, let until, let reason, let at):
            row.byte(2)
            row.text(rule)
            row.text(scope)
            row.text(name)
            row.integer(until.nanoseconds)
            row.text(reason)
            row.integer(at.nanoseconds)
        case .highest(let profit, let day, let at):
            row.byte(3)
            row.wide(profit.raw)
            row.integer(day)
            row.integer(at.nanoseconds)
        case .throttled(let strategy, let conduct, let market, let why, let at):
            row.byte(4)
            row.text(strategy)
            row.count(conduct)
            row.count(market)
            row.text(why)
            row.integer(at.nanoseconds)
        }
    }

    init(_ row: inout RowReader) throws(OutboxRecord.Fault) {
        switch try row.byte() {
        case 1:
            self = .switched(
                rule: try row.text(), isOn: try row.byte() == 1, reason: try row.text(),
                actor: try row.text(), at: try row.moment())
        case 2:
            self = .locked(
                rule: try row.text(), scope: try row.text(), name: try row.text(), until: try row.moment(),
                reason: try row.text(), at: try row.moment())
        case 3:
            self = .highest(
                profit: Amount(raw: try row.wide()), day: try row.integer(), at: try row.moment())
        case 4:
            self = .throttled(
                strategy: try row.text(), conduct: try row.place(), market: try row.place(),
                why: try row.text(), at: try row.moment())
        case let kind: throw .malformed("a rule's fact of kind \(kind)")
        }
    }
}
