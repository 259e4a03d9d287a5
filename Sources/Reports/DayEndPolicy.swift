import Risk

/// What is done when a trading day is over.
public struct DayEndPolicy: Hashable, Sendable {
    public var isOn: Bool
    /// When that is.
    public var clock: DayClock
    /// Nothing new is opened, and what is owed is closed, before the day is counted; then trading goes on.
    public var flattens: Bool
    /// A week's report comes with its Sunday, a month's with its last day.
    public var reports: [ReportPeriod.Kind]
    /// Channels that reports are sent to, by name.
    public var channels: [String]

    public static let standard = DayEndPolicy()

    public init(
        isOn: Bool = true, clock: DayClock = DayClock(), flattens: Bool = false,
        reports: [ReportPeriod.Kind] = ReportPeriod.Kind.allCases, channels: [String] = []
    ) {
        self.isOn = isOn
        self.clock = clock
        self.flattens = flattens
        self.reports = reports
        self.channels = channels
    }

    /// Which periods end with this trading day.
    public func periods(endingWith day: Int64) -> [ReportPeriod] {
        reports.map { ReportPeriod($0, around: day, clock) }.filter { $0.firstDay + $0.days == day + 1 }
    }
}
