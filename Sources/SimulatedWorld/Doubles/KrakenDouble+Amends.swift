import TradingModel

/// `AmendOrder` (docs.kraken.com, Amend Order; Spot Atomic Amends): in place, ids stay.
extension KrakenDouble {
    func amendOrder(
        _ fields: KrakenFields, _ account: Int, at now: Moment, into json: inout JSONWriter
    ) throws(KrakenRefusal) {
        let order = try openOrder(txid: fields["txid"], clientID: fields["cl_ord_id"], account)
        var amend = VirtualExchange.Amend()
        amend.quantity = try term(fields, "order_qty").map { Quantity(raw: $0) }
        amend.price = try term(fields, "limit_price").map { Price(raw: $0) }
        amend.isPostOnly = fields.isTrue("post_only")
        guard amend.quantity != nil || amend.price != nil else {
            throw KrakenRefusal("EGeneral:Invalid arguments")
        }
        try check(deadline: fields["deadline"], at: now)
        // `venue-facts.md` §4d: one, and more for a young order.
        let age = (now - order.createdAt).milliseconds / 1000
        let steps: [(below: Int64, cost: Int64)] = [(5, 3), (10, 2), (15, 1)]
        let cost = 1 + (steps.first { age < $0.below }?.cost ?? 0)
        guard engineCounters[account][order.request.symbol].charge(cost * 1000, at: now) else {
            throw KrakenRefusal("EOrder:Rate limit exceeded")
        }
        do throws(Refusal) {
            try exchange.amend(order.id, amend, account: account, at: now)
        } catch {
            throw refusal(error, order.request)
        }
        amends += 1
        json.object { $0.field("amend_id", KrakenSpelling.id("T", order.id * 64 + amends % 64)) }
    }

    /// One order, and only one.
    private func openOrder(txid: String?, clientID: String?, _ account: Int) throws(KrakenRefusal)
        -> ExchangeOrder
    {
        let found = try openOrders(txid: txid, clientID: clientID, account)
        guard found.count == 1, let order = found.first, order.request.kind == .limit else {
            throw KrakenRefusal("EOrder:Unknown order")
        }
        return order
    }

    private func term(_ fields: KrakenFields, _ name: String) throws(KrakenRefusal) -> Int64? {
        guard let value = try fields.decimal(name) else { return nil }
        guard value > 0 else { throw KrakenRefusal("EGeneral:Invalid arguments:" + name) }
        return value
    }
}
