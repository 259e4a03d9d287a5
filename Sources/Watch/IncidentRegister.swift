import TradingModel

/// Every case of this run, and what earlier ones left open: deduplicated, acknowledged, resolved by people or
/// by itself, escalated on time. A value that knows no clock; what people must be told comes out as alerts.
public struct IncidentRegister: Sendable {
    public enum Effect: Hashable, Sendable {
        case alert(Alert)
        /// Nobody has answered a page: no new risk from here on.
        case hold(String)
    }

    public struct Refusal: Error, Hashable, Sendable {
        public var message: String
        /// There is no such case.
        public var isUnknown: Bool
    }

    /// A page that nobody answers goes to the second channel after this long,
    public static let secondChannelAfter = Span.seconds(120)
    /// and after this long the node holds.
    public static let holdAfter = Span.seconds(600)
    /// The same trouble within this long of its end is the same case.
    public static let reopensWithin = Span.seconds(300)
    /// A case that comes and goes is told at most this often.
    public static let toldEvery = Span.seconds(300)
    /// Cases kept; beyond that the oldest resolved ones are forgotten.
    public static let capacity = 1_000

    /// In order of their numbers.
    public internal(set) var cases: [IncidentCase] = []
    private var effects: [Effect] = []
    var nextNumber = 1
    let venueNames: [String]

    /// - Parameter venues: names by `VenueID.index`.
    public init(venues: [String]) { venueNames = venues }

    /// What must be done since the last call, in order.
    public mutating func takeEffects() -> [Effect] {
        guard !effects.isEmpty else { return [] }
        defer { effects.removeAll() }
        return effects
    }

    public subscript(number: Int) -> IncidentCase? { index(of: number).map { cases[$0] } }

    public var open: Int { cases.count { $0.isOpen } }

    /// What a case is about, for people.
    public func scope(_ key: IncidentCase.Key) -> String {
        let venue = key.venue.map { venueNames[$0.index] }
        if key.subject.isEmpty { return venue ?? "node" }
        return venue.map { "\($0) \(key.subject)" } ?? key.subject
    }

    // MARK: Sights

    public mutating func saw(_ incident: Incident) {
        let key = IncidentCase.Key(incident)
        guard
            let index = cases.lastIndex(where: { $0.key == key }),
            cases[index].isOpen
                || incident.at - cases[index].lastAt <= IncidentRegister.reopensWithin
        else { return begin(incident) }
        let before = cases[index].state
        let isWorse = incident.severity > cases[index].severity
        cases[index].count += 1
        cases[index].lastAt = max(cases[index].lastAt, incident.at)
        cases[index].detail = incident.detail
        cases[index].goneSince = nil
        if isWorse { cases[index].severity = incident.severity }
        let outcome = before.after(isWorse ? .worsened : .seen)
        if case .becomes(let state) = outcome {
            cases[index].state = state
            cases[index].waitsSince = incident.at
        } else if isWorse {
            cases[index].waitsSince = incident.at
        }
        if before == .resolved {
            cases[index].severity = incident.severity
            cases[index].write("reopened", incident.detail, at: incident.at)
            if isWorse || incident.at - cases[index].toldAt >= IncidentRegister.toldEvery {
                tell(index, .reopened, incident.detail, at: incident.at)
            }
        } else if isWorse {
            cases[index].write("worsened to \(incident.severity.name)", incident.detail, at: incident.at)
            tell(index, .worsened, incident.detail, at: incident.at)
        }
    }

    private mutating func begin(_ incident: Incident) {
        if cases.count >= IncidentRegister.capacity, let old = cases.firstIndex(where: { !$0.isOpen }) {
            cases.remove(at: old)
        }
        // All are open: a flood. What is there already is more than people can read.
        guard cases.count < IncidentRegister.capacity else { return }
        var new = IncidentCase(number: nextNumber, incident)
        nextNumber += 1
        new.write("opened", incident.detail, at: incident.at)
        cases.append(new)
        tell(cases.count - 1, .opened, incident.detail, at: incident.at)
    }

    private mutating func tell(_ index: Int, _ kind: Alert.Kind, _ detail: String, at now: Moment) {
        if kind == .opened || kind == .reopened { cases[index].toldAt = now }
        let told = cases[index]
        effects.append(
            .alert(
                Alert(
                    kind: kind, number: told.number, code: told.key.code, severity: told.severity,
                    scope: scope(told.key), detail: detail, count: told.count, at: now,
                    channel: told.key.code == .alertChannelDead ? told.key.subject : nil)))
    }

    // MARK: People

    public mutating func acknowledge(_ number: Int, by actor: String, reason: String, at now: Moment)
        throws(Refusal)
    {
        try answer(number, .acknowledge, .acknowledged, by: actor, reason, at: now)
    }

    public mutating func resolve(_ number: Int, by actor: String, reason: String, at now: Moment)
        throws(Refusal)
    {
        try answer(number, .resolve, .resolved, by: actor, reason, at: now)
    }

    private mutating func answer(
        _ number: Int, _ event: IncidentState.Event, _ kind: Alert.Kind, by actor: String, _ reason: String,
        at now: Moment
    ) throws(Refusal) {
        guard let index = index(of: number) else {
            throw Refusal(message: "there is no incident \(number)", isUnknown: true)
        }
        switch cases[index].state.after(event) {
        case .stays: return
        case .refused(let why): throw Refusal(message: "incident \(number): \(why)", isUnknown: false)
        case .becomes(let state):
            cases[index].state = state
            cases[index].write(kind.name, by: actor, reason, at: now)
            tell(index, kind, "by \(actor): \(reason)", at: now)
        }
    }

    private func index(of number: Int) -> Int? {
        var (low, high) = (0, cases.count)
        while low < high {
            let middle = (low + high) / 2
            if cases[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < cases.count && cases[low].number == number ? low : nil
    }
}

// Time.
extension IncidentRegister {
    /// Resolves what is over and escalates what nobody answers. `stands` says whether a case's condition is
    /// still there, where that can be seen; `nil`: only its repetition tells.
    ///
    /// - Parameter isNight: people are paged in half the time.
    public mutating func tick(
        at now: Moment, isNight: Bool = false, stands: (IncidentCase.Key) -> Bool?
    ) {
        for index in cases.indices where cases[index].isOpen {
            if resolvesItself(index, stands(cases[index].key), now) { continue }
            escalate(index, haste: isNight ? 2 : 1, now)
        }
    }

    private mutating func resolvesItself(_ index: Int, _ stands: Bool?, _ now: Moment) -> Bool {
        guard let quiet = cases[index].key.code.quiet else { return false }
        guard stands != true else {
            cases[index].goneSince = nil
            return false
        }
        let since = cases[index].goneSince ?? (stands == nil ? cases[index].lastAt : now)
        let gone = max(since, cases[index].lastAt)
        cases[index].goneSince = gone
        guard now - gone >= quiet, case .becomes(let state) = cases[index].state.after(.quiet) else {
            return false
        }
        cases[index].state = state
        let why = "its condition has been gone for \(quiet.milliseconds / 1_000) s"
        cases[index].write("resolved itself", why, at: now)
        tell(index, .resolved, why, at: now)
        return true
    }

    private mutating func escalate(_ index: Int, haste: Int64, _ now: Moment) {
        guard cases[index].severity == .pageNow else { return }
        let waited = (now - cases[index].waitsSince) * haste
        let minutes = (now - cases[index].waitsSince).milliseconds / 60_000
        if waited >= IncidentRegister.holdAfter,
            case .becomes(let state) = cases[index].state.after(.abandoned)
        {
            cases[index].state = state
            cases[index].write("nobody has answered for \(minutes) min: HOLD", at: now)
            tell(index, .overdue, cases[index].detail, at: now)
            let key = cases[index].key
            effects.append(
                .hold("nobody has answered \(key.code.rawValue) \(scope(key)) for \(minutes) min"))
        } else if waited >= IncidentRegister.secondChannelAfter,
            case .becomes(let state) = cases[index].state.after(.unanswered)
        {
            cases[index].state = state
            cases[index].write("nobody has answered for \(minutes) min: second channel", at: now)
            tell(index, .escalated, cases[index].detail, at: now)
        }
    }
}
