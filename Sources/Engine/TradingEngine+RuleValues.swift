import Books
import Hedging
import Orders
import Risk
import Strategies
import TradingModel

// What is held, owed, won, lost, and what the world is like: measured when a rule asks.
extension TradingEngine {
    // MARK: Exposure

    func exposureValue(_ measure: Measure, _ subject: RuleSubject, _ now: Moment) -> Int128 {
        switch measure {
        case .positionNotional: return worstNotional(subject.symbol, adding: subject.order).raw
        case .exposureNotional:
            return policy.instruments.indices.reduce(Int128(0)) { $0 + worstNotional($1, adding: nil).raw }
        case .assetNotional: return assetNotional(subject)
        case .netNotional: return netNotional(subject.order)
        case .grossNotional: return grossNotional()
        case .venueShare: return share(worth(of: VenueID(subject.venue), asset: nil))
        case .assetShare: return share(worth(of: nil, asset: policy.instruments[subject.asset].base))
        case .unhedgedNotional:
            var sum = Amount.zero
            for index in policy.instruments.indices where !obligations[index].open.isEmpty {
                guard mids[index] > .zero else { return Measured.missing }
                sum += policy.instruments[index].notional(mids[index], obligations[index].owed.magnitude)
            }
            return sum.raw
        case .unhedgedAge:
            let oldest = obligations.compactMap { $0.open.first?.opened }.min()
            return oldest.map { Int128(max(0, (now - $0).nanoseconds)) } ?? 0
        case .unknownNotional: return unknown().notional
        case .unknownOrders: return unknown().count
        case .capital: return capital(subject)
        default: return Measured.notApplicable
        }
    }

    private func assetNotional(_ subject: RuleSubject) -> Int128 {
        var sum: Int128 = 0
        for index in policy.instruments.indices where assetOf[index] == subject.asset {
            sum += worstNotional(index, adding: index == subject.symbol ? subject.order : nil).raw
        }
        return sum
    }

    private func netNotional(_ order: OrderIntent?) -> Int128 {
        var net: Int128 = 0
        for index in policy.instruments.indices {
            let held = obligations[index].deviation
            if held != .zero, mids[index] <= .zero { return Measured.missing }
            net += policy.instruments[index].notional(mids[index], held).raw
        }
        guard let order else { return Int128(net.magnitude) }
        let own = policy.instruments[order.instrument.index].notional(order.limit, order.quantity).raw
        // Its other leg may not fill.
        return Int128(max(net.magnitude, (net + (order.side == .buy ? own : -own)).magnitude))
    }

    private func grossNotional() -> Int128 {
        var gross: Int128 = 0
        for account in ledger.accounts {
            guard let index = policy.instruments.firstIndex(where: { $0.base == account.asset }) else {
                continue
            }
            let moved = policy.instruments[index].quantity(ofBase: account.change)
            if moved != .zero, mids[index] <= .zero { return Measured.missing }
            gross += policy.instruments[index].notional(mids[index], moved.magnitude).raw
        }
        return gross
    }

    /// Balances in the quote currency, at mid prices; `nil` while a price is missing.
    private func worth(of venue: VenueID?, asset: Asset?) -> Amount? {
        var sum = Amount.zero
        for account in ledger.accounts where account.isOpen {
            if let venue, account.venue != venue { continue }
            if let asset, account.asset != asset { continue }
            if policy.instruments.contains(where: { $0.quote == account.asset }) {
                sum += account.balance
            } else if let index = policy.instruments.firstIndex(where: { $0.base == account.asset }) {
                guard mids[index] > .zero else { return nil }
                let instrument = policy.instruments[index]
                sum += instrument.notional(mids[index], instrument.quantity(ofBase: account.balance))
            }
        }
        return sum
    }

    private func share(_ part: Amount?) -> Int128 {
        guard let part, let whole = worth(of: nil, asset: nil), whole > .zero else {
            return Measured.missing
        }
        return max(.zero, part).raw / max(1, whole.raw / Int128(Rate.one))
    }

    private func unknown() -> (count: Int128, notional: Int128) {
        var (count, notional): (Int128, Int128) = (0, 0)
        for id in orders.live {
            guard let record = orders[id], record.state == .unknown else { continue }
            count += 1
            notional +=
                policy.instruments[record.intent.instrument.index].notional(
                    record.intent.limit, record.remaining + record.fillsOutstanding
                ).raw
        }
        return (count, notional)
    }

    private func capital(_ subject: RuleSubject) -> Int128 {
        guard loopGuards.indices.contains(subject.strategy) else { return Measured.notApplicable }
        var sum = Amount.zero
        for id in orders.live {
            guard let record = orders[id], Int(id.strategy) - 1 == subject.strategy, id != subject.order?.id
            else { continue }
            sum += policy.instruments[record.intent.instrument.index].notional(
                record.intent.limit, record.remaining)
        }
        if let order = subject.order {
            sum += policy.instruments[order.instrument.index].notional(order.limit, order.quantity)
        }
        return sum.raw
    }

    // MARK: Loss

    func lossValue(_ measure: Measure, _ subject: RuleSubject, _ now: Moment) -> Int128 {
        let day = governor.limits.rules.day.day(at: now)
        switch measure {
        case .realisedLoss: return max(0, -profit(day).realised)
        case .totalLoss: return profit(day).total.map { max(0, -$0) } ?? Measured.missing
        case .strategyLoss:
            guard loopGuards.indices.contains(subject.strategy) else { return Measured.notApplicable }
            return profit(day, of: subject.strategy).total.map { max(0, -$0) } ?? Measured.missing
        case .drawdown:
            return profit(day).total.map { highest(day, $0) - $0 } ?? Measured.missing
        case .givenBack:
            guard let total = profit(day).total else { return Measured.missing }
            let top = highest(day, total)
            guard top >= governor.limits.rules.arm.raw, top > 0 else { return 0 }
            return min((top - total) / max(1, top / Int128(Rate.one)), Int128(Rate.one) * 100)
        case .unrealisedProfit:
            guard let total = profit(day).total else { return Measured.missing }
            return max(0, total - profit(day).realised)
        case .losingStreak:
            guard loopGuards.indices.contains(subject.strategy) else { return Measured.notApplicable }
            return Int128(ruleMemory.books[subject.strategy].streak)
        case .sinceLoss:
            guard loopGuards.indices.contains(subject.strategy),
                let last = ruleMemory.books[subject.strategy].lastLoss
            else { return Measured.notApplicable }
            return Int128(max(0, (now - last).nanoseconds))
        case .nakedAge:
            guard let oldest = obligations[subject.symbol].open.first, !isHedging(subject.symbol) else {
                return 0
            }
            return Int128(max(0, (now - oldest.opened).nanoseconds))
        case .openLoss: return openProfit(subject.symbol).map { max(0, -$0) } ?? Measured.missing
        case .openProfit: return openProfit(subject.symbol).map { max(0, $0) } ?? Measured.missing
        case .openGivenBack:
            guard let open = openProfit(subject.symbol) else { return Measured.missing }
            return max(0, ruleMemory.openHighest[subject.symbol].raw - open)
        default: return Measured.notApplicable
        }
    }

    private func highest(_ day: Int64, _ total: Int128) -> Int128 {
        max(total, ruleMemory.highestDay == day ? ruleMemory.highest.raw : 0, 0)
    }

    /// Of a profit book: the instrument it is kept in.
    func instrument(ofBook index: Int) -> Instrument {
        if index < policy.takerTaker.count {
            return policy.instruments[policy.takerTaker[index].instrument.index]
        }
        let maker = index - policy.takerTaker.count
        if maker < policy.makerTaker.count {
            return policy.instruments[policy.makerTaker[maker].instrument.index]
        }
        return policy.instruments[maker - policy.makerTaker.count]
    }

    /// What this day has brought: realised, and with what is open at the mid price, which a position of
    /// yesterday is part of. `nil`: a price is missing.
    func profit(_ day: Int64, of strategy: Int? = nil) -> (realised: Int128, total: Int128?) {
        var realised: Int128 = 0
        var open: Int128? = 0
        for index in ruleMemory.books.indices where strategy == nil || index == strategy {
            let book = ruleMemory.books[index]
            let instrument = instrument(ofBook: index)
            realised += instrument.notional(product: book.today(day)).raw
            guard book.open != 0 else { continue }
            let mid = mids[instrument.id.index]
            guard mid > .zero else {
                open = nil
                continue
            }
            open = open.map { $0 + instrument.notional(product: book.unrealised(at: mid.raw)).raw }
        }
        return (realised, open.map { $0 + realised })
    }

    /// Of what is open in one symbol.
    func openProfit(_ symbol: Int) -> Int128? {
        var sum: Int128 = 0
        for index in ruleMemory.books.indices {
            let book = ruleMemory.books[index]
            guard book.open != 0 else { continue }
            let instrument = instrument(ofBook: index)
            guard instrument.id.index == symbol else { continue }
            guard mids[symbol] > .zero else { return nil }
            sum += instrument.notional(product: book.unrealised(at: mids[symbol].raw)).raw
        }
        return sum
    }

    // MARK: Market

    func marketValue(_ measure: Measure, _ subject: RuleSubject, _ now: Moment) -> Int128 {
        switch measure {
        case .volatility: return unrest(subject.symbol, now).map { Int128($0.raw) } ?? Measured.missing
        case .chaos:
            return policy.instruments.indices.compactMap { unrest($0, now) }.max()
                .map { Int128($0.raw) } ?? Measured.missing
        case .depeg:
            guard let peg = governor.limits.rules.peg, mids[peg.index] > .zero else {
                return Measured.missing
            }
            let one = Int128(DecimalText.power(policy.instruments[peg.index].priceScale))
            let off = Int128((Int128(mids[peg.index].raw) - one).magnitude)
            return off * Int128(Rate.one) / one
        default: break
        }
        guard let order = subject.order, let slot = books[subject.symbol].slot(of: order.venue) else {
            return measure == .quality
                ? Int128(qualities[subject.venue].score(at: now)) : Measured.notApplicable
        }
        let top = books[subject.symbol].tops[slot]
        switch measure {
        case .funding:
            guard margin(of: order.venue) != nil else { return Measured.notApplicable }
            guard let rate = terms[subject.symbol][slot]?.fundingRate else { return Measured.missing }
            return Int128(rate.raw.magnitude)
        case .spread:
            guard top.isSynced, top.hasBid, top.hasAsk else { return Measured.missing }
            let middle = max(1, (Int128(top.bid.price.raw) + Int128(top.ask.price.raw)) / 2)
            return max(0, Int128(top.ask.price.raw - top.bid.price.raw) * Int128(Rate.one) / middle)
        case .depth:
            guard top.isSynced else { return Measured.missing }
            var product: Int128 = 0
            // What rests offers depth instead of taking it: its own side counts.
            let side = order.timeInForce.mayRest ? order.side.opposite : order.side
            books[subject.symbol].withLevels(side, slot, from: 0, atMost: 5) {
                product += Int128($0.price.raw) * Int128($0.quantity.raw)
                return true
            }
            return policy.instruments[subject.symbol].notional(product: product).raw
        case .quality: return Int128(qualities[subject.venue].score(at: now))
        default: return Measured.notApplicable
        }
    }

    // MARK: Infrastructure

    func infrastructureValue(_ measure: Measure, _ subject: RuleSubject, _ now: Moment) -> Int128 {
        let venue = venues[subject.venue]
        switch measure {
        case .skew: return venue.clockOffset.map { Int128($0.nanoseconds.magnitude) } ?? Measured.missing
        case .silence: return lastBeat.map { Int128(max(0, (now - $0).nanoseconds)) } ?? Measured.missing
        case .disk:
            if case .low = storeHealth { return 1 }
            return 0
        case .budget: return Int128(venue.headroom)
        case .stream: return venue.isAccountReady ? 0 : 1
        case .drift: return venue.isReconciled && !venue.isDirty ? 0 : 1
        default: return Measured.notApplicable
        }
    }
}
