import TradingModel

/// Moments as RFC 3339 in UTC, with nanoseconds.
public enum UTCTime {
    /// `2026-11-29T00:25:07.000000001Z`.
    public static func text(_ moment: Moment) -> String {
        let nanoseconds = moment.nanoseconds
        let seconds = nanoseconds >= 0 ? nanoseconds / one : (nanoseconds - (one - 1)) / one
        let rest = nanoseconds - seconds * one
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - days * 86_400
        return "\(CivilDate(days: days).text)T\(digits(second / 3_600, 2)):"
            + "\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2)).\(digits(rest, 9))Z"
    }

    /// `2026-11-29T00:25:07Z`, with at most nine decimals; also a day alone (its beginning), or one to the
    /// minute. `nil`: none of these, or a day that there is not.
    public static func moment(_ text: String) -> Moment? {
        var text = Substring(text)
        if text.hasSuffix("Z") { text = text.dropLast() }
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard let first = halves.first, halves.count <= 2, let days = days(first) else { return nil }
        guard halves.count == 2 else { return at(days: days, 0, 0) }
        let parts = halves[1].split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3, let hour = number(parts[0], 2, 0...23),
            let minute = number(parts[1], 2, 0...59)
        else { return nil }
        guard parts.count == 3 else { return at(days: days, hour * 3_600 + minute * 60, 0) }
        let pieces = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard pieces.count <= 2, let second = number(pieces[0], 2, 0...59) else { return nil }
        var rest: Int64 = 0
        if pieces.count == 2 {
            guard (1...9).contains(pieces[1].utf8.count),
                let value = number(pieces[1], pieces[1].utf8.count, 0...999_999_999)
            else { return nil }
            rest = value
            for _ in pieces[1].utf8.count..<9 { rest *= 10 }
        }
        return at(days: days, hour * 3_600 + minute * 60 + second, rest)
    }

    private static let one: Int64 = 1_000_000_000

    private static func at(days: Int64, _ seconds: Int64, _ rest: Int64) -> Moment {
        Moment(nanoseconds: (days * 86_400 + seconds) * one + rest)
    }

    /// Days since 1970 of a date like `2026-11-29`.
    public static func days(_ text: some StringProtocol) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], 4, 1970...2200),
            let month = number(parts[1], 2, 1...12), let day = number(parts[2], 2, 1...31)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        return CivilDate(days: date.days) == date ? date.days : nil
    }

    private static func number(_ text: some StringProtocol, _ width: Int, _ range: ClosedRange<Int64>)
        -> Int64?
    {
        guard text.utf8.count == width, text.utf8.allSatisfy({ (48...57).contains($0) }),
            let value = Int64(text), range.contains(value)
        else { return nil }
        return value
    }

    private static func digits(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
