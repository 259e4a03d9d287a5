import TradingModel

/// Kraken's two spellings of time.
enum KrakenTime {
    /// RFC 3339 in UTC (`2023-10-06T17:35:55.440295Z`), up to nine decimals.
    static func rfc3339(_ text: UnsafeRawBufferPointer) throws(QuarantineReason) -> Moment {
        guard text.count >= 20, text.count <= 30, text[text.count - 1] == UInt8(ascii: "Z") else {
            throw .badNumber
        }
        guard text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), text[10] == UInt8(ascii: "T"),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":")
        else { throw .badNumber }
        let year = try digits(text, 0..<4)
        let month = try digits(text, 5..<7)
        let day = try digits(text, 8..<10)
        let hour = try digits(text, 11..<13)
        let minute = try digits(text, 14..<16)
        let second = try digits(text, 17..<19)
        guard (1970...2261).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24,
            minute < 60,
            second <= 60
        else { throw .badNumber }
        var nanoseconds: Int64 = 0
        if text.count > 20 {
            guard text[19] == UInt8(ascii: ".") else { throw .badNumber }
            let fraction = 20..<(text.count - 1)
            nanoseconds = try digits(text, fraction) * DecimalText.power(9 - fraction.count)
        }
        let seconds = ((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
        return Moment(nanoseconds: seconds * 1_000_000_000 + nanoseconds)
    }

    /// The same for a `String`.
    static func rfc3339(_ text: String?) throws(QuarantineReason) -> Moment {
        guard let text else { throw .missingField }
        let result: Result<Moment, QuarantineReason> = Array(text.utf8).withUnsafeBytes { bytes in
            do throws(QuarantineReason) { return .success(try rfc3339(bytes)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Unix seconds with decimals (`1688667796.8802`); what lies below a nanosecond is cut.
    static func unixSeconds(_ text: String?) throws(QuarantineReason) -> Moment {
        guard let text else { throw .missingField }
        let parts = text.utf8.split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...10).contains(whole.count),
            whole.allSatisfy({ (48...57).contains($0) }), let seconds = Int64(Substring(whole)),
            (0..<9_200_000_000).contains(seconds)
        else { throw .badNumber }
        var nanoseconds: Int64 = 0
        if parts.count == 2 {
            let fraction = parts[1].prefix(9)
            guard !fraction.isEmpty, fraction.allSatisfy({ (48...57).contains($0) }),
                let value = Int64(Substring(fraction))
            else { throw .badNumber }
            nanoseconds = value * DecimalText.power(9 - fraction.count)
        }
        return Moment(nanoseconds: seconds * 1_000_000_000 + nanoseconds)
    }

    private static func digits(
        _ text: UnsafeRawBufferPointer, _ range: Range<Int>
    ) throws(QuarantineReason) -> Int64 {
        var value: Int64 = 0
        for index in range {
            let digit = Int64(text[index]) - 48
            guard (0...9).contains(digit) else { throw .badNumber }
            value = value * 10 + digit
        }
        guard !range.isEmpty else { throw .badNumber }
        return value
    }

    /// Days from 1970-01-01 in the Gregorian calendar; the year is counted from March so that the leap day is
    /// its last.
    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
