import Books
import Hedging
import Orders
import Risk
import Strategies
import TradingModel

/// What several rules ask for, reckoned once for one subject at one moment, or for both legs of a pair; `nil`
/// until somebody has asked.
struct RuleFigures {
    /// The trading day.
    var day: Int64?
    var profit: (realised: Int128, total: Int128?)?
    /// Of what is open in the subject's symbol.
    var openProfit: Int128??
    /// Of all accounts, and of those in the subject's asset.
    var worth: Worth?
    /// Of the accounts of a venue.
    var venueWorth: (venue: Int, worth: Amount?)?

    /// Balances in the quote currency, at mid prices; `nil` while a price is missing.
    struct Worth {
        var whole: Amount? = .zero
        var ofAsset: Amount? = .zero
    }
}

// What is held, owed, won, lost, and what the world is like: measured when a rule asks.
extension TradingEngine {
    // MARK: Exposure

    func exposureValue(
        _ measure: Measure, _ subject: RuleSubject, _ figures: inout RuleFigures, _ now: Moment
    ) -> Int128 {
        switch measure {
        case .positionNotional: return worstNotional(subject.symbol, adding: subject.order).raw
        case .exposureNotional:
            return policy.instruments.indices.reduce(Int128(0)) { $0 + worstNotional($1, adding: nil).raw }
        case .assetNotional: return assetNotional(subject)
        case .netNotional: return netNotional(subject.order)
        case .grossNotional: return grossNotional()
        case .venueShare:
            return share(worth(ofVenue: subject.venue, &figures), of: worth(subject, &figures).whole)
        case .assetShare:
            let worth = worth(subject, &figures)
            return share(worth.ofAsset, of: worth.whole)
        case .unhedgedNotional:
            var sum = Amount.zero
            for index in policy.instruments.indices where !obligations[index].open.isEmpty {
                guard mids[index] > .zero else { return Measured.missing }
                sum += policy.instruments[index].notional(mids[index], obligations[index].owed.magnitude)
            }
            return sum.raw
        case .unhedgedAge:
            var oldest: Moment?
            for index in obligations.indices {
                guard let opened = obligations[index].open.first?.opened else { continue }
                oldest = min(oldest ?? opened, opened)
            }
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
        for place in ledger.accounts.indices {
            guard let index = baseOf(ledger.accounts[place].asset) else { continue }
            let moved = policy.instruments[index].quantity(ofBase: ledger.accounts[place].change)
            if moved != .zero, mids[index] <= .zero { return Measured.missing }
            gross += policy.instruments[index].notional(mids[index], moved.magnitude).raw
        }
        return gross
    }

    /// The first instrument with this base asset.
    private func baseOf(_ asset: Asset) -> Int? {
        for role in assetRoles where role.asset == asset { return role.base }
        return nil
    }

    private func share(_ part: Amount?, of whole: Amount?) -> Int128 {
        guard let part, let whole, whole > .zero else { return Measured.missing }
        return max(.zero, part).raw / max(1, whole.raw / Int128(Rate.one))
    }

    private func worth(_ subject: RuleSubject, _ figures: inout RuleFigures) -> RuleFigures.Worth {
        if let worth = figures.worth { return worth }
        var worth = RuleFigures.Worth()
        let base = policy.instruments[subject.asset].base
        for place in ledger.accounts.indices where ledger.accounts[place].isOpen {
            let amount = value(ofAccount: place)
            worth.whole = TradingEngine.sum(worth.whole, amount)
            if ledger.accounts[place].asset == base {
                worth.ofAsset = TradingEngine.sum(worth.ofAsset, amount)
            }
        }
        figures.worth = worth
        return worth
    }

    private func worth(ofVenue venue: Int, _ figures: inout RuleFigures) -> Amount? {
        if let known = figures.venueWorth, known.venue == venue { return known.worth }
        var worth: Amount? = .zero
        for place in ledger.accounts.indices
        where ledger.accounts[place].isOpen && ledger.accounts[place].venue.index == venue {
            worth = TradingEngine.sum(worth, value(ofAccount: place))
        }
        figures.venueWorth = (venue, worth)
        return worth
    }

    private static func sum(_ a: Amount?, _ b: Amount?) -> Amount? {
        guard let a, let b else { return nil }
        return a + b
    }

    private func value(ofAccount place: Int) -> Amount? {
        value(of: ledger.accounts[place].balance, ledger.accounts[place].asset)
    }

    /// In the quote currency, at the mid price; nothing for what is never traded, `nil` without a price.
    private func value(of balance: Amount, _ asset: Asset) -> Amount? {
        for role in assetRoles where role.asset == asset {
            if role.isQuote { return balance }
            guard let index = role.base else { return .zero }
            guard mids[index] > .zero else { return nil }
            return policy.instruments[index].notional(
                mids[index], policy.instruments[index].quantity(ofBase: balance))
        }
        return .zero
    }

    private func unknown() -> (count: Int128, notional: Int128) {
        var (count, notional): (Int128, Int128) = (0, 0)
        for index in policy.instruments.indices {
            let tally = orders.tally(InstrumentID(index))
            guard tally.unknown > 0 else { continue }
            count += Int128(tally.unknown)
            notional += policy.instruments[index].notional(product: tally.unknownProduct).raw
        }
        return (count, notional)
    }

    private func capital(_ subject: RuleSubject) -> Int128 {
        guard loopGuards.indices.contains(subject.strategy) else { return Measured.notApplicable }
        var sum = Amount.zero
        for index in policy.instruments.indices {
            var product = orders.bound(strategy: subject.strategy + 1, InstrumentID(index))
            if let order = subject.order, order.instrument.index == index {
                product += Int128(order.limit.raw) * Int128(order.quantity.raw)
                // An order that is to become `order` is counted as that.
                if let standing = orders.standing(order.id) {
                    product -= Int128(standing.limit.raw) * Int128(standing.remaining.raw)
                }
            }
            if product != 0 { sum += policy.instruments[index].notional(product: product) }
        }
        return sum.raw
    }

    // MARK: Loss

    func lossValue(
        _ measure: Measure, _ subject: RuleSubject, _ figures: inout RuleFigures, _ now: Moment
    ) -> Int128 {
        let day = figures.day ?? governor.limits.rules.day.day(at: now)
        figures.day = day
        switch measure {
        case .realisedLoss: return max(0, -profit(day, &figures).realised)
        case .totalLoss: return profit(day, &figures).total.map { max(0, -$0) } ?? Measured.missing
        case .strategyLoss:
            guard loopGuards.indices.contains(subject.strategy) else { return Measured.notApplicable }
            return profit(day, of: subject.strategy).total.map { max(0, -$0) } ?? Measured.missing
        case .drawdown:
            return profit(day, &figures).total.map { highest(day, $0) - $0 } ?? Measured.missing
        case .givenBack:
            guard let total = profit(day, &figures).total else { return Measured.missing }
            let top = highest(day, total)
            guard top >= governor.limits.rules.arm.raw, top > 0 else { return 0 }
            return min((top - total) / max(1, top / Int128(Rate.one)), Int128(Rate.one) * 100)
        case .unrealisedProfit:
            guard let total = profit(day, &figures).total else { return Measured.missing }
            return max(0, total - profit(day, &figures).realised)
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
        case .openLoss: return openProfit(subject, &figures).map { max(0, -$0) } ?? Measured.missing
        case .openProfit: return openProfit(subject, &figures).map { max(0, $0) } ?? Measured.missing
        case .openGivenBack:
            guard let open = openProfit(subject, &figures) else { return Measured.missing }
            return max(0, ruleMemory.openHighest[subject.symbol].raw - open)
        default: return Measured.notApplicable
        }
    }

    private func profit(_ day: Int64, _ figures: inout RuleFigures) -> (realised: Int128, total: Int128?) {
        let profit = figures.profit ?? profit(day)
        figures.profit = profit
        return profit
    }

    private func openProfit(_ subject: RuleSubject, _ figures: inout RuleFigures) -> Int128? {
        let open: Int128? = figures.openProfit ?? openProfit(subject.symbol)
        figures.openProfit = .some(open)
        return open
    }

    private func highest(_ day: Int64, _ total: Int128) -> Int128 {
        max(total, ruleMemory.highestDay == day ? ruleMemory.highest.raw : 0, 0)
    }

    /// Of a profit book: the index of the instrument it is kept in.
    private func instrument(ofBook index: Int) -> Int {
        if index < policy.takerTaker.count { return policy.takerTaker[index].instrument.index }
        let maker = index - policy.takerTaker.count
        if maker < policy.makerTaker.count { return policy.makerTaker[maker].instrument.index }
        return maker - policy.makerTaker.count
    }

    /// What this day has brought: realised, and with what is open at the mid price, which a position of
    /// yesterday is part of. `nil`: a price is missing.
    func profit(_ day: Int64, of strategy: Int? = nil) -> (realised: Int128, total: Int128?) {
        var realised: Int128 = 0
        var open: Int128? = 0
        for place in ruleMemory.books.indices where strategy == nil || place == strategy {
            let index = instrument(ofBook: place)
            let today = ruleMemory.books[place].today(day)
            if today != 0 { realised += policy.instruments[index].notional(product: today).raw }
            guard ruleMemory.books[place].open != 0 else { continue }
            guard mids[index] > .zero else {
                open = nil
                continue
            }
            let product = ruleMemory.books[place].unrealised(at: mids[index].raw)
            open = open.map { $0 + policy.instruments[index].notional(product: product).raw }
        }
        return (realised, open.map { $0 + realised })
    }

    /// Of what is open in one symbol.
    func openProfit(_ symbol: Int) -> Int128? {
        var sum: Int128 = 0
        for place in ruleMemory.books.indices where ruleMemory.books[place].open != 0 {
            guard instrument(ofBook: place) == symbol else { continue }
            guard mids[symbol] > .zero else { return nil }
            let product = ruleMemory.books[place].unrealised(at: mids[symbol].raw)
            sum += policy.instruments[symbol].notional(product: product).raw
        }
        return sum
    }

    // MARK: Market

    func marketValue(_ measure: Measure, _ subject: RuleSubject, _ now: Moment) -> Int128 {
        switch measure {
        case .volatility: return unrest(subject.symbol, now).map { Int128($0.raw) } ?? Measured.missing
        case .chaos:
            var most: Rate?
            for index in policy.instruments.indices {
                guard let own = unrest(index, now) else { continue }
                most = max(most ?? own, own)
            }
            return most.map { Int128($0.raw) } ?? Measured.missing
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
            books.span[subject.symbol].withLevels(side, slot, from: 0, atMost: 5) {
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
        let place = subject.venue
        switch measure {
        case .skew:
            return venues[place].clockOffset.map { Int128($0.nanoseconds.magnitude) } ?? Measured.missing
        case .silence: return lastBeat.map { Int128(max(0, (now - $0).nanoseconds)) } ?? Measured.missing
        case .disk:
            if case .low = storeHealth { return 1 }
            return 0
        case .budget: return Int128(venues[place].headroom)
        case .stream: return venues[place].isAccountReady ? 0 : 1
        case .drift: return venues[place].isReconciled && !venues[place].isDirty ? 0 : 1
        default: return Measured.notApplicable
        }
    }
}
