import TradingModel

/// What a runbook can ask of the node, read at one moment.
public struct RunbookFacts: Hashable, Sendable {
    /// What it can ask of the venue it is about.
    public struct Venue: Hashable, Sendable {
        public var name: String
        public var isReady = false
        public var isReconciled = false
        public var isSafe = false
        public var isArmed = false
        public var booksSynced = false
        public var liveOrders = 0
        public var unknownOrders = 0
        /// Its clock was measured and differs from ours by less than a second.
        public var isClockGood = false
        /// No new key of it is waiting to be read, or to be let in.
        public var isKeyInUse = true
        public init(name: String) { self.name = name }
    }

    public var mode = OperatingMode.normal
    public var liveOrders = 0
    public var unknownOrders = 0
    public var openHedges = 0
    public var redHeartbeats = 0
    public var deadChannels = 0
    public var isStoreGood = true
    /// Everything is killed; with a venue, that venue or everything.
    public var isKilled = false
    public var isInMaintenance = false
    /// What people want of the risk index, 0…100, and where it is.
    public var riskTarget = 0
    public var riskIndex = 0
    /// What health allows of it, 0…100.
    public var riskCeiling = 0
    /// Venues in a SAFE_MODE of their own.
    public var safeVenues = 0
    public var venuesReady = false
    public var venuesReconciled = false
    public var booksSynced = false
    /// What became of the run that the present step has started; `nil`: it has started none.
    public var child: Child?
    /// `nil` for a runbook about the whole node.
    public var venue: Venue?

    public init() {}

    public enum Child: Hashable, Sendable {
        case isRunning
        case ended(RunbookRun.Outcome)
    }
}

/// One thing that must be so: `mode >= HOLD`, `unknown_orders = 0`, `venue_ready`, `not venue_safe`.
public struct RunbookCondition: Hashable, Sendable {
    public enum Fact: String, Hashable, Sendable, CaseIterable {
        case mode
        case liveOrders = "live_orders"
        case unknownOrders = "unknown_orders"
        case openHedges = "open_hedges"
        case redHeartbeats = "red_heartbeats"
        case deadChannels = "dead_channels"
        case storeGood = "store_good"
        case killed
        case maintenance
        case riskTarget = "risk_target"
        case riskIndex = "risk_index"
        case riskCeiling = "risk_ceiling"
        case safeVenues = "safe_venues"
        case venuesReady = "venues_ready"
        case venuesReconciled = "venues_reconciled"
        case booksSynced = "books_synced"
        case venueReady = "venue_ready"
        case venueReconciled = "venue_reconciled"
        case venueSafe = "venue_safe"
        case venueArmed = "venue_armed"
        case venueBooksSynced = "venue_books_synced"
        case venueClockGood = "venue_clock_good"
        case venueKeyInUse = "venue_key_in_use"

        /// It is about the runbook's venue.
        public var needsVenue: Bool { rawValue.hasPrefix("venue_") }
        var isTruth: Bool {
            switch self {
            case .storeGood, .killed, .maintenance, .venuesReady, .venuesReconciled, .booksSynced: true
            default: needsVenue
            }
        }
    }

    public enum Comparison: String, Hashable, Sendable, CaseIterable {
        case equal = "="
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"

        func holds(_ left: Int, _ right: Int) -> Bool {
            switch self {
            case .equal: left == right
            case .atLeast: left >= right
            case .atMost: left <= right
            case .above: left > right
            case .below: left < right
            }
        }
    }

    public var fact: Fact
    public var comparison: Comparison
    /// A count, a mode's rank, or 1 and 0 for yes and no.
    public var value: Int

    /// Where a venue's own count is asked in a runbook about a venue, only that venue's orders count.
    public func holds(_ facts: RunbookFacts) -> Bool { comparison.holds(number(facts), value) }

    private func number(_ facts: RunbookFacts) -> Int {
        if fact.isTruth { return isSo(facts) ? 1 : 0 }
        switch fact {
        case .mode: return Int(facts.mode.rawValue)
        case .liveOrders: return facts.venue?.liveOrders ?? facts.liveOrders
        case .unknownOrders: return facts.venue?.unknownOrders ?? facts.unknownOrders
        case .openHedges: return facts.openHedges
        case .redHeartbeats: return facts.redHeartbeats
        case .deadChannels: return facts.deadChannels
        case .riskTarget: return facts.riskTarget
        case .riskIndex: return facts.riskIndex
        case .riskCeiling: return facts.riskCeiling
        case .safeVenues: return facts.safeVenues
        default: preconditionFailure("a truth is no number")
        }
    }

    private func isSo(_ facts: RunbookFacts) -> Bool {
        switch fact {
        case .storeGood: facts.isStoreGood
        case .killed: facts.isKilled
        case .maintenance: facts.isInMaintenance
        case .venuesReady: facts.venuesReady
        case .venuesReconciled: facts.venuesReconciled
        case .booksSynced: facts.booksSynced
        case .venueReady: facts.venue?.isReady == true
        case .venueReconciled: facts.venue?.isReconciled == true
        case .venueSafe: facts.venue?.isSafe == true
        case .venueArmed: facts.venue?.isArmed == true
        case .venueBooksSynced: facts.venue?.booksSynced == true
        case .venueClockGood: facts.venue?.isClockGood == true
        case .venueKeyInUse: facts.venue?.isKeyInUse == true
        default: preconditionFailure("a number is no truth")
        }
    }

    /// `nil`: it is none.
    public init?(_ text: String) {
        var words = text.split(separator: " ").map(String.init)
        let isNegated = words.first == "not"
        if isNegated { words.removeFirst() }
        guard let first = words.first, let fact = Fact(rawValue: first) else { return nil }
        if fact.isTruth {
            guard words.count == 1 else { return nil }
            self.init(fact: fact, comparison: .equal, value: isNegated ? 0 : 1)
            return
        }
        guard !isNegated, words.count == 3, let comparison = Comparison(rawValue: words[1]) else {
            return nil
        }
        if fact == .mode {
            guard let mode = OperatingMode.allCases.first(where: { $0.name == words[2] }) else { return nil }
            self.init(fact: fact, comparison: comparison, value: Int(mode.rawValue))
        } else {
            guard let count = Int(words[2]), count >= 0, String(count) == words[2] else { return nil }
            self.init(fact: fact, comparison: comparison, value: count)
        }
    }

    init(fact: Fact, comparison: Comparison, value: Int) {
        self.fact = fact
        self.comparison = comparison
        self.value = value
    }

    /// As it is written.
    public var text: String {
        if fact.isTruth { return value == 1 ? fact.rawValue : "not \(fact.rawValue)" }
        let right = fact == .mode ? OperatingMode(rawValue: UInt8(clamping: value))?.name ?? "" : "\(value)"
        return "\(fact.rawValue) \(comparison.rawValue) \(right)"
    }
}
