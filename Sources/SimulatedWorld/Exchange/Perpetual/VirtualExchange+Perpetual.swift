import TradingModel

/// What passes by itself on an exchange of perpetuals: funding, and the look at everybody's risk.
extension VirtualExchange {
    /// How often equity is compared with the maintenance margin.
    static let riskStep = Span.seconds(1)

    /// When something of this happens next; `.distantFuture` on a spot exchange.
    var nextPerpetual: Moment {
        guard let perpetual else { return .distantFuture }
        let funding = perpetual.nextFunding(after: clock)
        guard perpetual.hasPositions else { return funding }
        return min(funding, (clock + .nanoseconds(1)).rounded(up: VirtualExchange.riskStep))
    }

    /// Lets the house act, and stops where funding is due or risk is looked at.
    func passPerpetual(to now: Moment) {
        while nextPerpetual <= now {
            let due = nextPerpetual
            let isFunding = perpetual?.nextFunding(after: clock) == due
            act(to: due)
            clock = max(clock, due)
            if isFunding { payFunding(at: due) }
            lookAtRisk(at: due)
        }
        act(to: now)
    }

    // MARK: Funding

    private func payFunding(at now: Moment) {
        for symbol in symbols.indices {
            let rate = fundingRate(symbol, at: now)
            perpetual?.settled.append(SettledRate(symbol: symbol, rate: rate, at: now))
            let mark = mark(symbol, at: now)
            for account in accounts.indices {
                let size = position(symbol, of: account).size
                guard size.raw != 0 else { continue }
                let amount = VirtualExchange.funding(size, mark, rate)
                let payment = FundingPayment(
                    id: nextTradeID, account: account, symbol: symbol, position: size, mark: mark, rate: rate,
                    amount: amount, wallet: holding(of: account).wallet + amount, at: now)
                record(.funding(payment))
                book(payment)
                perpetual?.untold.append(payment)
            }
        }
        flushJournal()
    }

    /// −position × mark × rate, rounded towards zero at 10^-8: longs pay a positive rate.
    static func funding(_ size: Quantity, _ mark: Price, _ rate: Rate) -> Amount {
        let product = -Int128(size.raw) * Int128(mark.raw) * Int128(rate.raw)
        let unit = Int128(DecimalText.power(2 * SymbolRules.scale))
        return Amount(raw: product / unit * OpenPosition.unit)
    }

    /// The effect of a payment; also used when a journal is read back.
    func book(_ payment: FundingPayment) {
        nextTradeID = max(nextTradeID, payment.id + 1)
        accounts[payment.account].balances[settlementAsset].total += payment.amount
        houseBalances[settlementAsset] -= payment.amount
        // Nothing that the node's own orders made.
        foreignFlows[settlementAsset] += payment.amount
        perpetual?.payments.append(payment)
    }

    /// Payments since the last call, oldest first.
    func takePayments() -> [FundingPayment] {
        guard let untold = perpetual?.untold, !untold.isEmpty else { return [] }
        perpetual?.untold = []
        return untold
    }

    // MARK: Liquidation

    /// Whose equity is below the maintenance margin loses its orders and its positions.
    private func lookAtRisk(at now: Moment) {
        guard perpetual?.hasPositions == true else { return }
        for account in accounts.indices {
            let margin = margin(of: account, at: now)
            guard margin.maintenance > .zero, margin.equity < margin.maintenance else { continue }
            for order in openOrders(of: account) {
                _ = engines[order.request.symbol].cancel(
                    order.id, side: order.request.side, price: order.request.price.raw)
                end(order.id, .expired, .liquidation, at: now)
            }
            for symbol in symbols.indices { liquidate(symbol, account, at: now) }
        }
        flushJournal()
    }

    /// Closes a position against the house at mark, as a taker, in orders of the venue's own.
    private func liquidate(_ symbol: Int, _ account: Int, at now: Moment) {
        while position(symbol, of: account).size.raw != 0 {
            let size = position(symbol, of: account).size
            var request = OrderRequest(symbol: symbol, side: size.raw > 0 ? .sell : .buy)
            request.kind = .market
            request.timeInForce = .immediateOrCancel
            request.price = mark(symbol, at: now)
            request.quantity = min(size.magnitude, symbols[symbol].maximumQuantity)
            request.isReduceOnly = true
            request.isLiquidation = true
            let order = register(request, account: account, at: now)
            fillByHouse(order, request.quantity.raw, asTaker: true, at: now)
        }
    }
}
