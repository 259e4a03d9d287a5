import TradingModel

/// A kind of value: how its text is understood, which values are allowed, how it is shown.
struct SettingKind<Value> {
    var parse: (String) -> Result<Value, Complaint>
    var text: (Value) -> String

    /// A kind that also refuses what lies outside `range`.
    private static func bounded(
        _ range: ClosedRange<Value>, _ parse: @escaping (String) -> Result<Value, Complaint>,
        _ text: @escaping (Value) -> String
    ) -> SettingKind where Value: Comparable {
        SettingKind(
            parse: { found in
                parse(found).flatMap { value in
                    guard range.contains(value) else {
                        let bounds = "\(text(range.lowerBound)) and \(text(range.upperBound))"
                        return .failure(
                            Complaint("must be between \(bounds), found \(SettingText.shown(found))"))
                    }
                    return .success(value)
                }
            }, text: text)
    }
}

extension SettingKind where Value == Span {
    static func span(_ range: ClosedRange<Span>) -> SettingKind {
        bounded(range, SettingText.span, SettingText.text)
    }
}

extension SettingKind where Value == Rate {
    /// Bounds in whole basis points.
    static func rate(bps range: ClosedRange<Int64>) -> SettingKind {
        let rates =
            Rate(
                hundredthsOfBasisPoint: range.lowerBound * 100)...Rate(
                hundredthsOfBasisPoint: range.upperBound * 100)
        return bounded(rates, SettingText.rate, SettingText.text)
    }
}

extension SettingKind where Value == Amount {
    /// More than zero and at most `bound`.
    static func positive(upTo bound: Int64) -> SettingKind {
        bounded(Amount(raw: 1)...whole(bound), SettingText.amount, \.description)
    }

    /// Zero to `bound`.
    static func nonNegative(upTo bound: Int64) -> SettingKind {
        bounded(Amount.zero...whole(bound), SettingText.amount, \.description)
    }

    private static func whole(_ units: Int64) -> Amount {
        Amount(raw: Int128(units) * Int128(DecimalText.power(Amount.scale)))
    }
}

extension SettingKind where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> SettingKind {
        bounded(range, SettingText.integer, { String($0) })
    }

    /// A size in bytes, spelled `512MiB`.
    static func bytes(_ range: ClosedRange<Int>) -> SettingKind {
        bounded(range, SettingText.bytes, SettingText.sizeText)
    }

    static func percent(_ range: ClosedRange<Int>) -> SettingKind {
        bounded(range, SettingText.percent, { "\($0)%" })
    }
}

extension SettingKind where Value == String {
    /// Text that `test` accepts; `wanted` says what that is.
    static func text(_ wanted: String, where test: @escaping (String) -> Bool) -> SettingKind {
        SettingKind(
            parse: { found in
                test(found)
                    ? .success(found)
                    : .failure(Complaint("expected \(wanted), found \(SettingText.shown(found))"))
            }, text: { $0 })
    }

    /// A file or directory, relative to the file that names it.
    static func path(from origin: Origin) -> SettingKind {
        SettingKind(
            parse: { found in
                if found.isEmpty { return .failure(Complaint("expected a path, found nothing")) }
                if found.hasPrefix("~") {
                    return .failure(Complaint("`~` is not expanded here: write ${HOME}"))
                }
                if found.unicodeScalars.contains(where: { $0.value < 32 }) {
                    return .failure(Complaint("a path holds no control characters"))
                }
                return .success(ConfigurationPath.resolve(found, from: origin.file))
            }, text: { $0 })
    }

    /// An asset pair by common codes, `BTC-USDT`.
    static var symbol: SettingKind {
        text("an instrument as BASE-QUOTE in capitals, like BTC-USDT") { InstrumentName.halves($0) != nil }
    }
}

extension SettingKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases, by raw value.
    static func choice(_ cases: [Value]) -> SettingKind {
        SettingKind(
            parse: { found in
                if let value = cases.first(where: { $0.rawValue == found }) { return .success(value) }
                let known = cases.map(\.rawValue)
                let list = known.joined(separator: ", ")
                let hint = Suggestion.sentence(for: found, among: known)
                return .failure(
                    Complaint("expected one of \(list), found \(SettingText.shown(found))\(hint)"))
            }, text: \.rawValue)
    }
}

/// `BTC-USDT` → its two assets.
enum InstrumentName {
    static func halves(_ text: String) -> (base: Asset, quote: Asset)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isCode = { (part: Substring) in
            (1...16).contains(part.utf8.count)
                && part.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
        }
        guard parts.count == 2, parts.allSatisfy(isCode), parts[0] != parts[1] else { return nil }
        return (Asset(String(parts[0])), Asset(String(parts[1])))
    }
}
