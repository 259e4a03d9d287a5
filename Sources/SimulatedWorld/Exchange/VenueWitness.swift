import TradingModel

/// Reads what a venue holds, item by item: what an observer checks after every event costs only what is new.
/// Counts start at zero and only rise; an index from one call is where the next call goes on.
public struct VenueWitness {
    private let exchange: VirtualExchange
    private let spell: (Int64) -> String

    init(_ exchange: VirtualExchange, spell: @escaping (Int64) -> String) {
        self.exchange = exchange
        self.spell = spell
    }

    /// Orders ever placed, over all accounts.
    public var orderCount: Int { exchange.arrival.count }
    /// Executions ever, each side of a trade on its own.
    public var executionCount: Int { exchange.executions.count }
    /// Placings, executions and ends of orders so far.
    public var changeCount: Int { exchange.changes.count }
    /// The double's own time.
    public var clock: Moment { exchange.clock }

    /// Orders from the `index`th arrival on, as they stand now.
    public func orders(from index: Int) -> [VenueTruth.Order] {
        exchange.arrival[index...].compactMap { order($0) }
    }

    /// The orders that changed from the `index`th change on, as they stand now, each as often as it changed.
    public func changedOrders(from index: Int) -> [VenueTruth.Order] {
        exchange.changes[index...].compactMap { order($0) }
    }

    /// In the order of arrival.
    public func openOrders() -> [VenueTruth.Order] {
        exchange.holds.keys.sorted().compactMap { id in
            exchange.orders[id]?.isOpen == true ? order(id) : nil
        }
    }

    /// Executions from the `index`th on, oldest first.
    public func executions(from index: Int) -> [VenueTruth.Execution] {
        exchange.executions[index...].compactMap { fill in
            guard let order = exchange.orders[fill.orderID] else { return nil }
            let rules = exchange.symbols[fill.symbol]
            return VenueTruth.Execution(
                tradeID: fill.tradeID, venueOrderID: spell(fill.orderID), clientID: fill.clientID,
                symbol: rules.symbol, side: fill.side, price: fill.price, quantity: fill.quantity,
                notional: fill.notional, fee: fill.fee, feeAsset: fill.feeAsset, isMaker: fill.isMaker,
                at: fill.at, wasForeign: exchange.isForeign(order),
                isNodeNamed: VirtualExchange.isNodeName(fill.clientID))
        }
    }

    private func order(_ id: Int64) -> VenueTruth.Order? {
        exchange.orders[id].map { exchange.told($0, id: spell(id)) }
    }

    /// Sorted by asset, over all accounts.
    public var balances: [VenueTruth.Balance] { exchange.truthfulBalances }

    /// Per asset, sorted: what transfers and other parties' trades have moved on all accounts. A balance less
    /// the first balance less this is what the node's own orders made.
    public var foreignFlows: [(asset: String, amount: Amount)] {
        exchange.assets.indices.map { (exchange.assets[$0], exchange.foreignFlows[$0]) }
    }

    /// The real best prices of a book, whatever is published of it.
    public func best(_ symbol: String) -> (bid: Price?, ask: Price?) {
        guard let index = exchange.symbolIndex(symbol) else { return (nil, nil) }
        let engine = exchange.engines[index]
        return (engine.bestBid.map { Price(raw: $0) }, engine.bestAsk.map { Price(raw: $0) })
    }

    /// Payments of funding ever, over all accounts; none at a spot venue.
    public var fundingPaymentCount: Int { exchange.perpetual?.payments.count ?? 0 }

    /// Payments from the `index`th on, oldest first.
    public func fundingPayments(from index: Int) -> [VenueTruth.FundingPayment] {
        (exchange.perpetual?.payments ?? [])[index...].map { payment in
            VenueTruth.FundingPayment(
                id: payment.id, account: payment.account, symbol: exchange.symbols[payment.symbol].symbol,
                position: payment.position, mark: payment.mark, rate: payment.rate, amount: payment.amount,
                at: payment.at)
        }
    }

    /// `nil` at a spot venue.
    public func position(_ symbol: String, account: Int = 0) -> VenueTruth.Position? {
        guard exchange.perpetual != nil, let index = exchange.symbolIndex(symbol) else { return nil }
        let position = exchange.position(index, of: account)
        return VenueTruth.Position(
            size: position.size, entryCost: position.cost, averagePrice: position.averagePrice)
    }

    /// The balance as a venue of perpetuals tells it: cash at cost and the entry cost of what is open.
    public func wallet(account: Int = 0) -> Amount? {
        exchange.perpetual == nil ? nil : exchange.holding(of: account).wallet
    }

    /// Mark and index of a perpetual at the double's own time; `nil` at a spot venue.
    public func mark(_ symbol: String) -> (mark: Price, index: Price)? {
        guard exchange.perpetual != nil, let index = exchange.symbolIndex(symbol) else { return nil }
        return (exchange.mark(index, at: exchange.clock), exchange.index(index, at: exchange.clock))
    }

    /// The filters of a symbol as they are now.
    public func rules(_ symbol: String) -> SymbolRules? {
        exchange.symbolIndex(symbol).map { exchange.symbols[$0] }
    }
}

extension VirtualExchange {
    func told(_ order: ExchangeOrder, id: String) -> VenueTruth.Order {
        let rules = symbols[order.request.symbol]
        var told = VenueTruth.Order(
            clientID: order.request.clientID, venueOrderID: id, symbol: rules.symbol, isOpen: order.isOpen,
            filled: rules.instrument.baseAmount(order.filled))
        told.side = order.request.side
        told.price = order.request.price
        told.quantity = rules.instrument.baseAmount(order.request.quantity)
        told.isReduceOnly = order.request.isReduceOnly
        told.arrivedAt = order.createdAt
        told.isNodeNamed = VirtualExchange.isNodeName(order.request.clientID)
        told.isForeign = isForeign(order)
        return told
    }

    var truthfulBalances: [VenueTruth.Balance] {
        assets.indices.map { index in
            var total = Amount.zero
            var available = Amount.zero
            for account in accounts {
                total += account.balances[index].total
                available += account.balances[index].available
            }
            return .init(asset: assets[index], total: total, available: available)
        }
    }
}
