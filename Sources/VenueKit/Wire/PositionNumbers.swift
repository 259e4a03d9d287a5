import TradingModel

/// Positions and marks of perpetuals.
enum PositionNumbers {
    /// - Parameters:
    ///   - size: signed, as the venue counts it.
    ///   - average: entry price; empty where nothing is open.
    static func report(
        _ size: String?, _ average: String?, _ listing: Listing
    ) throws(QuarantineReason) -> PositionReport {
        let instrument = listing.instrument
        guard size?.isEmpty != true else {
            return PositionReport(instrument: instrument.id, quantity: .zero, entryCost: .zero)
        }
        let quantity = try ReportNumbers.signedQuantity(size, listing)
        guard quantity != .zero else {
            return PositionReport(instrument: instrument.id, quantity: .zero, entryCost: .zero)
        }
        let price = try ReportNumbers.amount(average)
        guard price > .zero else { throw .badNumber }
        let (product, overflow) = price.raw.multipliedReportingOverflow(by: Int128(quantity.raw))
        guard !overflow else { throw .badNumber }
        return PositionReport(
            instrument: instrument.id, quantity: quantity,
            entryCost: Amount(raw: product / Int128(DecimalText.power(instrument.quantityScale))))
    }

    /// A mark price has more digits than the tick: cut at the instrument's scale.
    static func markPrice(_ text: String, _ listing: Listing) throws(QuarantineReason) -> Price {
        let amount = try ReportNumbers.amount(text)
        let unit = Int128(DecimalText.power(Amount.scale - listing.instrument.priceScale))
        guard let raw = Int64(exactly: amount.raw / unit), raw > 0 else { throw .badNumber }
        return Price(raw: raw)
    }
}

/// One page of funding payments, in any order.
public struct FundingsPage: Sendable {
    public var payments: [FundingReport] = []
    public var next: FillsCursor?
    public init() {}
}

extension Sequence where Element == BalanceReport {
    /// Balances of a margin account as the ledger counts them: the position as the base asset's balance, and
    /// the wallet at cost. What a perpetual cost to enter is not taken out of the wallet until it is closed;
    /// booked like a spot trade it is, and both ways come to the same money.
    func atCost(_ positions: [PositionReport], _ listings: [Listing]) -> [BalanceReport] {
        var result = Array(self)
        for listing in listings {
            let instrument = listing.instrument
            let position = positions.first { $0.instrument == instrument.id }
            let held = instrument.baseAmount(position?.quantity ?? .zero)
            result.removeAll { $0.asset == instrument.base }
            result.append(BalanceReport(asset: instrument.base, total: held, available: held))
            guard let position, let quote = result.firstIndex(where: { $0.asset == instrument.quote }) else {
                continue
            }
            result[quote].total -= position.entryCost
        }
        return result
    }
}
