import Orders
import TradingModel

/// How much of the last opening legs filled: each new one counts an eighth.
struct FillRatio: Hashable, Sendable {
    /// In ten-thousandths.
    private var value: Int64 = 10_000

    mutating func note(_ record: OrderRecord) {
        let filled = Int128(min(record.filled, record.intent.quantity).raw) * 10_000
        value += (Int64(filled / Int128(record.intent.quantity.raw)) - value) / 8
    }

    var percent: Int64 { value / 100 }
}
