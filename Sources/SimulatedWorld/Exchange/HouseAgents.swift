import TradingModel

/// The house on one symbol: a maker that keeps a ladder around the price its venue believes in, and takers
/// that come by at random. Both act through the matching engine like anybody else.
struct HouseAgents {
    let symbol: Int
    let view: VenueView
    let character: VenueCharacter
    var random: SeededSequence
    var nextQuote: Moment
    var nextTake: Moment
    var pace = MarketPace.lively
    /// Levels it keeps a side.
    var levels: Int { pace.levels ?? character.levels }

    static func all(
        venue: String, symbols: [SymbolRules], seed: UInt64, start: Moment, isPerpetual: Bool
    ) -> [HouseAgents] {
        let character = VenueCharacter(seed: seed, venue: venue)
        return symbols.enumerated().map { index, rules in
            let latent = LatentMarket(
                seed: seed, instrument: rules.symbol, referencePrice: rules.referencePrice)
            let salt = SeededHash.hash(character.seed, UInt64(index), UInt64(start.nanoseconds))
            return HouseAgents(
                symbol: index,
                view: VenueView(
                    latent: latent, character: character, instrument: rules.symbol,
                    premium: isPerpetual ? Premium(seed: character.seed, instrument: rules.symbol) : nil),
                character: character, random: SeededSequence(seed: salt), nextQuote: start,
                nextTake: start + .milliseconds(150))
        }
    }

    var nextAction: Moment { min(nextQuote, nextTake) }
}

extension VirtualExchange {
    /// When the market moves next by itself; `.distantFuture` without one.
    var nextTimer: Moment {
        var next = mischief.isRestless ? nextMischief : .distantFuture
        for agent in agents { next = min(next, agent.nextAction) }
        return next
    }

    /// Whether a move of the market can reach a user at once, and not only as a change of a book.
    var hasOpenOrders: Bool { !holds.isEmpty }

    /// Lets the house act in the order of its timers up to `now`.
    func advance(to now: Moment) {
        if perpetual == nil { act(to: now) } else { passPerpetual(to: now) }
        clock = max(clock, now)
        if mischief.isRestless { passMischief(clock) }
    }

    func act(to now: Moment) {
        while true {
            var next = -1
            for index in agents.indices where agents[index].nextAction <= now {
                if next < 0 || agents[index].nextAction < agents[next].nextAction { next = index }
            }
            guard next >= 0 else { break }
            let at = agents[next].nextAction
            clock = max(clock, at)
            if agents[next].nextQuote <= at { requote(next, at: at) } else { take(next, at: at) }
        }
    }

    /// Runs to `now`, stopping at each multiple of `cadence` so that feeds publish at their own pace whatever
    /// the host's steps are. Before `busy` there is nothing to publish, and nothing stops.
    func run(to now: Moment, cadence: Span, busy: Moment? = .distantPast, publish: (Moment) -> Void) {
        let step = cadence.nanoseconds
        guard let busy, busy <= now else {
            advance(to: now)
            return dropPrints(until: Moment(nanoseconds: now.nanoseconds / step * step))
        }
        var tick = max((clock.nanoseconds / step + 1) * step, (busy.nanoseconds + step - 1) / step * step)
        while tick <= now.nanoseconds {
            advance(to: Moment(nanoseconds: tick))
            publish(Moment(nanoseconds: tick))
            tick += step
        }
        advance(to: now)
    }

    private func take(_ index: Int, at now: Moment) {
        let symbol = symbols[index]
        let side: Side = agents[index].random.next() & 1 == 0 ? .buy : .sell
        let notional = agents[index].random.between(5_000, 400_000)  // hundredths of the quote asset
        let pause = agents[index].pace.takeEvery
        agents[index].nextTake =
            now + .milliseconds(agents[index].random.between(pause.lowerBound, pause.upperBound))
        guard let best = side == .buy ? engines[index].bestAsk : engines[index].bestBid else { return }
        let limit = best + (side == .buy ? 1 : -1) * best / 5_000
        let quantity = lots(notional, at: best, symbol)
        placeHouse(
            VirtualExchange.houseTaker, symbol: index, side: side,
            price: limit / symbol.tick.raw * symbol.tick.raw,
            quantity: quantity, timeInForce: .immediateOrCancel, at: now)
    }

    private func requote(_ index: Int, at now: Moment) {
        let middle = mischief.shaken(agents[index].view.price(at: now), symbol: index, at: now)
        let half = Int64(Int128(middle) * Int128(agents[index].character.halfSpread) / 1_000_000_000)
        let tick = symbols[index].tick.raw
        let bid = (middle - half) / tick * tick
        let ask = (middle + half + tick - 1) / tick * tick
        let pause = agents[index].pace.quoteEvery
        agents[index].nextQuote =
            now + .milliseconds(agents[index].random.between(pause.lowerBound, pause.upperBound))
        retreat(index, .buy, to: bid)
        retreat(index, .sell, to: ask)
        fill(index, .buy, from: bid, at: now)
        fill(index, .sell, from: ask, at: now)
        for _ in 0..<Int(agents[index].random.between(1, 3)) { resize(index, at: now) }
    }

    /// Pulls the maker's quotes that are better than its new best.
    private func retreat(_ index: Int, _ side: Side, to best: Int64) {
        let sign: Int64 = side == .buy ? 1 : -1
        var level = levelCount(index, side) - 1
        while level >= 0, levelPrice(index, side, level) * sign > best * sign {
            _ = engines[index].withdraw(VirtualExchange.houseMaker, side: side, index: level)
            level -= 1
        }
    }

    /// Quotes a new best when the old one is too far away, closes gaps on the way down, and lets the far end
    /// go.
    private func fill(_ index: Int, _ side: Side, from best: Int64, at now: Moment) {
        let sign: Int64 = side == .buy ? 1 : -1
        let levels = agents[index].levels
        let spacing = max(
            symbols[index].tick.raw,
            Int64(Int128(best) * Int128(agents[index].character.spacing) / 1_000_000_000))
        let standing = levelCount(index, side)
        var budget = standing < levels / 2 ? (standing == 0 ? levels : 8) : 3
        var wanted: [Int64] = []
        var upper = best
        if standing == 0 || (best - levelPrice(index, side, standing - 1)) * sign > spacing {
            wanted.append(best)
        } else {
            upper = levelPrice(index, side, standing - 1)
        }
        var level = standing - 1
        while budget > 0 {
            while level >= 0, levelPrice(index, side, level) * sign >= upper * sign { level -= 1 }
            if level < 0, standing + wanted.count >= levels { break }
            let next = level >= 0 ? levelPrice(index, side, level) : upper - sign * spacing * 1_000
            if (upper - next) * sign > 2 * spacing {
                let gap = spacing * agents[index].random.between(60, 140) / 100
                upper = (upper - sign * gap) / symbols[index].tick.raw * symbols[index].tick.raw
                wanted.append(upper)
                budget -= 1
            } else {
                upper = next
            }
        }
        for price in wanted { quote(index, side, price: price, best: best, at: now) }
        while levelCount(index, side) > levels,
            engines[index].withdraw(VirtualExchange.houseMaker, side: side, index: 0)
        {}
    }

    /// Gives a level near the touch a new size.
    private func resize(_ index: Int, at now: Moment) {
        let side: Side = agents[index].random.next() & 1 == 0 ? .buy : .sell
        let count = levelCount(index, side)
        guard count > 1 else { return }
        let depth = Int64(min(count, 12))
        let level = count - 1 - Int(agents[index].random.between(0, depth - 1))
        let price = levelPrice(index, side, level)
        guard engines[index].withdraw(VirtualExchange.houseMaker, side: side, index: level) else { return }
        let best = levelCount(index, side) > 0 ? levelPrice(index, side, levelCount(index, side) - 1) : price
        quote(index, side, price: price, best: best, at: now)
    }

    /// The further from the touch, the larger.
    private func quote(_ index: Int, _ side: Side, price: Int64, best: Int64, at now: Moment) {
        let distance = min(10_000_000, Int64(Int128(abs(best - price)) * 1_000_000_000 / Int128(best)))
        let touch = agents[index].character.touchNotional
        let notional = (touch + touch * distance / 1_000_000) * agents[index].random.between(30, 170) / 100
        placeHouse(
            VirtualExchange.houseMaker, symbol: index, side: side, price: price,
            quantity: lots(notional, at: price, symbols[index]), timeInForce: .goodTillCanceled, at: now)
    }

    /// Whole lots worth about `notional` hundredths of the quote asset, at least one.
    private func lots(_ notional: Int64, at price: Int64, _ symbol: SymbolRules) -> Int64 {
        let scale = Int128(DecimalText.power(2 * SymbolRules.scale - 2))
        let quantity = Int64(clamping: Int128(notional) * scale / Int128(price))
        return max(symbol.lot.raw, quantity / symbol.lot.raw * symbol.lot.raw)
    }

    private func levelCount(_ index: Int, _ side: Side) -> Int {
        side == .buy ? engines[index].bids.count : engines[index].asks.count
    }

    private func levelPrice(_ index: Int, _ side: Side, _ level: Int) -> Int64 {
        side == .buy ? engines[index].bids[level].price : engines[index].asks[level].price
    }
}
