/// `arbctl status`: what the node is doing, what blocks it, what a person should do next.
public struct StatusAnswer: Codable, Hashable, Sendable {
    /// The above in one line.
    public var summary = ""
    /// What keeps new risk away, most important first.
    public var blockedBy: [String] = []
    /// What a person should do, in order; empty when there is nothing.
    public var next: [String] = []
    public var atNs: Int64 = 0
    public var startedNs: Int64 = 0
    /// Orders go to the paper exchange.
    public var isDryRun = false
    public var mode = ModeState()
    /// The appetite for risk, 0…100; absent where the node has none.
    @Nullable public var riskIndex: Int?
    /// What is killed: `all`, `venue okx`, …
    public var kills: [String] = []
    public var venues = 0
    public var venuesOpen = 0
    public var books = 0
    public var booksProven = 0
    public var orders = Orders()
    public var hedges = Hedges()
    public var edges = 0
    public var pairs = 0
    /// In the quote asset.
    public var unhedgedNotional = "0"
    public var residualNotional = "0"
    public var fees = "0"
    /// After fees.
    public var profit = "0"
    public var latencyUs = Latencies()
    public var disabledStrategies: [DisabledStrategy] = []
    /// Of this run, by code.
    public var incidents: [Incident] = []
    public var control = Connections()
    /// The machine, and the way to each venue; what could not be read is left out.
    public var host: [HostMeasure] = []
    public init() {}

    public struct HostMeasure: Codable, Hashable, Sendable {
        public var measure = ""
        @Nullable public var venue: String?
        /// In the measure's own unit: percent, bytes, degrees Celsius or nanoseconds.
        public var value: Int64 = 0
        /// The same for people.
        public var text = ""
        public var vitality = ""
        public init() {}
    }

    public struct Orders: Codable, Hashable, Sendable {
        public var live = 0
        public var unknown = 0
        public var sent = 0
        public var filled = 0
        public var canceled = 0
        public var rejected = 0
        public init() {}
    }

    public struct Hedges: Codable, Hashable, Sendable {
        public var open = 0
        public var opened = 0
        public var completed = 0
        public var late = 0
        public var failed = 0
        public init() {}
    }

    public struct Latencies: Codable, Hashable, Sendable {
        public var frameToDecision = Percentiles()
        public var decisionToWire = Percentiles()
        public var fillToHedgeWire = Percentiles()
        public var durableWrite = Percentiles()
        public init() {}
    }

    /// In microseconds; `null` while nothing was measured.
    public struct Percentiles: Codable, Hashable, Sendable {
        @Nullable public var p50: Double?
        @Nullable public var p99: Double?
        @Nullable public var p999: Double?
        public var count = 0
        public init() {}
    }

    public struct DisabledStrategy: Codable, Hashable, Sendable {
        public var name: String
        public var reason: String
        public init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }

    public struct Incident: Codable, Hashable, Sendable {
        public var code: String
        public var severity: String
        public var count: Int
        public init(code: String, severity: String, count: Int) {
            self.code = code
            self.severity = severity
            self.count = count
        }
    }

    /// Of the control socket, since the node started.
    public struct Connections: Codable, Hashable, Sendable {
        public var accepted = 0
        /// Other users' processes.
        public var refusedPeers = 0
        /// Beyond the greatest number at a time.
        public var refusedFull = 0
        /// Requests that were none.
        public var refusedRequests = 0
        public init() {}
    }
}

/// The operating mode, and why.
public struct ModeState: Codable, Hashable, Sendable {
    public var mode = ""
    /// Empty when it was never changed.
    public var reason = ""
    public init() {}
}
