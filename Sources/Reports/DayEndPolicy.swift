import Risk

/// What is done when a trading day is over.
public struct DayEndPolicy: Hashable, Sendable {
    public var isOn: Bool
    /// When that is.
    public var clock: DayClock
    /// What is closed before the day is counted. Nothing new is opened meanwhile; then trading goes on.
    public var flatten: Flatten
    public enum Flatten: String, Hashable, Sendable, CaseIterable {
        case off
        /// Orders end and what is owed is hedged.
        case on
        /// Positions in perpetuals are closed besides.
        case perpetuals
    }

    /// A week's report comes with its Sunday, a month's with its last day.
    public var reports: [ReportPeriod.Kind]
    /// Channels that reports are sent to, by name.
    public var channels: [String]

    public static let standard = DayEndPolicy()

    public init(
        isOn: Bool = true, clock: DayClock = DayClock(), flatten: Flatten = .off,
        reports: [ReportPeriod.Kind] = ReportPeriod.Kind.allCases, channels: [String] = []
    ) {
        self.isOn = isOn
        self.clock = clock
        self.flatten = flatten
        self.reports = reports
        self.channels = channels
    }

    /// Which periods end with this trading day.
    public func periods(endingWith day: Int64) -> [ReportPeriod] {
        reports.map { ReportPeriod($0, around: day, clock) }.filter { $0.firstDay + $0.days == day + 1 }
    }
}
