/// `arbctl risk-index`: the appetite for risk, what caps it and what follows from it.
public struct RiskIndexAnswer: Codable, Hashable, Sendable {
    /// 0…100.
    public var riskIndex = 0
    public var target = 0
    public var ceiling = 0
    /// What allows no more.
    public var ceilingCause = ""
    /// Of the configured size, in percent.
    public var sizePercent = 0
    /// Demanded beyond each strategy's own edge.
    public var edgeBps = 0.0
    /// Of the limits of position and exposure, in percent.
    public var exposurePercent = 0
    public var inputs = Inputs()
    /// The change that was asked for, if one was.
    @Nullable public var change: Change?
    public init() {}

    /// Absent: not yet known.
    public struct Inputs: Codable, Hashable, Sendable {
        @Nullable public var capitalHealth: Int?
        @Nullable public var heartbeats: Int?
        @Nullable public var canary: Bool?
        @Nullable public var operatorPresent: Bool?
        public var venueStability = 0
        @Nullable public var marketStability: Int?
        public init() {}
    }

    public struct Change: Codable, Hashable, Sendable {
        public var actor = ""
        public var reason = ""
        public var before = 0
        public var after = 0
        public init() {}
    }
}
