import TradingModel

/// Terms changed in place (Kraken's atomic amend): ids, fills and, where possible, the place in the queue
/// stay.
extension VirtualExchange {
    /// What of an order is to become another; absent terms stay.
    struct Amend {
        var price: Price?
        /// What has filled included.
        var quantity: Quantity?
        /// A price that would take is refused; without this it takes.
        var isPostOnly = false
    }

    /// All of it or nothing: refused, the order stands as it did. Asked for less than has filled, the rest is
    /// canceled.
    @discardableResult
    func amend(_ id: Int64, _ amend: Amend, account: Int, at now: Moment) throws(Refusal) -> ExchangeOrder {
        guard let old = order(id, of: account) else { throw .unknownOrder }
        guard old.isOpen else { throw .orderEnded }
        if let halt = mischief.halts.first(where: { $0.symbol == old.request.symbol })?.halt {
            throw halt == .delisted ? .unknownSymbol : .halted
        }
        var order = old
        order.request.price = amend.price ?? old.request.price
        order.request.quantity = amend.quantity ?? old.request.quantity
        order.updatedAt = now
        let request = order.request
        try checkFilters(request, symbols[request.symbol])
        guard order.remaining.raw > 0 else {
            _ = engines[request.symbol].cancel(id, side: request.side, price: old.request.price.raw)
            end(id, .canceled, .user, at: now)
            flushJournal()
            return orders[id] ?? order
        }
        let crosses = engines[request.symbol].crosses(request.side, limit: request.price.raw)
        if crosses, amend.isPostOnly || request.timeInForce == .postOnly { throw .wouldTake }
        let asset = request.side == .buy ? quoteAsset[request.symbol] : baseAsset[request.symbol]
        let more = hold(of: order) - (holds[id] ?? .zero)
        guard accounts[account].balances[asset].available >= more else { throw .insufficientBalance }
        orders[id] = order
        changes.append(id)
        bind(hold(of: order), to: order)
        record(.amended(order))
        note(.amended, order, at: now)
        restand(order, from: old, at: now)
        enforceReductions(at: now)
        flushJournal()
        return orders[id] ?? order
    }

    /// Priority is kept where the price stands and the quantity falls; everything else queues anew.
    private func restand(_ order: ExchangeOrder, from old: ExchangeOrder, at now: Moment) {
        let (request, price) = (order.request, old.request.price)
        if request.price == price, order.remaining <= old.remaining {
            let isDone = engines[request.symbol].shrink(
                order.id, side: request.side, price: price.raw, to: order.remaining.raw)
            precondition(isDone, "an open order stands in the book")
            return
        }
        _ = engines[request.symbol].cancel(order.id, side: request.side, price: price.raw)
        match(order, quantity: order.remaining.raw, at: now)
    }
}
