import TradingModel

/// The filters each venue publishes, as decimal text; unlisted pairs get filters in proportion to their
/// price.
enum VenueFilters {
    private struct Row {
        let tick: String
        let lot: String
        let minimum: String
        let maximum: String
        let notional: String
        /// Base units of one contract; an order counts in base all the same.
        var contract = "1"
    }

    /// Venues' instrument lists, as of 2026; the doubles serve them as their own truth.
    private static let rows: [String: [String: Row]] = [
        "binance-spot": [
            "BTC-USDT": Row(tick: "0.01", lot: "0.00001", minimum: "0.00001", maximum: "9000", notional: "5"),
            "ETH-USDT": Row(tick: "0.01", lot: "0.0001", minimum: "0.0001", maximum: "9000", notional: "5"),
        ],
        "okx": [
            "BTC-USDT": Row(
                tick: "0.1", lot: "0.00000001", minimum: "0.00001", maximum: "9999", notional: "0"),
            "ETH-USDT": Row(tick: "0.01", lot: "0.000001", minimum: "0.0001", maximum: "9999", notional: "0"),
        ],
        "bybit": [
            "BTC-USDT": Row(tick: "0.1", lot: "0.000001", minimum: "0.000001", maximum: "230", notional: "5"),
            "ETH-USDT": Row(tick: "0.01", lot: "0.00001", minimum: "0.00001", maximum: "8118", notional: "5"),
        ],
        "kraken": [
            "BTC-USDT": Row(
                tick: "0.1", lot: "0.00000001", minimum: "0.00005", maximum: "10000", notional: "0.5"),
            "ETH-USDT": Row(
                tick: "0.01", lot: "0.00000001", minimum: "0.002", maximum: "100000", notional: "0.5"),
        ],
        "okx-swap": [
            "BTC-USDT": Row(
                tick: "0.1", lot: "0.0001", minimum: "0.0001", maximum: "1000", notional: "0",
                contract: "0.01"),
            "ETH-USDT": Row(
                tick: "0.01", lot: "0.001", minimum: "0.001", maximum: "10000", notional: "0",
                contract: "0.1"),
        ],
        "bybit-linear": [
            "BTC-USDT": Row(tick: "0.1", lot: "0.001", minimum: "0.001", maximum: "1190", notional: "5"),
            "ETH-USDT": Row(tick: "0.01", lot: "0.01", minimum: "0.01", maximum: "7240", notional: "5"),
        ],
    ]

    static func rules(venue: String, index: Int, instrument: DoubleInstrument) -> SymbolRules {
        let common = Instrument(
            id: InstrumentID(index), base: Asset(instrument.base), quote: Asset(instrument.quote),
            priceScale: SymbolRules.scale, quantityScale: SymbolRules.scale)
        let unit = Int128(DecimalText.power(Amount.scale - SymbolRules.scale))
        let reference = Price(raw: Int64(clamping: instrument.referencePrice.raw / unit))
        guard let row = rows[venue]?[instrument.symbol] else { return proportionate(common, reference) }
        var rules = SymbolRules(
            instrument: common, tick: Price(raw: raw(row.tick)), lot: Quantity(raw: raw(row.lot)),
            minimumQuantity: Quantity(raw: raw(row.minimum)),
            maximumQuantity: Quantity(raw: raw(row.maximum)),
            minimumNotional: Amount(raw: Int128(raw(row.notional)) * unit), referencePrice: reference)
        rules.contractSize = Quantity(raw: raw(row.contract))
        return rules
    }

    /// A tick of about a tenth of a basis point, a lot worth about a cent, a minimum of 5 quote units.
    private static func proportionate(_ instrument: Instrument, _ reference: Price) -> SymbolRules {
        var tick: Int64 = 1
        while tick * 100_000 < reference.raw { tick *= 10 }
        var lot: Int64 = 1
        while Int128(lot) * 10 * Int128(reference.raw) < Int128(DecimalText.power(14)), lot < 100_000_000 {
            lot *= 10
        }
        return SymbolRules(
            instrument: instrument, tick: Price(raw: tick), lot: Quantity(raw: lot),
            minimumQuantity: Quantity(raw: lot), maximumQuantity: Quantity(raw: DecimalText.power(16)),
            minimumNotional: Amount(raw: 5 * Int128(DecimalText.power(18))), referencePrice: reference)
    }

    private static func raw(_ text: String) -> Int64 {
        do throws(DecimalText.Fault) { return try DecimalText.parse(text, scale: SymbolRules.scale) } catch {
            preconditionFailure("\(text) is no filter value")
        }
    }
}
