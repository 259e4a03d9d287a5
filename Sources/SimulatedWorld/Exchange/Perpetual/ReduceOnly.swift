import TradingModel

/// Orders that may only reduce. Both venues keep the sum of an account's reduce-only orders within its
/// position: the better price, then the earlier order, comes first; a new order is cut to what is left of the
/// position, and what then no longer fits is canceled (OKX, trade/order: `reduceOnly`, and "OKX to upgrade
/// the position-closing feature", 2023; Bybit, v5/error 110017 "orderQty will be truncated to zero",
/// v5/enum `CancelByReduceOnly`). The venues also cut orders that rest; the doubles cancel those.
extension VirtualExchange {
    /// `request` cut to what it may reduce.
    func reduced(_ request: OrderRequest, _ account: Int) throws(Refusal) -> OrderRequest {
        guard request.isReduceOnly else { return request }
        let position = position(request.symbol, of: account).size
        guard position.raw != 0 else { throw .nothingToReduce }
        guard (position.raw > 0) == (request.side == .sell) else { throw .sameDirection }
        var room = position.magnitude.raw
        for order in reduceOnlyOrders(account, request.symbol) where goesBefore(order, request) {
            room -= order.remaining.raw
        }
        guard room > 0 else { throw .reductionsFull }
        var cut = request
        cut.quantity = Quantity(raw: min(room, request.quantity.raw))
        return cut
    }

    private func goesBefore(_ order: ExchangeOrder, _ request: OrderRequest) -> Bool {
        guard request.kind == .limit else { return false }
        return request.side == .buy
            ? order.request.price >= request.price : order.request.price <= request.price
    }

    /// Open ones of one symbol, in the order in which they may reduce.
    private func reduceOnlyOrders(_ account: Int, _ symbol: Int) -> [ExchangeOrder] {
        openOrders(of: account, symbol: symbol).filter(\.request.isReduceOnly).sorted { a, b in
            guard a.request.price != b.request.price else { return a.id < b.id }
            return (a.request.price < b.request.price) == (a.request.side == .sell)
        }
    }

    /// Cancels what no longer fits after fills or a new order.
    func enforceReductions(at now: Moment) {
        guard let changed = perpetual?.changed, !changed.isEmpty else { return }
        perpetual?.changed = []
        for key in Set(changed).sorted(by: { ($0.account, $0.symbol) < ($1.account, $1.symbol) }) {
            let position = position(key.symbol, of: key.account).size
            var room = position.magnitude.raw
            for order in reduceOnlyOrders(key.account, key.symbol) {
                let closes = (position.raw > 0) == (order.request.side == .sell)
                if closes, order.remaining.raw <= room {
                    room -= order.remaining.raw
                    continue
                }
                room = 0
                _ = engines[key.symbol].cancel(
                    order.id, side: order.request.side, price: order.request.price.raw)
                end(order.id, .canceled, .reduceOnly, at: now)
            }
        }
    }

    /// Whether a resting order may take this much of a match: a reduce-only order that an earlier match of
    /// the same sweep has made too large may not.
    func mayTrade(_ maker: Int64, _ quantity: Int64) -> Bool {
        guard perpetual != nil, let order = orders[maker], order.request.isReduceOnly else { return true }
        let position = position(order.request.symbol, of: order.account).size
        return (position.raw > 0) == (order.request.side == .sell) && position.magnitude.raw >= quantity
    }
}
