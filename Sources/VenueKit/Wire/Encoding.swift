import TradingModel

/// Lower-case hexadecimal.
enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
    }

    /// Writes two digits.
    static func spell(_ byte: UInt8, _ place: UnsafeMutablePointer<UInt8>) {
        place[0] = digits[Int(byte >> 4)]
        place[1] = digits[Int(byte & 15)]
    }
}

/// Base64 with the standard alphabet and padding (RFC 4648 §4).
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let present = min(3, bytes.count - index)
            var word: UInt32 = 0
            for offset in 0..<3 { word = word << 8 | (offset < present ? UInt32(bytes[index + offset]) : 0) }
            for place in 0..<4 {
                let digit = alphabet[Int(word >> UInt32(18 - 6 * place) & 63)]
                text.append(place <= present ? digit : padding)
            }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` unless `text` is canonical: whole groups of four, padding only at the end, unused bits zero.
    static func decode(_ text: String) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 4) else { return nil }
        guard !characters.isEmpty else { return [] }
        let padded = characters.suffix(2).reversed().prefix { $0 == padding }.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3)
        var word: UInt32 = 0
        var bits: UInt32 = 0
        for character in characters.dropLast(padded) {
            guard let value = value(character) else { return nil }
            word = word << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> bits))
                word &= (1 << bits) - 1
            }
        }
        return word == 0 ? bytes : nil
    }

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character) - 97 + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character) - 48 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

/// RFC 3986: everything but the unreserved characters becomes `%XX`.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func encode(_ text: String) -> String {
        RequestText.string(atMost: 1 + 3 * text.utf8.count) { $0.append(encoded: text) }
    }

    /// Writes three bytes.
    static func spell(_ byte: UInt8, _ place: UnsafeMutablePointer<UInt8>) {
        place[0] = UInt8(ascii: "%")
        place[1] = digits[Int(byte >> 4)]
        place[2] = digits[Int(byte & 15)]
    }

    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}

enum Timestamp {
    /// `2020-12-08T09:08:57.715Z`, cut to the millisecond.
    static func iso8601Milliseconds(_ moment: Moment) -> String {
        RequestText.string(atMost: length) { $0.append(moment) }
    }

    /// Bytes of a moment; moments reach from 1677 to 2262.
    static let length = 24

    /// Writes `length` bytes.
    static func spell(_ moment: Moment, _ place: UnsafeMutablePointer<UInt8>) {
        let (days, rest) = floored(moment.nanoseconds, by: 86_400_000_000_000)
        let date = civil(days: days)
        let milliseconds = rest / 1_000_000
        let seconds = milliseconds / 1_000
        spell(date.year, 4, "-", place)
        spell(date.month, 2, "-", place + 5)
        spell(date.day, 2, "T", place + 8)
        spell(seconds / 3_600, 2, ":", place + 11)
        spell(seconds / 60 % 60, 2, ":", place + 14)
        spell(seconds % 60, 2, ".", place + 17)
        spell(milliseconds % 1_000, 3, "Z", place + 20)
    }

    /// With leading zeros, and what follows.
    private static func spell(
        _ value: Int64, _ width: Int, _ mark: Unicode.Scalar, _ place: UnsafeMutablePointer<UInt8>
    ) {
        var rest = value
        for digit in stride(from: width - 1, through: 0, by: -1) {
            place[digit] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        place[width] = UInt8(ascii: mark)
    }

    private static func floored(_ value: Int64, by divisor: Int64) -> (
        quotient: Int64, remainder: Int64
    ) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// Days since 1970-01-01 to a Gregorian date, counted in eras of 400 years (146,097 days) whose years
    /// begin in March, so that the leap day comes last.
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floored(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

/// Text as a JSON string literal.
enum JSONText {
    private static let digits = Array("0123456789abcdef".utf8)

    static func quoted(_ text: String) -> String {
        RequestText.string(atMost: 2 + 6 * text.utf8.count) { $0.append(json: text) }
    }

    /// What stands for a byte that must not stand there itself.
    static func escaped(_ byte: UInt8) -> [UInt8] {
        byte < 0x20
            ? Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            : [UInt8(ascii: "\\"), byte]
    }
}
