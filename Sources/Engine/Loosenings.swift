import Orders
import TradingModel

/// Something that people want loosened.
public enum Loosening: Hashable, Sendable {
    case mode(OperatingMode)
    case lift(KillScope)
    case configuration(ConfigurationWish)
}

extension Loosening {
    /// What people would do, for people.
    var what: String {
        switch self {
        case .mode, .lift: "resume"
        case .configuration(let step): "configure \(step.after.prefix(12))"
        }
    }
}

/// Whether a wish to loosen something may be carried out.
public enum LooseningVerdict: Hashable, Sendable {
    /// There is nothing to loosen.
    case nothing
    /// These agree; so many more people must.
    case needs(agreed: [String], more: Int)
    case ready(people: [String])
}

/// Who has agreed to what, and which loosenings wait for their rows.
struct Loosenings: Hashable, Sendable {
    struct Pending: Hashable, Sendable {
        var number: UInt64
        var wish: Loosening
        var reason: String
        var row: OutboxRecord
        /// A checkpoint that still holds what was tight stands behind its row.
        var isOvertaken = false
    }

    private struct Agreement: Hashable, Sendable {
        var wish: Loosening
        var people: [String]
        var at: Moment
    }

    /// An agreement that nobody has joined for so long counts no more.
    static let agreementLife = Span.seconds(900)

    private(set) var pending: [Pending] = []
    private var agreements: [Agreement] = []
    private var last: UInt64 = 0

    /// These people and those who agreed to the same before, each once.
    func agreed(_ wish: Loosening, _ people: [String], at now: Moment) -> [String] {
        let earlier = agreements.first { $0.wish == wish && now - $0.at <= Loosenings.agreementLife }
        return People.distinct((earlier?.people ?? []) + people)
    }

    mutating func agree(_ wish: Loosening, _ people: [String], at now: Moment) {
        agreements.removeAll { $0.wish == wish }
        agreements.append(Agreement(wish: wish, people: people, at: now))
    }

    /// Its row is on its way; `nil` when it was already.
    mutating func begin(_ wish: Loosening, reason: String, _ row: OutboxRecord) -> UInt64? {
        guard !pending.contains(where: { $0.wish == wish }) else { return nil }
        agreements.removeAll { $0.wish == wish }
        last += 1
        pending.append(Pending(number: last, wish: wish, reason: reason, row: row))
        return last
    }

    /// Whether people have agreed, or begun to, on a mode below.
    func lead(below mode: OperatingMode) -> Bool {
        (agreements.map(\.wish) + pending.map(\.wish)).contains { Loosenings.leads($0, below: mode) }
    }

    private static func leads(_ wish: Loosening, below mode: OperatingMode) -> Bool {
        if case .mode(let wanted) = wish { return wanted < mode }
        return false
    }

    mutating func checkpointed() {
        for place in pending.indices { pending[place].isOvertaken = true }
    }

    mutating func end(_ number: UInt64) -> Pending? {
        guard let place = pending.firstIndex(where: { $0.number == number }) else { return nil }
        return pending.remove(at: place)
    }

    /// Something tightened: what was agreed, or is under way, to a mode below is void. Answers whether a row
    /// may be under way that says otherwise.
    mutating func withdraw(modesBelow mode: OperatingMode) -> Bool {
        agreements.removeAll { Loosenings.leads($0.wish, below: mode) }
        let before = pending.count
        pending.removeAll { Loosenings.leads($0.wish, below: mode) }
        return pending.count < before
    }

    mutating func withdraw(_ wish: Loosening) {
        agreements.removeAll { $0.wish == wish }
        pending.removeAll { $0.wish == wish }
    }
}
