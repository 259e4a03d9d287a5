import TradingModel

/// What a node checks of itself, at its start and from time to time: whatever only shows when it is needed.
public struct SelfCheck: Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
        case passed
        case failed
        /// It could not be tried, which is no failure: something else says why.
        case untried

        public var name: String {
            switch self {
            case .passed: "passed"
            case .failed: "failed"
            case .untried: "not tried"
            }
        }
    }

    public struct Line: Hashable, Sendable {
        /// `clock`, `keys`, …; unique within a venue.
        public var check: String
        /// `nil`: it is the node's own.
        public var venue: VenueID?
        public var outcome: Outcome
        /// What was found, with numbers, for people.
        public var detail: String

        public init(_ check: String, venue: VenueID? = nil, _ outcome: Outcome, _ detail: String) {
            self.check = check
            self.venue = venue
            self.outcome = outcome
            self.detail = detail
        }

        public var severity: Severity { venue == nil ? .critical : .warning }
    }

    /// When it was over.
    public var at: Moment
    public var lines: [Line]

    public init(at: Moment, lines: [Line]) {
        self.at = at
        self.lines = lines
    }

    public var failures: [Line] { lines.filter { $0.outcome == .failed } }
    public var passed: Bool { failures.isEmpty }

    public func failed(_ check: String, _ venue: VenueID?) -> Bool {
        failures.contains { $0.check == check && $0.venue == venue }
    }
}

/// How often, and whether an order is part of it (`self_check:`).
public struct SelfCheckPolicy: Hashable, Sendable {
    /// Whether a tiny order is sent: at each venue's minimum, far from the market, so that it ends unfilled.
    public enum Order: String, Hashable, Sendable, CaseIterable {
        case on, off
        /// On paper and in demonstrations, not with real money.
        case paper
    }

    public var every: Span
    /// After a failure, until it passes.
    public var retry: Span
    public var order: Order

    /// - Precondition: 10 s ≤ `retry` ≤ `every`.
    public init(every: Span = .seconds(3_600), retry: Span = .seconds(60), order: Order = .paper) {
        precondition(retry >= .seconds(10) && retry <= every, "a failure is looked at again sooner")
        self.every = every
        self.retry = retry
        self.order = order
    }

    public func sendsOrders(isRealMoney: Bool) -> Bool {
        order == .on || order == .paper && !isRealMoney
    }
}
