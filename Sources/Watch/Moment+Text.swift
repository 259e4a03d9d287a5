import TradingModel

extension Moment {
    /// RFC 3339, UTC, to the millisecond: `2026-03-01T12:00:00.250Z`.
    public var text: String {
        let seconds = nanoseconds / 1_000_000_000
        let (days, rest) = (seconds / 86_400, seconds % 86_400)
        let date = Moment.civil(days)
        return "\(date.year)-\(two(date.month))-\(two(date.day))T\(two(rest / 3_600)):"
            + "\(two(rest / 60 % 60)):\(two(rest % 60)).\(three(nanoseconds / 1_000_000 % 1_000))Z"
    }

    private func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private func three(_ number: Int64) -> String {
        number < 10 ? "00\(number)" : number < 100 ? "0\(number)" : "\(number)"
    }

    /// The proleptic Gregorian date of a day since 1970, by eras of 400 years that begin in March, so that
    /// the leap day is the last of its year.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }
}

extension Moment {
    /// RFC 5322: `Sun, 1 Mar 2026 12:00:00 +0000`.
    public var mailDate: String {
        let seconds = nanoseconds / 1_000_000_000
        let (days, rest) = (seconds / 86_400, seconds % 86_400)
        let date = Moment.civil(days)
        // The first of January 1970 was a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(days % 7)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(weekday), \(date.day) \(months[Int(date.month) - 1]) \(date.year) "
            + "\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60)) +0000"
    }
}
