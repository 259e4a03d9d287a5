import CAllocations
import Configuration
import Engine
import TradingModel

/// What one more of each takes of the heap, each measured alone, in bytes.
struct MemoryShares: Encodable {
    /// An order that has ended, with its acknowledgement and one fill, for as long as it is remembered.
    var perOrder: Double
    /// The same by outbox row: an order has four.
    var perRow: Double
    /// A row in the outbox's own spelling.
    var rowOnDisk: Double
    /// An order that rests.
    var perOpenOrder: Double
    /// One more instrument, listed at four venues with 25 levels a side.
    var perSymbol: Double

    static func measured(isQuick: Bool) throws -> MemoryShares {
        let orders = isQuick ? 500 : 50_000
        let policy = try CapturedFrames.configuration().policy
        var history = OrderHistory(policy)
        var bytes = 0
        let ended = try heap {
            var recovery = Recovery(policy: policy)
            for number in 0..<orders {
                for row in history.rows(4) {
                    bytes += row.count
                    try recovery.replay(row, sequence: UInt64(number))
                }
            }
            return TradingEngine(policy: policy, recovery: recovery)
        }
        let symbols = isQuick ? 4 : 50
        let perSymbol = try growth(GrowthSize(), GrowthSize(symbols: 2 + symbols)) / Double(symbols)
        let open = isQuick ? 100 : 10_000
        let perOpen = try growth(GrowthSize(), GrowthSize(openOrders: open)) / Double(open)
        return MemoryShares(
            perOrder: ended / Double(orders), perRow: ended / Double(orders * 4),
            rowOnDisk: Double(bytes) / Double(orders * 4), perOpenOrder: perOpen, perSymbol: perSymbol)
    }

    private static func growth(_ small: GrowthSize, _ large: GrowthSize) throws -> Double {
        try heap { try GrowthStage(large) } - heap { try GrowthStage(small) }
    }

    /// What is still in use of the heap once `make` has answered, and while its answer lives.
    private static func heap<Made>(_ make: () throws -> Made) rethrows -> Double {
        let before = arbnode_heap_in_use()
        let made = try make()
        return withExtendedLifetime(made) { Double(arbnode_heap_in_use()) - Double(before) }
    }
}
