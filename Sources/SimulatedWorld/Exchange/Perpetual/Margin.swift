import TradingModel

/// What an account holds at some moment: cash at cost and positions.
struct PerpetualHolding: Hashable, Sendable {
    /// What all trades took and brought, fees and funding included.
    var cash: Amount
    /// By symbol.
    var positions: [OpenPosition]

    /// What venues call the balance: what was paid in, realised profit, fees and funding. Cash at cost with
    /// the cost of what is open given back.
    var wallet: Amount { positions.reduce(cash) { $0 + $1.cost } }
}

/// A cross-margin account in numbers, all in the quote asset.
struct AccountMargin: Hashable, Sendable {
    var wallet = Amount.zero
    /// At mark.
    var unrealised = Amount.zero
    /// Of the positions alone.
    var positionMargin = Amount.zero
    /// Of the worst positions that open orders can lead to.
    var initial = Amount.zero
    var maintenance = Amount.zero

    var equity: Amount { wallet + unrealised }
    /// What new risk may take; not below zero.
    var available: Amount { max(.zero, equity - initial) }
    var orderMargin: Amount { initial - positionMargin }
}

extension VirtualExchange {
    /// The asset that perpetuals are settled in: all symbols of such an exchange share it.
    var settlementAsset: Int { quoteAsset.first ?? 0 }

    func position(_ symbol: Int, of account: Int) -> OpenPosition {
        perpetual?.accounts[account].positions[symbol] ?? OpenPosition()
    }

    func holding(of account: Int) -> PerpetualHolding {
        PerpetualHolding(
            cash: accounts[account].balances[settlementAsset].total,
            positions: perpetual?.accounts[account].positions ?? [])
    }

    /// The account as it stands, with `request` open besides if there is one.
    func margin(of account: Int, adding request: OrderRequest? = nil, at now: Moment) -> AccountMargin {
        margin(of: holding(of: account), account: account, adding: request, at: now)
    }

    func margin(
        of holding: PerpetualHolding, account: Int, adding request: OrderRequest? = nil, at now: Moment
    ) -> AccountMargin {
        guard let perpetual else { return AccountMargin() }
        var margin = AccountMargin(wallet: holding.wallet)
        let open = openOrders(of: account)
        for (symbol, position) in holding.positions.enumerated() {
            let own = open.filter { $0.request.symbol == symbol && !$0.request.isReduceOnly }
            var buys = own.reduce(Int64(0)) { $0 + ($1.request.side == .buy ? $1.remaining.raw : 0) }
            var sells = own.reduce(Int64(0)) { $0 + ($1.request.side == .sell ? $1.remaining.raw : 0) }
            if let request, request.symbol == symbol, !request.isReduceOnly {
                buys += request.side == .buy ? request.quantity.raw : 0
                sells += request.side == .sell ? request.quantity.raw : 0
            }
            guard position.size.raw != 0 || buys + sells > 0 else { continue }
            let mark = mark(symbol, at: now)
            let instrument = symbols[symbol].instrument
            let worst = max(abs(position.size.raw + buys), abs(position.size.raw - sells))
            let held = instrument.notional(mark, position.size.magnitude)
            let leverage = perpetual.accounts[account].leverage[symbol]
            margin.unrealised += position.unrealised(at: mark, instrument)
            margin.positionMargin += VirtualExchange.share(held, leverage)
            margin.initial += VirtualExchange.share(instrument.notional(mark, Quantity(raw: worst)), leverage)
            margin.maintenance += perpetual.terms.maintenance.of(held)
        }
        return margin
    }

    /// The part of a notional that a leverage in hundredths asks for, rounded up at 10^-8.
    private static func share(_ notional: Amount, _ leverage: Int64) -> Amount {
        let unit = Int128(leverage) * OpenPosition.unit
        return Amount(raw: (notional.raw * 100 + unit - 1) / unit * OpenPosition.unit)
    }

    /// New risk needs margin; what leads to no worse position than was possible before needs none. The fee is
    /// not set aside.
    func checkMargin(_ request: OrderRequest, _ account: Int, at now: Moment) throws(Refusal) {
        let before = margin(of: account, at: now)
        let after = margin(of: account, adding: request, at: now)
        guard after.initial > before.initial else { return }
        guard after.initial <= after.equity else { throw .insufficientBalance }
    }

    /// Sets the leverage of one symbol, in hundredths; `false` when the account cannot carry it.
    func setLeverage(_ leverage: Int64, symbol: Int, account: Int, at now: Moment) -> Bool {
        guard let earlier = perpetual?.accounts[account].leverage[symbol] else { return false }
        perpetual?.accounts[account].leverage[symbol] = leverage
        let margin = margin(of: account, at: now)
        guard leverage >= earlier || margin.initial <= margin.equity else {
            perpetual?.accounts[account].leverage[symbol] = earlier
            return false
        }
        record(.leverage(account: account, symbol: symbol, hundredths: leverage))
        flushJournal()
        return true
    }

    // MARK: Answers

    /// What an answer about balances or positions says.
    func toldHolding(of account: Int) -> PerpetualHolding {
        guard let error = takeWrongBalances() else { return holding(of: account) }
        switch error {
        case .zero:
            return PerpetualHolding(cash: .zero, positions: symbols.map { _ in OpenPosition() })
        case .stale(let age): return holding(of: account, before: clock - age)
        }
    }

    /// As it was at `moment`, put together again from the fills until then.
    private func holding(of account: Int, before moment: Moment) -> PerpetualHolding {
        var holding = holding(of: account)
        holding.positions = symbols.map { _ in OpenPosition() }
        for fill in executions where fill.account == account {
            let sign: Int64 = fill.side == .buy ? 1 : -1
            if fill.at > moment {
                holding.cash.raw += Int128(sign) * fill.notional.raw + fill.fee.raw
            } else {
                _ = holding.positions[fill.symbol].trade(
                    Quantity(raw: sign * fill.quantity.raw), Amount(raw: Int128(sign) * fill.notional.raw))
            }
        }
        for payment in perpetual?.payments ?? [] where payment.account == account && payment.at > moment {
            holding.cash -= payment.amount
        }
        return holding
    }
}
