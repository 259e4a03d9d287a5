import TradingModel

/// How values are spelled in configuration files: durations with a unit, rates in `bps`, amounts as plain
/// decimals.
enum SettingText {
    /// Largest unit first; nanoseconds in one, and the power of ten that keeps `1.5s` exact.
    private static let units: [(suffix: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
    ]

    /// `120ms`, `1.5s`, `2m`, `250us`; never rounds.
    static func span(_ text: String) -> Result<Span, Complaint> {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
        let suffix = text.dropFirst(digits.count)
        let wanted = "a duration with a unit (ns, us, ms, s, m, h, d), like 120ms"
        if suffix.isEmpty, isPlainDecimal(text) {
            return .failure(Complaint("\(shown(text)) has no unit: write \(wanted)"))
        }
        guard let unit = units.first(where: { $0.suffix == suffix }), isPlainDecimal(String(digits)) else {
            return .failure(Complaint("expected \(wanted), found \(shown(text))"))
        }
        do throws(DecimalText.Fault) {
            let count = try Amount(text: String(digits))
            let (product, overflow) = count.raw.multipliedReportingOverflow(by: Int128(unit.nanoseconds))
            let one = Int128(DecimalText.power(Amount.scale))
            guard !overflow, let nanoseconds = Int64(exactly: product / one) else { throw .overflow }
            guard product % one == 0 else {
                return .failure(Complaint("\(shown(text)) is finer than a nanosecond"))
            }
            return .success(Span(nanoseconds: nanoseconds))
        } catch .inexact {
            return .failure(Complaint("\(shown(text)) is finer than a nanosecond"))
        } catch {
            return .failure(Complaint("\(shown(text)) is too long a time"))
        }
    }

    /// In the largest unit that divides it: `span(text(x))` is `x`.
    static func text(_ span: Span) -> String {
        if span.nanoseconds == 0 { return "0s" }
        for unit in units where span.nanoseconds % unit.nanoseconds == 0 {
            return "\(span.nanoseconds / unit.nanoseconds)\(unit.suffix)"
        }
        preconditionFailure("every count is a multiple of one nanosecond")
    }

    /// `2.5bps`, to 1/10 000 of a basis point; never rounds.
    static func rate(_ text: String) -> Result<Rate, Complaint> {
        guard text.hasSuffix("bps"), isPlainDecimal(String(text.dropLast(3))) else {
            return .failure(Complaint("expected a rate in basis points, like 2.5bps, found \(shown(text))"))
        }
        do throws(DecimalText.Fault) {
            return .success(Rate(raw: try DecimalText.parse(String(text.dropLast(3)), scale: 4)))
        } catch .inexact {
            return .failure(Complaint("\(shown(text)) is finer than 0.0001bps"))
        } catch {
            return .failure(Complaint("\(shown(text)) is too large a rate"))
        }
    }

    /// `rate(text(x))` is `x`.
    static func text(_ rate: Rate) -> String { DecimalText.format(rate.raw, scale: 4) + "bps" }

    /// `25000`, `0.0001`: plain decimal digits, at most 18 decimals; never rounds.
    static func amount(_ text: String) -> Result<Amount, Complaint> {
        guard isPlainDecimal(text) else {
            return .failure(
                Complaint("expected a decimal number in plain digits, like 0.25, found \(shown(text))"))
        }
        do throws(DecimalText.Fault) {
            return .success(try Amount(text: text))
        } catch .inexact {
            return .failure(Complaint("\(shown(text)) has more than 18 decimals"))
        } catch {
            return .failure(Complaint("\(shown(text)) is too large a number"))
        }
    }

    static func integer(_ text: String) -> Result<Int, Complaint> {
        let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        guard isPlainDecimal(text), !digits.contains(".") else {
            return .failure(Complaint("expected a whole number, found \(shown(text))"))
        }
        guard digits == "0" || !digits.hasPrefix("0") else {
            // YAML 1.1 reads 010 as eight; people read ten.
            return .failure(Complaint("expected a whole number without leading zeros, found \(shown(text))"))
        }
        guard let value = Int(text) else {
            return .failure(Complaint("\(shown(text)) is too large a number"))
        }
        return .success(value)
    }

    /// `30%`: a whole number of percent.
    static func percent(_ text: String) -> Result<Int, Complaint> {
        guard text.hasSuffix("%"), case .success(let value) = integer(String(text.dropLast())) else {
            return .failure(Complaint("expected a whole percentage, like 30%, found \(shown(text))"))
        }
        return .success(value)
    }

    private static let sizes: [(suffix: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]

    /// `512MiB`: a whole number of KiB, MiB or GiB, in bytes. A bare `0` needs no unit.
    static func bytes(_ text: String) -> Result<Int, Complaint> {
        if text == "0" { return .success(0) }
        guard let size = sizes.first(where: { text.hasSuffix($0.suffix) }) else {
            return .failure(Complaint("expected a size like 512MiB (KiB, MiB, GiB), found \(shown(text))"))
        }
        return integer(String(text.dropLast(3))).flatMap { count in
            let (bytes, overflow) = count.multipliedReportingOverflow(by: size.bytes)
            return overflow ? .failure(Complaint("\(shown(text)) is too large a size")) : .success(bytes)
        }
    }

    /// In the largest unit that divides it: `bytes(sizeText(x))` is `x` for whole KiB.
    static func sizeText(_ bytes: Int) -> String {
        guard bytes != 0, let size = sizes.first(where: { bytes % $0.bytes == 0 }) else { return "\(bytes)" }
        return "\(bytes / size.bytes)\(size.suffix)"
    }

    /// `-?digits[.digits]`: no exponent, no sign but minus, no separators, no `NaN`.
    static func isPlainDecimal(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count) else { return false }
        return parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
    }

    /// A found text for a message: quoted, on one line, cut short.
    static func shown(_ text: String) -> String {
        let line = text.map { $0.isNewline ? " " : $0 }
        return "`" + String(line.prefix(40)) + (line.count > 40 ? "…`" : "`")
    }
}
