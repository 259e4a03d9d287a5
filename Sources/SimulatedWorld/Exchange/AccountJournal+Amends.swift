import TradingModel

extension VirtualExchange {
    func amendedEntry(_ fields: [String]) -> JournalEntry? {
        guard fields.count == 5, let id = Int64(fields[1]), var order = orders[id], order.isOpen,
            let price = Int64(fields[2]), let quantity = Int64(fields[3]), let at = Int64(fields[4])
        else { return nil }
        let rules = symbols[order.request.symbol]
        guard (1...rules.maximumPrice.raw).contains(price),
            (1...rules.maximumQuantity.raw).contains(quantity), quantity > order.filled.raw
        else { return nil }
        order.request.price = Price(raw: price)
        order.request.quantity = Quantity(raw: quantity)
        order.updatedAt = Moment(nanoseconds: at)
        return .amended(order)
    }
}
