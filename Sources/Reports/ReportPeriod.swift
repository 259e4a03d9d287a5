import Risk
import TradingModel

/// Which stretch of time a report is of: whole trading days by the node's clock.
public struct ReportPeriod: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case day, week, month
    }

    public var kind: Kind
    /// The first trading day's date, as days since 1970.
    public var firstDay: Int64
    /// How many days.
    public var days: Int64
    public var from: Moment
    /// Exclusive.
    public var to: Moment

    /// The period of a kind that this trading day, counted as `DayClock.day(at:)` does, lies in. Weeks begin
    /// on Monday.
    public init(_ kind: Kind, around day: Int64, _ clock: DayClock) {
        self.kind = kind
        switch kind {
        case .day: (firstDay, days) = (day, 1)
        case .week:
            // 1970-01-01 was a Thursday.
            (firstDay, days) = (day - ((day + 3) % 7 + 7) % 7, 7)
        case .month:
            let date = CivilDate(days: day)
            let first = CivilDate(year: date.year, month: date.month, day: 1)
            let next =
                date.month == 12
                ? CivilDate(year: date.year + 1, month: 1, day: 1)
                : CivilDate(year: date.year, month: date.month + 1, day: 1)
            (firstDay, days) = (first.days, next.days - first.days)
        }
        from = clock.begin(ofDay: firstDay)
        to = clock.begin(ofDay: firstDay + days)
    }

    public func contains(_ moment: Moment) -> Bool { moment >= from && moment < to }

    /// Returns are of this long: hours of a day, days of what is longer.
    public var step: Span { kind == .day ? .seconds(3_600) : .seconds(86_400) }

    /// Venues trade every day of the year.
    public var stepsPerYear: Double { kind == .day ? 24 * 365 : 365 }

    /// `2026-11-28`, `week of 2026-11-23`, `2026-11`.
    public var name: String {
        let date = CivilDate(days: firstDay).text
        switch kind {
        case .day: return date
        case .week: return "week of \(date)"
        case .month: return String(date.dropLast(3))
        }
    }

    /// As part of a file's name.
    public var slug: String {
        kind == .week ? "week-\(CivilDate(days: firstDay).text)" : name
    }
}
