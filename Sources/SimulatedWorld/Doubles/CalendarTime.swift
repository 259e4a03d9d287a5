import TradingModel

/// RFC 3339 in UTC, as OKX signs it and Kraken stamps its messages, without a calendar library.
enum CalendarTime {
    /// `2026-08-09T21:06:12.892Z` with `decimals` (0…9) digits of the second.
    static func text(_ moment: Moment, decimals: Int) -> String {
        let seconds = moment.nanoseconds / 1_000_000_000
        let days = seconds / 86_400
        let clock = seconds % 86_400
        let (year, month, day) = date(daysSince1970: days)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let time = "\(padded(clock / 3600, 2)):\(padded(clock / 60 % 60, 2)):\(padded(clock % 60, 2))"
        guard decimals > 0 else { return date + "T" + time + "Z" }
        let fraction = moment.nanoseconds % 1_000_000_000 / DecimalText.power(9 - decimals)
        return date + "T" + time + "." + padded(fraction, decimals) + "Z"
    }

    /// `Sun, 21 Mar 21 14:23:14 +0000`: Kraken's spelling of RFC 1123.
    static func rfc1123(_ moment: Moment) -> String {
        let days = moment.nanoseconds / 86_400_000_000_000
        let (year, month, day) = date(daysSince1970: days)
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = text(moment, decimals: 0).dropFirst(11).prefix(8)
        let date = "\(padded(day, 2)) \(months[Int(month) - 1]) \(padded(year % 100, 2))"
        return "\(names[Int(days % 7)]), \(date) \(clock) +0000"
    }

    /// Reads `YYYY-MM-DDThh:mm:ss[.digits]Z`; `nil` for anything else.
    static func moment(_ text: String) -> Moment? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[4] == UInt8(ascii: "-"),
            bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]),
            let second = number(bytes[17..<19]), (1970...2200).contains(year), (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        var nanoseconds: Int64 = 0
        if bytes.count > 20 {
            let fraction = bytes[20..<(bytes.count - 1)]
            guard bytes[19] == UInt8(ascii: "."), (1...9).contains(fraction.count),
                let digits = number(fraction)
            else {
                return nil
            }
            nanoseconds = digits * DecimalText.power(9 - fraction.count)
        }
        let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        return Moment(nanoseconds: seconds * 1_000_000_000 + nanoseconds)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self))
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Gregorian rules with years that begin in March, so that the leap day is the last of its year.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
