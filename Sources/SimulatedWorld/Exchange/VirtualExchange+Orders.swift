import TradingModel

/// Orders in, fills out: checks, holds, matching, settlement.
extension VirtualExchange {
    /// Places an order for a user; what it came to is in the order returned. Nothing is held or matched on
    /// refusal.
    @discardableResult
    func place(_ request: OrderRequest, account: Int, at now: Moment) throws(Refusal) -> ExchangeOrder {
        guard symbols.indices.contains(request.symbol) else { throw .unknownSymbol }
        let symbol = symbols[request.symbol]
        var request = try resolved(request, symbol)
        try checkTrading(request, account)
        try checkFilters(request, symbol)
        try checkClientID(request.clientID, account)
        request = try reduced(request, account)
        if request.timeInForce == .postOnly, rules.postOnlyRefusal == .reject,
            engines[request.symbol].crosses(request.side, limit: request.price.raw)
        {
            throw .wouldTake
        }
        let hold = try requiredHold(request, symbol, account, at: now)
        let order = register(request, account: account, hold: hold, at: now)
        match(order, at: now)
        enforceReductions(at: now)
        flushJournal()
        return orders[order.id] ?? order
    }

    /// Gives an order its id and its place; nothing is checked and nothing matched.
    func register(
        _ request: OrderRequest, account: Int, hold: Amount? = nil, at now: Moment
    ) -> ExchangeOrder {
        let id = nextOrderID
        nextOrderID += 1
        let order = ExchangeOrder(id: id, account: account, request: request, createdAt: now, updatedAt: now)
        orders[id] = order
        arrival.append(id)
        changes.append(id)
        if mischief.isPlanting { mischief.planted.insert(id) }
        if !request.clientID.isEmpty {
            byClientID[ClientKey(account: account, clientID: request.clientID)] = id
        }
        bind(hold ?? self.hold(of: order), to: order)
        if request.isReduceOnly {
            perpetual?.changed.append(PositionKey(account: account, symbol: request.symbol))
        }
        record(.placed(order))
        note(.accepted, order, at: now)
        return order
    }

    /// Cancels an open order.
    @discardableResult
    func cancel(_ id: Int64, account: Int, at now: Moment) throws(Refusal) -> ExchangeOrder {
        guard let order = order(id, of: account) else { throw .unknownOrder }
        guard order.isOpen else { throw .orderEnded }
        if !mischief.cancelRaces.isEmpty {
            return try raced(order, mischief.cancelRaces.removeFirst(), at: now)
        }
        _ = engines[order.request.symbol].cancel(id, side: order.request.side, price: order.request.price.raw)
        end(id, .canceled, .user, at: now)
        flushJournal()
        return orders[id] ?? order
    }

    /// Places an order of the house: no account, no fee, no event; users' resting orders it meets are filled.
    func placeHouse(
        _ account: Int, symbol: Int, side: Side, price: Int64, quantity: Int64, timeInForce: TimeInForce,
        at now: Moment
    ) {
        let id = nextHouseID
        nextHouseID -= 1
        _ = engines[symbol].place(
            .init(
                id: id, account: account, side: side, limit: price, quantity: quantity,
                timeInForce: timeInForce))
        guard !engines[symbol].matches.isEmpty else { return }
        settle(engines[symbol].matches, takerID: id, symbol: symbol, side: side, at: now)
        enforceReductions(at: now)
        flushJournal()
    }

    /// - Parameter rest: of an order that stood in the book: what is left of it.
    func match(_ order: ExchangeOrder, quantity rest: Int64? = nil, at now: Moment) {
        let request = order.request
        if mischief.selfTradeExpiries > 0, request.timeInForce == .immediateOrCancel {
            mischief.selfTradeExpiries -= 1
            return end(order.id, .expired, .selfTrade, at: now)
        }
        let taker = MatchingEngine.Taker(
            id: order.id, account: order.account, side: request.side,
            limit: request.kind == .limit ? request.price.raw : nil,
            quantity: rest ?? mischievousQuantity(of: order),
            timeInForce: request.kind == .market ? .immediateOrCancel : request.timeInForce,
            selfTrade: rules.selfTrade)
        let (ending, _) = engines[request.symbol].place(taker)
        let expired = engines[request.symbol].expiredMakers
        settle(
            engines[request.symbol].matches, takerID: order.id, symbol: request.symbol, side: request.side,
            at: now)
        for maker in expired { end(maker.id, .expired, .selfTrade, at: now) }
        switch ending {
        case .filled where orders[order.id]?.isOpen == true:
            // A fragmented order: the engine took all that it was let take.
            end(order.id, .expired, .timeInForce, at: now)
        case .exhausted where orders[order.id]?.isOpen == false: break  // overfilled, though not to the end
        case .filled, .rested: break
        case .exhausted:
            end(order.id, .expired, request.kind == .market ? .noLiquidity : .timeInForce, at: now)
        case .unfillable: end(order.id, .expired, .timeInForce, at: now)
        case .wouldTake: end(order.id, .expired, .wouldTake, at: now)
        case .selfTrade: end(order.id, .expired, .selfTrade, at: now)
        }
    }

    /// Amount units per price × quantity unit: 10^18 / 10^16.
    static let quoteUnit = Int128(DecimalText.power(Amount.scale - 2 * SymbolRules.scale))

    private func settle(
        _ matches: [MatchingEngine.Match], takerID: Int64, symbol: Int, side: Side, at now: Moment
    ) {
        for match in matches {
            guard takerID > 0, mischief.fragmentation != nil else {
                settle(match, match.quantity, takerID: takerID, symbol: symbol, side: side, at: now)
                continue
            }
            for piece in pieces(of: match.quantity, symbol: symbol, order: takerID) {
                settle(match, piece, takerID: takerID, symbol: symbol, side: side, at: now)
            }
        }
    }

    private func settle(
        _ match: MatchingEngine.Match, _ quantity: Int64, takerID: Int64, symbol: Int, side: Side,
        at now: Moment
    ) {
        guard takerID > 0 || mayTrade(match.maker.id, quantity) else { return }
        let tradeID = nextTradeID
        nextTradeID += 1
        note(
            TradePrint(
                tradeID: tradeID, symbol: symbol, price: Price(raw: match.price),
                quantity: Quantity(raw: quantity), takerSide: side, at: now))
        guard match.maker.account >= 0 || takerID > 0 else { return }
        let trade = Trade(id: tradeID, symbol: symbol, price: match.price, quantity: quantity, at: now)
        execute(trade, order: takerID, side: side, isMaker: false)
        execute(trade, order: match.maker.id, side: side.opposite, isMaker: true)
    }

    /// The house takes `quantity` of an order that does not stand in the book, at the order's price.
    func fillByHouse(_ order: ExchangeOrder, _ quantity: Int64, asTaker: Bool = false, at now: Moment) {
        let request = order.request
        let house = nextHouseID
        nextHouseID -= 1
        let maker =
            asTaker
            ? BookSide.Resting(id: house, account: VirtualExchange.houseMaker, remaining: quantity)
            : BookSide.Resting(id: order.id, account: order.account, remaining: quantity)
        let match = MatchingEngine.Match(maker: maker, price: request.price.raw, quantity: quantity)
        settle(
            match, quantity, takerID: asTaker ? order.id : house, symbol: request.symbol,
            side: asTaker ? request.side : request.side.opposite, at: now)
    }

    private struct Trade {
        let id: Int64
        let symbol: Int
        let price: Int64
        let quantity: Int64
        let at: Moment
    }

    /// Books one side of a trade.
    private func execute(_ trade: Trade, order id: Int64, side: Side, isMaker: Bool) {
        let symbol = symbols[trade.symbol]
        let quantity = Quantity(raw: trade.quantity)
        let base = symbol.instrument.baseAmount(quantity)
        let notional = symbol.instrument.notional(Price(raw: trade.price), quantity)
        guard id > 0 else {
            houseBalances[baseAsset[trade.symbol]] += side == .buy ? base : -base
            houseBalances[quoteAsset[trade.symbol]] += side == .buy ? -notional : notional
            return
        }
        guard let order = orders[id] else { preconditionFailure("a user's order in the book is registered") }
        let rate = isMaker ? rules.makerFee : rules.takerFee
        let inBase = rules.feeAsset == .received && side == .buy
        let execution = Execution(
            tradeID: trade.id, orderID: id, account: order.account, symbol: trade.symbol,
            clientID: order.request.clientID, side: side, price: Price(raw: trade.price), quantity: quantity,
            notional: notional, fee: rules.fee(rate, of: inBase ? base : notional),
            feeAsset: inBase ? symbol.base : symbol.quote, isMaker: isMaker, at: trade.at)
        record(.executed(execution))
        let applied = apply(execution)
        if let after = orders[id] { note(.executed(applied), after, at: trade.at) }
    }

    /// The effect of an execution on order, hold and balances; also used when a journal is read back.
    @discardableResult
    func apply(_ told: Execution) -> Execution {
        var execution = told
        guard var order = orders[execution.orderID] else { return execution }
        let base = baseAsset[execution.symbol]
        let quote = quoteAsset[execution.symbol]
        let feeAsset = execution.feeAsset == assets[base] ? base : quote
        let amount = symbols[execution.symbol].instrument.baseAmount(execution.quantity)
        let sign: Int128 = execution.side == .buy ? 1 : -1
        accounts[order.account].balances[base].total.raw += sign * amount.raw
        accounts[order.account].balances[quote].total.raw -= sign * execution.notional.raw
        accounts[order.account].balances[feeAsset].total -= execution.fee
        if isForeign(order) {
            foreignFlows[base].raw += sign * amount.raw
            foreignFlows[quote].raw -= sign * execution.notional.raw
            foreignFlows[feeAsset] -= execution.fee
        }
        execution.effect = trade(execution)
        changes.append(order.id)
        feesTaken[feeAsset] += execution.fee
        order.filled += execution.quantity
        order.filledQuote += execution.notional
        order.updatedAt = execution.at
        if let known = order.fees.firstIndex(where: { $0.asset == execution.feeAsset }) {
            order.fees[known].amount += execution.fee
        } else {
            order.fees.append(AssetAmount(asset: execution.feeAsset, amount: execution.fee))
        }
        // Below zero when the venue has executed too much.
        if order.remaining.raw <= 0 { order.state = .filled }
        orders[order.id] = order
        executionsByOrder[order.id, default: []].append(executions.count)
        executions.append(execution)
        bind(order.isOpen ? hold(of: order) : .zero, to: order)
        return execution
    }

    /// Moves the position; balances have moved already.
    private func trade(_ fill: Execution) -> PositionEffect? {
        guard perpetual != nil else { return nil }
        let sign: Int64 = fill.side == .buy ? 1 : -1
        var position = position(fill.symbol, of: fill.account)
        let (closed, realised) = position.trade(
            Quantity(raw: sign * fill.quantity.raw), Amount(raw: Int128(sign) * fill.notional.raw))
        perpetual?.accounts[fill.account].positions[fill.symbol] = position
        perpetual?.accounts[fill.account].changedAt[fill.symbol] = fill.at
        perpetual?.accounts[fill.account].realised[fill.symbol] += realised
        perpetual?.changed.append(PositionKey(account: fill.account, symbol: fill.symbol))
        return PositionEffect(
            closed: closed, realised: realised, position: position, wallet: holding(of: fill.account).wallet)
    }

    func end(_ id: Int64, _ state: ExchangeOrder.State, _ reason: ExchangeOrder.EndReason, at now: Moment) {
        guard var order = orders[id] else { return }
        order.state = state
        order.endReason = reason
        order.updatedAt = now
        orders[id] = order
        changes.append(id)
        bind(.zero, to: order)
        record(.ended(order))
        note(.ended, order, at: now)
    }

    // MARK: Checks

    /// A market buy by money is a market buy of what the money buys now: nobody can come between.
    private func resolved(_ request: OrderRequest, _ symbol: SymbolRules) throws(Refusal) -> OrderRequest {
        guard let budget = request.quoteBudget, request.side == .buy, request.kind == .market else {
            return request
        }
        let engine = engines[request.symbol]
        guard engine.bestAsk != nil else { throw .noLiquidity }
        // Where the fee comes on top, the money must cover it too.
        let rate = rules.feeAsset == .quote ? rules.takerFee.raw : 0
        let net = budget.raw * Int128(Rate.one) / Int128(Rate.one + rate) / VirtualExchange.quoteUnit
        var resolved = request
        resolved.quantity = Quantity(raw: engine.quantity(for: net, lot: symbol.lot.raw))
        return resolved
    }

    func checkTrading(_ request: OrderRequest, _ account: Int) throws(Refusal) {
        if let limit = mischief.maximumOpenOrders, openOrders(of: account).count >= limit {
            throw .tooManyOpenOrders
        }
        guard let halt = mischief.halts.first(where: { $0.symbol == request.symbol })?.halt else { return }
        throw halt == .delisted ? .unknownSymbol : .halted
    }

    func checkFilters(_ request: OrderRequest, _ symbol: SymbolRules) throws(Refusal) {
        if request.kind == .limit {
            guard request.price.raw > 0, request.price <= symbol.maximumPrice else { throw .priceOutOfRange }
            guard request.price.raw % symbol.tick.raw == 0 else { throw .tickSize }
        }
        guard request.quantity.raw > 0, request.quantity >= symbol.minimumQuantity else {
            throw .quantityTooSmall
        }
        guard request.quantity <= symbol.maximumQuantity else { throw .quantityTooLarge }
        guard request.quantity.raw % symbol.lot.raw == 0 else { throw .lotSize }
        let price = request.kind == .limit ? request.price : Price(raw: lastTrade[request.symbol])
        let notional = request.quoteBudget ?? symbol.instrument.notional(price, request.quantity)
        guard notional >= symbol.minimumNotional else { throw .notionalTooSmall }
    }

    private func checkClientID(_ clientID: String, _ account: Int) throws(Refusal) {
        guard !clientID.isEmpty, let earlier = order(clientID: clientID, of: account) else { return }
        switch rules.clientIDScope {
        case .none: return
        case .forever: throw .duplicateClientID
        case .openOrders: if earlier.isOpen { throw .duplicateClientID }
        }
    }

    // MARK: Holds

    private func requiredHold(
        _ request: OrderRequest, _ symbol: SymbolRules, _ account: Int, at now: Moment
    ) throws(Refusal) -> Amount {
        guard perpetual == nil else {
            try checkMargin(request, account, at: now)
            return hold(request, request.quantity)
        }
        let needed: Amount
        if request.side == .buy, request.kind == .market {
            let engine = engines[request.symbol]
            guard engine.bestAsk != nil else { throw .noLiquidity }
            let cost = Amount(raw: engine.cost(ofBuying: request.quantity.raw) * VirtualExchange.quoteUnit)
            needed = cost + (rules.feeAsset == .quote ? rules.fee(rules.takerFee, of: cost) : .zero)
        } else {
            needed = hold(request, request.quantity)
        }
        let asset = request.side == .buy ? quoteAsset[request.symbol] : baseAsset[request.symbol]
        guard accounts[account].balances[asset].available >= needed else { throw .insufficientBalance }
        // A market buy is over before anybody else can act: it needs no hold.
        return request.side == .buy && request.kind == .market ? .zero : needed
    }

    func hold(of order: ExchangeOrder) -> Amount {
        perpetual == nil && order.request.side == .buy && order.request.kind == .market
            ? .zero : hold(order.request, order.remaining)
    }

    func hold(_ request: OrderRequest, _ quantity: Quantity) -> Amount {
        let instrument = symbols[request.symbol].instrument
        guard perpetual == nil, request.side == .buy else { return instrument.baseAmount(quantity) }
        let cost = instrument.notional(request.price, quantity)
        guard rules.feeAsset == .quote else { return cost }
        return cost + rules.fee(max(rules.takerFee, rules.makerFee), of: cost)
    }

    /// Makes `amount` the hold of `order`, releasing or adding the difference. On an exchange of perpetuals
    /// it only marks the order as open: nothing is promised but margin.
    func bind(_ amount: Amount, to order: ExchangeOrder) {
        let asset =
            order.request.side == .buy ? quoteAsset[order.request.symbol] : baseAsset[order.request.symbol]
        if perpetual == nil {
            accounts[order.account].balances[asset].held += amount - (holds[order.id] ?? .zero)
        }
        holds[order.id] = amount.raw == 0 ? nil : amount
    }
}
