import TradingModel

/// Every heartbeat of a node: who must beat how often, when each last did, and what changed since the last
/// look. A value: it knows no clock.
public struct HeartbeatRegistry: Sendable {
    /// A beat's place; valid in the registry that gave it.
    public struct ID: Hashable, Sendable {
        let index: Int
    }

    /// A beat became better or worse between two looks.
    public struct Change: Hashable, Sendable {
        public var beat: Heartbeat
        public var before: Vitality
        public var after: Vitality
        public var silence: Span
        /// It has beaten at least once: what never lived cannot be lost.
        public var hasLived: Bool
    }

    public struct Line: Hashable, Sendable {
        public var beat: Heartbeat
        public var vitality: Vitality
        public var silence: Span
        /// A job that has nothing to do: its silence means nothing.
        public var isResting: Bool
        public var beats: Int
        /// How often it was lost (red) since start.
        public var losses: Int
    }

    private struct Entry: Sendable {
        var beat: Heartbeat
        var lastAt: Moment
        var beats = 0
        var losses = 0
        var isResting = false
        var told = Vitality.green
    }

    private var entries: [Entry] = []

    public init() {}

    /// Counts as beating at `now`; with `isResting` it is watched from its first `wake` on.
    public mutating func register(_ beat: Heartbeat, isResting: Bool = false, at now: Moment) -> ID {
        precondition(
            !entries.contains { $0.beat.name == beat.name && $0.beat.venue == beat.venue },
            "\(beat.name) is registered once")
        entries.append(Entry(beat: beat, lastAt: now, isResting: isResting))
        return ID(index: entries.count - 1)
    }

    /// It lived at `moment`. Beats may be told late and in any order: the latest counts.
    public mutating func beat(_ id: ID, at moment: Moment) {
        guard moment > entries[id.index].lastAt || entries[id.index].beats == 0 else { return }
        entries[id.index].lastAt = max(moment, entries[id.index].lastAt)
        entries[id.index].beats += 1
    }

    /// A job begins: its silence counts from here.
    public mutating func wake(_ id: ID, at now: Moment) {
        entries[id.index].isResting = false
        entries[id.index].lastAt = max(now, entries[id.index].lastAt)
    }

    /// A job is done.
    public mutating func rest(_ id: ID) { entries[id.index].isResting = true }

    /// Whoever counts was away for so long (`id` is its own beat): what the others did meanwhile it cannot
    /// have seen, and does not hold against them.
    public mutating func excuse(_ span: Span, except id: ID, at now: Moment) {
        for index in entries.indices where index != id.index {
            entries[index].lastAt = min(now, entries[index].lastAt + span)
        }
    }

    public func silence(_ id: ID, at now: Moment) -> Span { now - entries[id.index].lastAt }

    public func vitality(_ id: ID, at now: Moment) -> Vitality { vitality(entries[id.index], now) }

    private func vitality(_ entry: Entry, _ now: Moment) -> Vitality {
        entry.isResting ? .green : entry.beat.vitality(silentFor: now - entry.lastAt)
    }

    /// What changed since the last look, in order of registration.
    public mutating func look(at now: Moment) -> [Change] {
        var changes: [Change] = []
        for index in entries.indices {
            let vitality = vitality(entries[index], now)
            let told = entries[index].told
            guard vitality != told else { continue }
            entries[index].told = vitality
            if vitality == .red { entries[index].losses += 1 }
            changes.append(
                Change(
                    beat: entries[index].beat, before: told, after: vitality,
                    silence: now - entries[index].lastAt, hasLived: entries[index].beats > 0))
        }
        return changes
    }

    /// Every beat without which the node may not trade is green.
    public func isEveryCriticalFresh(at now: Moment) -> Bool {
        entries.allSatisfy { entry in
            switch entry.beat.criticality {
            case .vital, .trading: vitality(entry, now) == .green
            case .venue, .service: true
            }
        }
    }

    /// Each of `venues` has lost a beat that once lived: the node hears nobody any more.
    public func isEveryVenueSilent(_ venues: Int, at now: Moment) -> Bool {
        guard venues > 0 else { return false }
        return (0..<venues).allSatisfy { venue in
            entries.contains {
                $0.beat.venue?.index == venue && $0.beat.criticality == .venue && $0.beats > 0
                    && vitality($0, now) == .red
            }
        }
    }

    /// Whether a beat of this name and venue is anything but green: the condition of its incident stands.
    public func isLate(_ name: String, _ venue: VenueID?, at now: Moment) -> Bool {
        entries.contains {
            $0.beat.name == name && $0.beat.venue == venue && vitality($0, now) != .green
        }
    }

    /// In order of registration.
    public func lines(at now: Moment) -> [Line] {
        entries.map {
            Line(
                beat: $0.beat, vitality: vitality($0, now), silence: now - $0.lastAt,
                isResting: $0.isResting, beats: $0.beats, losses: $0.losses)
        }
    }
}
