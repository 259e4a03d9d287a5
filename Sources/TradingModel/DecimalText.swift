/// Exact decimal text ⇄ scaled integer. No binary floating point stands between the wire and a price.
public enum DecimalText {
    public enum Fault: Error, Hashable, Sendable {
        /// Not a decimal number (`NaN`, empty, stray characters).
        case malformed
        /// Significant digits beyond the scale; `needed` is the scale that would hold them.
        case inexact(needed: Int)
        /// Does not fit the integer at this scale.
        case overflow
    }

    /// A parsed number and how many decimals its text spelled (some venues checksum the text).
    public struct Parsed: Hashable, Sendable {
        public var raw: Int64
        public var spelledDecimals: UInt8
        @inlinable public init(raw: Int64, spelledDecimals: UInt8) {
            self.raw = raw
            self.spelledDecimals = spelledDecimals
        }
    }

    @usableFromInline static let powersOfTen: [Int64] = (0...18).map { n in
        (0..<n).reduce(Int64(1)) { p, _ in p * 10 }
    }

    /// 10ⁿ for n in 0…18.
    /// The powers themselves, for loops that cannot afford an array's checks; 0…18.
    @inlinable public static func withPowersOfTen<Answer>(
        _ body: (UnsafePointer<Int64>) -> Answer
    ) -> Answer {
        powersOfTen.withUnsafeBufferPointer { powers in
            guard let powers = powers.baseAddress else { preconditionFailure("the table holds 19 powers") }
            return body(powers)
        }
    }
    @inlinable public static func power(_ n: Int) -> Int64 { powersOfTen[n] }

    /// Parses `-?digits[.digits][e[+-]digits]` to an integer count of 10^-`scale`. Never rounds.
    public static func parse(_ text: UnsafeRawBufferPointer, scale: Int) throws(Fault) -> Parsed {
        var index = 0
        let count = text.count
        guard count > 0, count <= 64 else { throw .malformed }
        var negative = false
        if text[0] == UInt8(ascii: "-") {
            negative = true
            index = 1
        }
        var mantissa: UInt64 = 0
        var digits = 0
        var decimals = 0
        var significantDecimals = 0
        var seenPoint = false
        var pendingZeros = 0
        var exponent = 0
        scan: while index < count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                if seenPoint { decimals += 1 }
                let digit = UInt64(byte &- UInt8(ascii: "0"))
                if seenPoint && digit == 0 {
                    pendingZeros += 1  // trailing zeros of the fraction must not overflow the mantissa
                } else {
                    for _ in 0..<pendingZeros { mantissa = try appended(mantissa, 0) }
                    pendingZeros = 0
                    mantissa = try appended(mantissa, digit)
                    if seenPoint { significantDecimals = decimals }
                }
            case UInt8(ascii: "."):
                guard !seenPoint, digits > 0 else { throw .malformed }
                seenPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard digits > 0 else { throw .malformed }
                exponent = try exponentOf(text, from: index + 1)
                break scan
            default:
                throw .malformed
            }
            index += 1
        }
        guard digits > 0 else { throw .malformed }
        if seenPoint && decimals == 0 { throw .malformed }
        let spelled = UInt8(clamping: max(0, decimals - exponent))
        if mantissa == 0 { return Parsed(raw: 0, spelledDecimals: spelled) }
        // value = mantissa × 10^(exponent − significantDecimals); raw = value × 10^scale
        let shift = scale + exponent - significantDecimals
        var magnitude = mantissa
        if shift < 0 {
            var remaining = -shift
            while remaining > 0 {
                let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
                if remainder != 0 { throw .inexact(needed: scale + remaining) }
                magnitude = quotient
                remaining -= 1
            }
        } else if shift > 0 {
            guard shift <= 18 else { throw .overflow }
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: UInt64(powersOfTen[shift]))
            guard !overflow else { throw .overflow }
            magnitude = product
        }
        guard magnitude <= UInt64(Int64.max) else { throw .overflow }
        return Parsed(raw: negative ? -Int64(magnitude) : Int64(magnitude), spelledDecimals: spelled)
    }

    /// The same for a `String`, for configuration and tests.
    public static func parse(_ text: String, scale: Int) throws(Fault) -> Int64 {
        var copy = text
        let result: Result<Parsed, Fault> = copy.withUTF8 { buffer in
            do throws(Fault) {
                return .success(try parse(UnsafeRawBufferPointer(buffer), scale: scale))
            } catch {
                return .failure(error)
            }
        }
        return try result.get().raw
    }

    private static func appended(_ mantissa: UInt64, _ digit: UInt64) throws(Fault) -> UInt64 {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
        guard !overflow, product <= UInt64.max - digit else { throw .overflow }
        return product + digit
    }

    private static func exponentOf(_ text: UnsafeRawBufferPointer, from start: Int) throws(Fault) -> Int {
        var index = start
        var negative = false
        guard index < text.count else { throw .malformed }
        if text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            negative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < text.count else { throw .malformed }
        var value = 0
        while index < text.count {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = text[index] else { throw .malformed }
            value = value * 10 + Int(text[index] &- UInt8(ascii: "0"))
            guard value <= 400 else { throw .overflow }
            index += 1
        }
        return negative ? -value : value
    }

    /// Plain decimal text, no exponent, no trailing zeros: `format(61837630, scale: 3)` is `61837.63`.
    public static func format(_ raw: Int64, scale: Int) -> String { format(Int128(raw), scale: scale) }

    /// The same for wide values.
    public static func format(_ raw: Int128, scale: Int) -> String {
        guard let small = UInt64(exactly: raw.magnitude) else { return formatWide(raw, scale: scale) }
        return DecimalSpelling(small, isNegative: raw < 0, scale: scale).text
    }

    private static func formatWide(_ raw: Int128, scale: Int) -> String {
        var digits = String(raw.magnitude)
        if scale > 0 {
            if digits.utf8.count <= scale {
                digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits
            }
            let cut = digits.index(digits.endIndex, offsetBy: -scale)
            var fraction = digits[cut...]
            while fraction.last == "0" { fraction.removeLast() }
            digits = fraction.isEmpty ? String(digits[..<cut]) : digits[..<cut] + "." + fraction
        }
        return raw < 0 ? "-" + digits : digits
    }

    /// Fixed-decimals text: `format(61837630, scale: 3, decimals: 5)` is `61837.63000`. `decimals` ≥ the
    /// digits in use.
    public static func format(_ raw: Int64, scale: Int, decimals: Int) -> String {
        let plain = format(raw, scale: scale)
        guard decimals > 0 else { return plain }
        let used = plain.split(separator: ".").dropFirst().first?.utf8.count ?? 0
        let padding = String(repeating: "0", count: max(0, decimals - used))
        return used == 0 ? plain + "." + padding : plain + padding
    }
}
