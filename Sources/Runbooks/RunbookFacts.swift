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
        public init(name: String) { self.name = name }
    }

    public var mode = OperatingMode.normal
    public var liveOrders = 0
    public var unknownOrders = 0
    public var openHedges = 0
    public var redHeartbeats = 0
    public var deadChannels = 0
    public var isStoreGood = true
    /// `nil` for a runbook about the whole node.
    public var venue: Venue?

    public init() {}
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
        case venueReady = "venue_ready"
        case venueReconciled = "venue_reconciled"
        case venueSafe = "venue_safe"
        case venueArmed = "venue_armed"
        case venueBooksSynced = "venue_books_synced"

        /// It is about the runbook's venue.
        public var needsVenue: Bool { rawValue.hasPrefix("venue_") }
        var isTruth: Bool { needsVenue || self == .storeGood }
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
        switch fact {
        case .mode: Int(facts.mode.rawValue)
        case .liveOrders: facts.venue?.liveOrders ?? facts.liveOrders
        case .unknownOrders: facts.venue?.unknownOrders ?? facts.unknownOrders
        case .openHedges: facts.openHedges
        case .redHeartbeats: facts.redHeartbeats
        case .deadChannels: facts.deadChannels
        case .storeGood: facts.isStoreGood ? 1 : 0
        case .venueReady: facts.venue?.isReady == true ? 1 : 0
        case .venueReconciled: facts.venue?.isReconciled == true ? 1 : 0
        case .venueSafe: facts.venue?.isSafe == true ? 1 : 0
        case .venueArmed: facts.venue?.isArmed == true ? 1 : 0
        case .venueBooksSynced: facts.venue?.booksSynced == true ? 1 : 0
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
