import Engine
import Orders
import TradingModel

// Each event's number stands twice: here and where it is read. Numbers of events that go are not used again.
extension TapeWriter {
    mutating func event(_ event: EngineEvent) {
        switch event {
        case .publicStream(let venue, let instruments, let isOpen):
            start(1, venue)
            list(instruments) { $0.instrument($1) }
            flag(isOpen)
        case .bookQuarantined(let venue, let instruments, let reason):
            start(2, venue)
            list(instruments) { $0.instrument($1) }
            text(reason)
        case .privateStream(let venue, let isReady, let reason):
            start(3, venue)
            flag(isReady)
            text(reason)
        case .reconciled(let venue): start(4, venue)
        case .dirty(let venue, let detail): start(5, venue, detail)
        case .contract(let venue, let terms):
            start(6, venue)
            self.terms(terms)
        case .funded(let venue, let report):
            start(7, venue)
            funding(report)
        case .durable(let ids):
            byte(8)
            list(ids) { $0.id($1) }
        case .notDurable(let ids, let reason):
            byte(9)
            list(ids) { $0.id($1) }
            text(reason)
        case .placeAnswered(let id, let answer):
            start(10, id)
            self.answer(answer)
        case .queryAnswered(let id, let answer):
            start(11, id)
            self.answer(answer)
        case .listsRead(let id, let isWhole, let showsIt):
            start(12, id)
            flag(isWhole)
            flag(showsIt)
        case .cancelAnswered(let id, let answer):
            start(13, id)
            self.answer(answer)
        case .amendAnswered(let amendment, let answer):
            byte(14)
            self.amendment(amendment)
            self.answer(answer)
        case .reported(let venue, let report):
            start(15, venue)
            self.report(report)
        case .filled(let venue, let fill):
            start(16, venue)
            self.fill(fill)
        case .found(let venue, let report):
            start(17, venue)
            self.report(report)
        case .foreignFill(let venue, let fill):
            start(18, venue)
            self.fill(fill)
        default: laterEvent(event)
        }
    }

    private mutating func laterEvent(_ event: EngineEvent) {
        switch event {
        case .corrected(let venue, let what): start(19, venue, what)
        case .drifted(let venue, let detail): start(20, venue, detail)
        case .venueMode(let venue, let isSafe, let reason, let actor):
            start(21, venue)
            flag(isSafe)
            people(reason, actor)
        case .strategyApproved(let name, let reason, let actor):
            byte(22)
            text(name)
            people(reason, actor)
        case .store(let health):
            byte(23)
            store(health)
        case .historyDamaged(let detail):
            byte(24)
            text(detail)
        case .cancelAll(let venue): start(25, venue)
        case .checkpoint: byte(26)
        case .opened(let venue, let asset, let amount):
            start(27, venue, asset.code)
            wide(amount.raw)
        case .adjusted(let venue, let asset, let amount, let reason):
            start(28, venue, asset.code)
            wide(amount.raw)
            text(reason)
        case .mode(let mode, let reason, let actor):
            byte(29)
            byte(mode.rawValue)
            people(reason, actor)
        case .governance(let word):
            byte(30)
            governance(word)
        case .headroom(let venue, let requests):
            start(31, venue)
            integer(Int64(requests))
        case .clock(let venue, let offset):
            start(32, venue)
            optional(offset) { $0.integer($1.nanoseconds) }
        case .rule(let name, let isOn, let reason, let actor):
            byte(33)
            text(name)
            flag(isOn)
            people(reason, actor)
        case .deadMan(let venue, let isArmed):
            start(34, venue)
            flag(isArmed)
        case .canaryOrder(let venue): start(35, venue)
        case .draining: byte(36)
        case .timer: byte(37)
        case .publicStream, .bookQuarantined, .privateStream, .reconciled, .dirty, .contract, .funded,
            .durable, .notDurable, .placeAnswered, .queryAnswered, .listsRead, .cancelAnswered,
            .amendAnswered, .reported, .filled, .found, .foreignFill:
            preconditionFailure("written above")
        }
    }

    private mutating func start(_ kind: UInt8, _ venue: VenueID) {
        byte(kind)
        self.venue(venue)
    }

    private mutating func start(_ kind: UInt8, _ venue: VenueID, _ words: String) {
        start(kind, venue)
        text(words)
    }

    private mutating func start(_ kind: UInt8, _ id: ClientOrderID) {
        byte(kind)
        self.id(id)
    }

    private mutating func people(_ reason: String, _ actor: String) {
        text(reason)
        text(actor)
    }

    private mutating func store(_ health: StoreHealth) {
        switch health {
        case .good: byte(0)
        case .slow: byte(1)
        case .low(let what):
            byte(2)
            text(what)
        }
    }
}

// MARK: People's words

extension TapeWriter {
    private mutating func governance(_ word: Governance) {
        switch word {
        case .resume(let mode, let reason, let people):
            byte(0)
            byte(mode.rawValue)
            agreed(reason, people)
        case .maintenance(let step, let reason, let actor):
            byte(1)
            byte(step.rawValue)
            people(reason, actor)
        case .kill(let order):
            byte(2)
            scope(order.scope)
            people(order.reason, order.actor)
            flag(order.flattens)
        case .lift(let scope, let reason, let people):
            byte(3)
            self.scope(scope)
            agreed(reason, people)
        case .looseningDurable(let number):
            byte(4)
            natural(number)
        case .looseningRefused(let number, let reason):
            byte(5)
            natural(number)
            text(reason)
        case .configure(let change, let people):
            byte(6)
            configuration(change.fact)
            count(change.people)
            list(people) { $0.text($1) }
        case .started(let fact):
            byte(7)
            configuration(fact)
        case .riskTarget(let target, let reason, let actor):
            byte(8)
            integer(Int64(target))
            people(reason, actor)
        case .riskInputs(let inputs):
            byte(9)
            optional(inputs.heartbeats) { $0.integer(Int64($1)) }
            optional(inputs.canary) { $0.flag($1) }
            optional(inputs.operatorPresent) { $0.flag($1) }
        }
    }

    private mutating func agreed(_ reason: String, _ people: [String]) {
        text(reason)
        list(people) { $0.text($1) }
    }

    private mutating func scope(_ scope: KillScope) {
        switch scope {
        case .all: byte(0)
        case .venue(let name): named(1, name)
        case .strategy(let name): named(2, name)
        case .symbol(let name): named(3, name)
        }
    }

    private mutating func named(_ kind: UInt8, _ name: String) {
        byte(kind)
        text(name)
    }

    private mutating func configuration(_ fact: ConfigurationFact) {
        text(fact.before)
        text(fact.after)
        list(fact.changes) { writer, change in
            writer.text(change.key)
            writer.optional(change.before) { $0.text($1) }
            writer.optional(change.after) { $0.text($1) }
        }
        people(fact.reason, fact.actor)
        moment(fact.at)
    }
}
