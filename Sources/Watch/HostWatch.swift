import TradingModel

/// Whether the machine carries the node: each measure against its bounds, with hysteresis, so that what
/// trembles around a bound is told once. A value that knows no clock.
public struct HostWatch: Sendable {
    /// A measure as it stands.
    public struct Line: Hashable, Sendable {
        public var measure: HostMeasure
        /// Of the way to a venue.
        public var venue: VenueID?
        /// The last value read, in the measure's own unit; `nil` before the first.
        public var value: Int64?
        public var vitality: Vitality
    }

    /// It became better or worse.
    public struct Change: Hashable, Sendable {
        public var line: Line
        public var before: Vitality
        /// For people: the value, and the bound that it passed.
        public var detail: String

        public var isWorse: Bool { line.vitality > before }
    }

    /// A bound that was passed is left only once the value is this much (a tenth) on its good side,
    static let easing: Int64 = 10
    /// for so long without a break.
    public static let calm = Span.seconds(30)

    private struct Latch: Sendable {
        var isOn = false
        private var since: Moment?

        /// `isBeyond` and `isClear` may both be false: between the bound and its eased place nothing moves.
        mutating func look(_ isBeyond: Bool, _ isClear: Bool, lasting: Span, at now: Moment) {
            guard isOn ? isClear : isBeyond else {
                since = nil
                return
            }
            let began = since ?? now
            since = began
            if now - began >= (isOn ? HostWatch.calm : lasting) {
                isOn.toggle()
                since = nil
            }
        }
    }

    private struct Gauge: Sendable {
        var line: Line
        var yellow = Latch()
        var red = Latch()
    }

    private let policy: HostPolicy
    private var gauges: [Gauge]
    /// Of the last reading.
    public private(set) var isClockKept: Bool?

    /// - Parameter venues: how many there are; each has a way of its own.
    public init(_ policy: HostPolicy, venues: Int) {
        self.policy = policy
        let own = HostMeasure.allCases.filter { $0 != .roundTrip }.map { ($0, VenueID?.none) }
        let ways = (0..<venues).map { (HostMeasure.roundTrip, VenueID?.some(VenueID($0))) }
        gauges = (own + ways).map {
            Gauge(line: Line(measure: $0.0, venue: $0.1, value: nil, vitality: .green))
        }
    }

    /// Takes over what was read; answers what changed, in the order of the measures. What is absent leaves
    /// its measure as it was.
    ///
    /// - Parameter trips: by `VenueID.index`, there and back; `nil` while none is known.
    public mutating func observe(_ reading: HostReading, trips: [Span?], at now: Moment) -> [Change] {
        isClockKept = reading.isClockKept
        var changes: [Change] = []
        for index in gauges.indices {
            let line = gauges[index].line
            let value = line.venue.map { trips[$0.index]?.nanoseconds } ?? reading[line.measure]
            guard let value else { continue }
            if let change = look(index, value, now) { changes.append(change) }
        }
        return changes
    }

    private mutating func look(_ index: Int, _ value: Int64, _ now: Moment) -> Change? {
        let measure = gauges[index].line.measure
        let bound = policy[measure]
        func passed(_ limit: Int64?, eased: Bool) -> Bool {
            guard let limit else { return false }
            let room = eased ? limit / HostWatch.easing : 0
            return measure.isLessWorse ? value < limit + room : value > limit - room
        }
        gauges[index].yellow.look(
            passed(bound.yellow, eased: false), !passed(bound.yellow, eased: true), lasting: bound.lasting,
            at: now)
        gauges[index].red.look(
            passed(bound.red, eased: false), !passed(bound.red, eased: true), lasting: bound.lasting, at: now)
        let before = gauges[index].line.vitality
        let after: Vitality =
            gauges[index].red.isOn ? .red : gauges[index].yellow.isOn ? .yellow : .green
        gauges[index].line.value = value
        gauges[index].line.vitality = after
        guard after != before else { return nil }
        let limit = (after == .red || before == .red ? bound.red : bound.yellow).map { measure.text($0) }
        let side = measure.isLessWorse ? "below" : "above"
        let what = after > before ? "\(side) \(limit ?? "its bound")" : "better again"
        return Change(
            line: gauges[index].line, before: before,
            detail: "\(measure.name) is \(measure.text(value)), \(what)")
    }

    public var lines: [Line] { gauges.map(\.line) }

    /// Whether a measure is anything but green: the condition of its incident stands.
    public func isStrained(_ name: String, _ venue: VenueID?) -> Bool {
        gauges.contains {
            $0.line.measure.name == name && $0.line.venue == venue && $0.line.vitality != .green
        }
    }

    /// How slow the way to every venue is at least: when it is all of them, it is our own network.
    public var everyWay: Vitality {
        let ways = gauges.filter { $0.line.measure == .roundTrip }
        return ways.map(\.line.vitality).min() ?? .green
    }
}
