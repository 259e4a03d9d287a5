import TradingModel

/// How a heartbeat is, by how long it has been silent.
public enum Vitality: UInt8, Comparable, Sendable, CaseIterable {
    case green, yellow, red

    public static func < (a: Vitality, b: Vitality) -> Bool { a.rawValue < b.rawValue }

    /// As people and wire formats spell it.
    public var name: String {
        switch self {
        case .green: "green"
        case .yellow: "yellow"
        case .red: "red"
        }
    }
}

/// What the silence of a heartbeat means for the node.
public enum Criticality: UInt8, Sendable, CaseIterable {
    /// Without it not even a hedge is certain: red is SAFE_MODE.
    case vital
    /// Without it new risk is blind: red is HOLD.
    case trading
    /// It concerns one venue, which takes no new risk without it anyway; the node's mode stays. When every
    /// venue has fallen silent the node is REDUCED.
    case venue
    /// People look through it; trading does not need it.
    case service

    public var name: String {
        switch self {
        case .vital: "vital"
        case .trading: "trading"
        case .venue: "venue"
        case .service: "service"
        }
    }

    /// The strictest mode that a beat in this state asks for; `nil` when it asks for none.
    public func mode(at vitality: Vitality) -> OperatingMode? {
        switch (self, vitality) {
        case (.vital, .red): .safe
        case (.trading, .red): .hold
        case (.vital, .yellow), (.trading, .yellow): .reduced
        case (.venue, _), (.service, _), (_, .green): nil
        }
    }

    /// How bad the loss of such a beat is.
    public func severity(at vitality: Vitality) -> Severity {
        switch (self, vitality) {
        case (_, .green): .info
        case (.vital, .red): .pageNow
        case (.trading, .red): .critical
        case (.venue, .red), (.service, .red), (.vital, .yellow), (.trading, .yellow): .warning
        case (.venue, .yellow), (.service, .yellow): .info
        }
    }
}

/// Something that must show from time to time that it is alive: an actor, a stream, a timer, a job.
public struct Heartbeat: Hashable, Sendable {
    /// As people read it, unique within a venue: `store lane`.
    public var name: String
    /// `nil`: it is the node's own.
    public var venue: VenueID?
    public var criticality: Criticality
    /// How often it is expected.
    public var every: Span
    /// Silent for longer than these it is yellow, then red.
    public var yellow: Span
    public var red: Span

    /// - Precondition: `every` ≤ `yellow` < `red`.
    public init(
        _ name: String, venue: VenueID? = nil, _ criticality: Criticality, every: Span, yellow: Span,
        red: Span
    ) {
        precondition(every <= yellow && yellow < red, "a beat is late before it is lost")
        self.name = name
        self.venue = venue
        self.criticality = criticality
        self.every = every
        self.yellow = yellow
        self.red = red
    }

    /// Arithmetic over time, nothing else.
    public func vitality(silentFor silence: Span) -> Vitality {
        silence > red ? .red : silence > yellow ? .yellow : .green
    }
}
