import TradingModel

/// From where on a measure is yellow, and red.
public struct HostBound: Hashable, Sendable {
    /// Beyond these it is yellow (the node is REDUCED), and red (it holds); `nil`: never.
    public var yellow: Int64?
    public var red: Int64?
    /// For so long without a break it must be beyond one before that counts.
    public var lasting: Span

    public init(yellow: Int64?, red: Int64?, lasting: Span) {
        self.yellow = yellow
        self.red = red
        self.lasting = lasting
    }

    /// What is wrong with it; `nil` when nothing is.
    public func fault(_ measure: HostMeasure) -> String? {
        guard let yellow, let red else { return nil }
        return measure.isLessWorse
            ? red < yellow ? nil : "hold must lie below reduced"
            : red > yellow ? nil : "hold must lie above reduced"
    }
}

/// The bounds of every measure (`host:`).
public struct HostPolicy: Hashable, Sendable {
    private var bounds: [HostBound]
    /// How often the machine is read.
    public var every: Span

    /// For a machine that has little else to do.
    public static let standard = HostPolicy(every: .seconds(5))

    public init(every: Span) {
        self.every = every
        bounds = HostMeasure.allCases.map { HostPolicy.standard(of: $0) }
    }

    public subscript(_ measure: HostMeasure) -> HostBound {
        get { bounds[Int(measure.rawValue)] }
        set { bounds[Int(measure.rawValue)] = newValue }
    }

    private static func standard(of measure: HostMeasure) -> HostBound {
        switch measure {
        // A machine that is merely busy slows hedges, which their own deadlines tell: it does not hold.
        case .cpu: HostBound(yellow: 95, red: nil, lasting: .seconds(300))
        case .memory: HostBound(yellow: 2 << 30, red: 4 << 30, lasting: .seconds(30))
        case .machineMemory: HostBound(yellow: 92, red: 97, lasting: .seconds(60))
        // Above the mark below which the outbox itself takes nothing (`store.low_water`).
        case .disk: HostBound(yellow: 2 << 30, red: 1 << 30, lasting: .seconds(10))
        case .descriptors: HostBound(yellow: 70, red: 90, lasting: .seconds(10))
        case .temperature: HostBound(yellow: 85, red: 95, lasting: .seconds(30))
        // Venues refuse requests whose stamp is off by a second; we sign with theirs, and this is for books'
        // ages and for everything that is written down.
        case .clock: HostBound(yellow: 50_000_000, red: 500_000_000, lasting: .seconds(30))
        case .roundTrip: HostBound(yellow: 500_000_000, red: 2_000_000_000, lasting: .seconds(60))
        }
    }
}
