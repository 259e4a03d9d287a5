import TradingModel

/// Numbers of private frames and REST answers: read exactly or refused. Public frames have faster readers of
/// their own.
enum ReportNumbers {
    /// A positive price at the listing's scale.
    static func price(_ text: String?, _ listing: Listing) throws(QuarantineReason) -> Price {
        let raw = try scaled(text, listing.instrument.priceScale)
        guard raw > 0 else { throw .badNumber }
        return Price(raw: raw)
    }

    /// A quantity at the listing's scale, zero or more.
    static func quantity(_ text: String?, _ listing: Listing) throws(QuarantineReason) -> Quantity {
        let raw = try scaled(text, listing.wireScale)
        guard raw >= 0 else { throw .badNumber }
        return Quantity(raw: raw)
    }

    /// A position's size at the listing's scale, negative when short.
    static func signedQuantity(_ text: String?, _ listing: Listing) throws(QuarantineReason) -> Quantity {
        Quantity(raw: try scaled(text, listing.wireScale))
    }

    /// A funding rate. Digits below 10^−8 are cut: they decide no order.
    static func rate(_ text: String?) throws(QuarantineReason) -> Rate {
        let fraction = try amount(text)
        let unit = Int128(DecimalText.power(Amount.scale - 8))
        guard let raw = Int64(exactly: fraction.raw / unit), raw.magnitude <= UInt64(Rate.one) else {
            throw .badNumber
        }
        return Rate(raw: raw)
    }

    private static func scaled(_ text: String?, _ scale: Int) throws(QuarantineReason) -> Int64 {
        guard let text else { throw .missingField }
        do throws(DecimalText.Fault) { return try DecimalText.parse(text, scale: scale) } catch {
            throw reason(error)
        }
    }

    /// A fee or balance. Decimals beyond `Amount.scale` are cut: venues print balances with more digits than
    /// they settle.
    static func amount(_ text: String?) throws(QuarantineReason) -> Amount {
        guard let text else { throw .missingField }
        var plain = text
        if let point = text.utf8.firstIndex(of: UInt8(ascii: ".")) {
            let decimals = text.utf8.distance(from: point, to: text.utf8.endIndex) - 1
            let isPlain = text.utf8.allSatisfy { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
            if isPlain, decimals > Amount.scale {
                plain = String(text.utf8.dropLast(decimals - Amount.scale)) ?? text
            }
        }
        do throws(DecimalText.Fault) { return try Amount(text: plain) } catch { throw reason(error) }
    }

    /// An amount whose absence or emptiness means zero (OKX leaves fields that do not apply empty).
    static func amountOrZero(_ text: String?) throws(QuarantineReason) -> Amount {
        guard let text, !text.isEmpty else { return .zero }
        return try amount(text)
    }

    /// Refuses a fill whose notional is beyond `LevelReader.maximumNotional`.
    static func checkNotional(_ price: Price, _ quantity: Quantity, _ listing: Listing)
        throws(QuarantineReason)
    {
        let limit = LevelReader.maximumNotional(listing.instrument)
        guard Int128(price.raw) * Int128(quantity.raw) <= limit else { throw .badNumber }
    }

    /// Milliseconds since the epoch.
    static func moment(milliseconds text: String?) throws(QuarantineReason) -> Moment {
        guard let text else { throw .missingField }
        guard let value = Int64(text), value >= 0 else { throw .badNumber }
        return try moment(milliseconds: value)
    }

    static func moment(milliseconds value: Int64) throws(QuarantineReason) -> Moment {
        let (nanoseconds, overflow) = value.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow, nanoseconds >= 0 else { throw .badNumber }
        return Moment(nanoseconds: nanoseconds)
    }

    static func reason(_ fault: DecimalText.Fault) -> QuarantineReason {
        if case .inexact = fault { return .inexactNumber }
        return .badNumber
    }
}
