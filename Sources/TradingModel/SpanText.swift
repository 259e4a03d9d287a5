/// How people write a length of time: a decimal count with a unit, `120ms`, `1.5s`, `2m`. Never rounds.
public enum SpanText {
    public enum Fault: Error, Hashable, Sendable {
        /// A bare number.
        case noUnit
        case malformed
        case finerThanNanosecond
        case overflow
    }

    /// Largest unit first; nanoseconds in one.
    private static let units: [(suffix: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
    ]

    public static func parse(_ text: String) throws(Fault) -> Span {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
        let suffix = text.dropFirst(digits.count)
        guard DecimalText.isPlain(String(digits)) else { throw .malformed }
        if suffix.isEmpty { throw .noUnit }
        guard let unit = units.first(where: { $0.suffix == suffix }) else { throw .malformed }
        let count: Amount
        do throws(DecimalText.Fault) { count = try Amount(text: String(digits)) } catch {
            if case .inexact = error { throw .finerThanNanosecond }
            throw .overflow
        }
        let (product, overflow) = count.raw.multipliedReportingOverflow(by: Int128(unit.nanoseconds))
        let one = Int128(DecimalText.power(Amount.scale))
        guard !overflow, let nanoseconds = Int64(exactly: product / one) else { throw .overflow }
        guard product % one == 0 else { throw .finerThanNanosecond }
        return Span(nanoseconds: nanoseconds)
    }

    /// In the largest unit that divides it: `parse(format(x))` is `x`.
    public static func format(_ span: Span) -> String {
        if span.nanoseconds == 0 { return "0s" }
        for unit in units where span.nanoseconds % unit.nanoseconds == 0 {
            return "\(span.nanoseconds / unit.nanoseconds)\(unit.suffix)"
        }
        preconditionFailure("every count is a multiple of one nanosecond")
    }
}

extension DecimalText {
    /// `-?digits[.digits]`: no exponent, no sign but minus, no separators, no `NaN`.
    public static func isPlain(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count) else { return false }
        return parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
    }
}
