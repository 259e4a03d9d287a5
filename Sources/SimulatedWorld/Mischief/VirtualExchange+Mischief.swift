import TradingModel

/// Where the venue's mischief takes hold of matching and reporting.
extension VirtualExchange {
    /// The venue's own clock: what it stamps and checks times with.
    func venueTime(_ now: Moment) -> Moment { now + mischief.clockOffset }

    /// Ends by itself what has lasted its time, and releases reports that were held back.
    func passMischief(_ now: Moment) {
        if !mischief.lateEvents.isEmpty {
            for entry in mischief.lateEvents where entry.due <= now { append(entry.event) }
            mischief.lateEvents.removeAll { $0.due <= now }
        }
        guard !mischief.distortions.isEmpty else { return }
        for entry in mischief.distortions where entry.until <= now { engines[entry.symbol].touch() }
        mischief.distortions.removeAll { $0.until <= now }
    }

    /// When `passMischief` has something to do next.
    var nextMischief: Moment {
        var next = Moment.distantFuture
        for entry in mischief.lateEvents { next = min(next, entry.due) }
        for entry in mischief.distortions { next = min(next, entry.until) }
        return next
    }

    /// When a report that was held back leaves next.
    var nextLateEvent: Moment {
        mischief.lateEvents.reduce(.distantFuture) { min($0, $1.due) }
    }

    // MARK: The house

    func withdrawHouse(_ symbol: Int) { engines[symbol].withdrawAll(VirtualExchange.houseMaker) }

    func pauseHouse(_ symbol: Int, until moment: Moment) {
        for index in agents.indices where agents[index].symbol == symbol {
            agents[index].nextQuote = max(agents[index].nextQuote, moment)
            agents[index].nextTake = max(agents[index].nextTake, moment)
        }
    }

    func wakeHouse(_ symbol: Int, at moment: Moment) {
        for index in agents.indices where agents[index].symbol == symbol {
            agents[index].nextQuote = moment
            agents[index].nextTake = moment + .milliseconds(150)
        }
    }

    // MARK: Orders

    /// The venue ends open orders by itself.
    func endOrders(_ reason: ExchangeOrder.EndReason, symbol: Int? = nil) {
        for id in holds.keys.sorted() {
            guard let order = orders[id], order.isOpen, symbol == nil || order.request.symbol == symbol else {
                continue
            }
            _ = engines[order.request.symbol].cancel(
                id, side: order.request.side, price: order.request.price.raw)
            end(id, .expired, reason, at: clock)
        }
        flushJournal()
    }

    /// Whether an order is not the node's: planted, or named otherwise than the node names its orders.
    func isForeign(_ order: ExchangeOrder) -> Bool {
        if !mischief.planted.isEmpty, mischief.planted.contains(order.id) { return true }
        return !VirtualExchange.isNodeName(order.request.clientID)
    }

    /// 32 lower-case hexadecimal digits.
    static func isNodeName(_ clientID: String) -> Bool {
        let digits = clientID.utf8
        return digits.count == 32 && digits.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// How much of an IOC order the engine is really to take.
    func mischievousQuantity(of order: ExchangeOrder) -> Int64 {
        let asked = order.request.quantity.raw
        let lot = symbols[order.request.symbol].lot.raw
        guard order.request.timeInForce == .immediateOrCancel else { return asked }
        if !mischief.overfills.isEmpty {
            switch mischief.overfills.removeFirst() {
            case .lots(let lots): return asked + max(1, lots) * lot
            case .percent(let percent): return asked + max(lot, asked / 100 * percent / lot * lot)
            }
        }
        guard let percent = mischief.fragmentation?.percent, percent < 100 else { return asked }
        return max(lot, Int64(Int128(asked) * Int128(percent) / 100) / lot * lot)
    }

    /// One match as the trades it is told as.
    func pieces(of quantity: Int64, symbol: Int, order: Int64) -> [Int64] {
        let lot = symbols[symbol].lot.raw
        let lots = quantity / lot
        guard let wanted = mischief.fragmentation?.pieces, wanted > 1, lots > 1 else { return [quantity] }
        var left = lots
        var pieces: [Int64] = []
        let count = Int64(clamping: min(Int64(wanted), lots))
        for place in 0..<(count - 1) {
            // Never so much that a later piece would be empty.
            let most = max(1, min(left - (count - 1 - place), 2 * left / (count - place)))
            let bits = SeededHash.hash(UInt64(bitPattern: order), UInt64(nextTradeID), UInt64(place))
            let size = place == 0 ? 1 : SeededHash.between(1, most, bits)
            pieces.append(size * lot)
            left -= size
        }
        pieces.append(quantity - pieces.reduce(0, +))
        return pieces
    }

    /// A cancel that meets a fill on its way.
    func raced(_ order: ExchangeOrder, _ race: VenueMischief.CancelRace, at now: Moment) throws(Refusal)
        -> ExchangeOrder
    {
        let request = order.request
        _ = engines[request.symbol].cancel(order.id, side: request.side, price: request.price.raw)
        guard case .lateFill(let percent, let after) = race else {
            fillByHouse(order, order.remaining.raw, at: now)
            enforceReductions(at: now)
            flushJournal()
            throw .orderEnded
        }
        let lot = symbols[request.symbol].lot.raw
        let part = Int64(Int128(order.remaining.raw) * Int128(percent) / 100) / lot * lot
        let quantity = min(max(lot, part), order.remaining.raw - lot)
        if quantity > 0 {
            let told = eventCount
            fillByHouse(order, quantity, at: now)
            for event in dropEvents(from: told) { mischief.lateEvents.append((now + after, event)) }
        }
        // What the cancel's report and answer say does not know of the fill.
        var stale = order
        stale.state = .canceled
        stale.endReason = .user
        stale.updatedAt = now
        let told = eventCount
        end(order.id, .canceled, .user, at: now)
        for event in dropEvents(from: told) {
            append(OrderEvent(kind: event.kind, order: stale, balances: event.balances, at: event.at))
        }
        enforceReductions(at: now)
        flushJournal()
        return stale
    }

    // MARK: Answers

    /// What is wrong with the next answer about balances.
    func takeWrongBalances() -> VenueMischief.WrongBalances.Error? {
        guard let wrong = mischief.wrongBalances else { return nil }
        mischief.wrongBalances?.answers -= 1
        if wrong.answers <= 1 { mischief.wrongBalances = nil }
        return wrong.error
    }

    /// What an answer about balances says.
    func toldBalances(of account: Int) -> [AssetBalance] {
        guard let error = takeWrongBalances() else { return balances(of: account) }
        switch error {
        case .zero: return assets.map { AssetBalance(asset: $0, total: .zero, held: .zero) }
        case .stale(let age): return balances(of: account, before: clock - age)
        }
    }

    /// Totals before the executions since `moment`; what is promised to orders is as now.
    private func balances(of account: Int, before moment: Moment) -> [AssetBalance] {
        var totals = accounts[account].balances.map(\.total)
        for fill in executions.reversed() {
            guard fill.at > moment else { break }
            guard fill.account == account else { continue }
            let base = baseAsset[fill.symbol]
            let quote = quoteAsset[fill.symbol]
            let amount = symbols[fill.symbol].instrument.baseAmount(fill.quantity)
            totals[base] += fill.side == .buy ? -amount : amount
            totals[quote] += fill.side == .buy ? fill.notional : -fill.notional
            totals[fill.feeAsset == assets[base] ? base : quote] += fill.fee
        }
        return assets.indices.map { index in
            AssetBalance(
                asset: assets[index], total: totals[index],
                held: min(accounts[account].balances[index].held, totals[index]))
        }
    }

    /// Whether this query for one order is to be told that there is none.
    func hidesOrder() -> Bool {
        guard mischief.hiddenOrderAnswers > 0 else { return false }
        mischief.hiddenOrderAnswers -= 1
        return true
    }

    /// The executions that trade history tells of.
    var history: ArraySlice<Execution> {
        guard mischief.tradeHistoryLag > .zero else { return executions[...] }
        let until = clock - mischief.tradeHistoryLag
        let end = executions.lastIndex { $0.at <= until }.map { $0 + 1 } ?? 0
        return executions[..<end]
    }
}
