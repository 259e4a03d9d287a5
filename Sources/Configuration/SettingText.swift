import TradingModel

/// How values are spelled in configuration files: durations with a unit, rates in `bps`, amounts as plain
/// decimals.
enum SettingText {
    /// `120ms`, `1.5s`, `2m`, `250us`; never rounds.
    static func span(_ text: String) -> Result<Span, Complaint> {
        do throws(SpanText.Fault) { return .success(try SpanText.parse(text)) } catch {
            let wanted = "a duration with a unit (ns, us, ms, s, m, h, d), like 120ms"
            return switch error {
            case .noUnit: .failure(Complaint("\(shown(text)) has no unit: write \(wanted)"))
            case .malformed: .failure(Complaint("expected \(wanted), found \(shown(text))"))
            case .finerThanNanosecond: .failure(Complaint("\(shown(text)) is finer than a nanosecond"))
            case .overflow: .failure(Complaint("\(shown(text)) is too long a time"))
            }
        }
    }

    /// `span(text(x))` is `x`.
    static func text(_ span: Span) -> String { SpanText.format(span) }

    /// `2.5bps`, to 1/10 000 of a basis point; never rounds.
    static func rate(_ text: String) -> Result<Rate, Complaint> {
        guard text.hasSuffix("bps"), DecimalText.isPlain(String(text.dropLast(3))) else {
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
        guard DecimalText.isPlain(text) else {
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
        guard DecimalText.isPlain(text), !digits.contains(".") else {
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

    /// A found text for a message: quoted, on one line, cut short.
    static func shown(_ text: String) -> String {
        let line = text.map { $0.isNewline ? " " : $0 }
        return "`" + String(line.prefix(40)) + (line.count > 40 ? "…`" : "`")
    }
}
