import TradingModel

/// Perpetuals in private: positions, margin, leverage.
extension OKXDouble {
    static let perpetualLimits: [String: Int] = [
        "GET /api/v5/public/mark-price": 10, "GET /api/v5/public/funding-rate": 10,
        "GET /api/v5/public/funding-rate-history": 10, "GET /api/v5/account/positions": 10,
        "GET /api/v5/account/bills": 10, "GET /api/v5/account/leverage-info": 20,
        "POST /api/v5/account/set-leverage": 40,
    ]

    /// Realised by an order's fills, before fees.
    func realised(_ order: ExchangeOrder) -> Amount {
        guard segment == .swap else { return .zero }
        return exchange.executions(of: order.id).reduce(.zero) { $0 + ($1.effect?.realised ?? .zero) }
    }

    func lever(_ symbol: Int, _ account: Int) -> String {
        guard let hundredths = exchange.perpetual?.accounts[account].leverage[symbol] else { return "" }
        return DecimalText.format(hundredths, scale: 2)
    }

    func feeRate(_ fill: Execution) -> String {
        guard segment == .swap else { return fill.isMaker ? "-0.0008" : "-0.001" }
        return OKXDouble.text(-(fill.isMaker ? exchange.rules.makerFee : exchange.rules.takerFee).raw)
    }

    /// 1 buy, 2 sell; 106 and 107 the same by liquidation.
    func subType(_ fill: Execution) -> String {
        let isLiquidation = exchange.orders[fill.orderID]?.request.isLiquidation == true
        guard isLiquidation else { return fill.side == .buy ? "1" : "2" }
        return fill.side == .buy ? "106" : "107"
    }

    // MARK: Positions

    /// Those that are open, in the order of their instruments.
    func positions(_ fields: FormFields, _ account: Int, at now: Moment) throws(OKXRefusal) -> DoubleResponse
    {
        var symbols = Array(exchange.symbols.indices)
        if let instID = fields["instId"], !instID.isEmpty { symbols = [try symbol(instID)] }
        if let type = fields["instType"], type != segment.instrumentType {
            return try emptyUnlessKnownType(type)
        }
        let told = exchange.toldHolding(of: account)
        return OKXDouble.response { json in
            for symbol in symbols where told.positions[symbol].size.raw != 0 {
                position(symbol, told.positions[symbol], account, at: now, into: &json)
            }
        }
    }

    private func position(
        _ symbol: Int, _ position: OpenPosition, _ account: Int, at now: Moment, into json: inout JSONWriter
    ) {
        let rules = exchange.symbols[symbol]
        let mark = exchange.mark(symbol, at: now)
        let isOpen = position.size.raw != 0
        var alone = PerpetualHolding(cash: .zero, positions: exchange.symbols.map { _ in OpenPosition() })
        alone.positions[symbol] = position
        let margin = exchange.margin(of: alone, account: account, at: now)
        let state = exchange.perpetual?.accounts[account]
        let changed = String((state?.changedAt[symbol] ?? now).milliseconds)
        let upl = position.unrealised(at: mark, rules.instrument)
        let funding = (exchange.perpetual?.payments ?? []).reduce(Amount.zero) { sum, payment in
            payment.account == account && payment.symbol == symbol ? sum + payment.amount : sum
        }
        json.object { json in
            json.field("adl", isOpen ? "1" : "")
            json.field("availPos", "")
            json.field("avgPx", isOpen ? position.averagePrice.description : "")
            json.field("cTime", changed)
            json.field("ccy", rules.quote)
            json.field("fundingFee", funding.description)
            json.field("idxPx", OKXDouble.text(exchange.index(symbol, at: now).raw))
            json.field("imr", margin.positionMargin.description)
            json.field("instId", instID(symbol))
            json.field("instType", "SWAP")
            json.field("last", OKXDouble.text(exchange.lastTrade[symbol]))
            json.field("lever", lever(symbol, account))
            json.field("liqPx", "")
            json.field("margin", "")
            json.field("markPx", OKXDouble.text(mark.raw))
            json.field("mgnMode", "cross")
            json.field("mgnRatio", "")
            json.field("mmr", margin.maintenance.description)
            json.field(
                "notionalUsd", rules.instrument.notional(mark, position.size.magnitude).description)
            json.field("pTime", String(now.milliseconds))
            json.field("pnl", (state?.realised[symbol] ?? .zero).description)
            json.field("pos", size(position.size.raw, symbol))
            json.field("posCcy", "")
            json.field("posId", String(307_173_036_051_017_730 + Int64(account * 1_000 + symbol)))
            json.field("posSide", "net")
            json.field("tradeId", "")
            json.field("uTime", changed)
            json.field("upl", upl.description)
        }
    }

    func tellPositions(
        _ symbols: [Int], _ account: Int, _ subscription: OKXSocket.Subscription, _ index: Int, at now: Moment
    ) {
        let type = subscription.argument["instType"]?.string
        guard type == "SWAP" || type == "ANY" else { return }
        let frame = push(subscription.argument) { json in
            for symbol in symbols {
                position(symbol, exchange.position(symbol, of: account), account, at: now, into: &json)
            }
        }
        send(frame, index, at: now)
    }

    // MARK: Balance

    func margin(_ fields: FormFields, _ account: Int, at now: Moment) -> DoubleResponse {
        let wanted = fields["ccy"].map { $0.split(separator: ",").map { String($0) } }
        let told = exchange.toldHolding(of: account)
        return OKXDouble.response { json in
            margin(told, account, wanted, at: now, into: &json)
        }
    }

    /// `cashBal` is what the account was paid in and has realised, fees and funding included; `eq` adds what
    /// is unrealised at mark.
    private func margin(
        _ holding: PerpetualHolding, _ account: Int, _ wanted: [String]?, at now: Moment,
        into json: inout JSONWriter
    ) {
        let margin = exchange.margin(of: holding, account: account, at: now)
        let asset = exchange.assets[exchange.settlementAsset]
        let time = String(now.milliseconds)
        json.object { json in
            json.field("adjEq", "")
            json.array("details") { json in
                guard wanted?.contains(asset) ?? true else { return }
                json.object { json in
                    json.field("availBal", margin.available.description)
                    json.field("availEq", margin.available.description)
                    json.field("cashBal", margin.wallet.description)
                    json.field("ccy", asset)
                    json.field("eq", margin.equity.description)
                    json.field("frozenBal", margin.initial.description)
                    json.field("imr", margin.initial.description)
                    json.field("isoEq", "0")
                    json.field("mmr", margin.maintenance.description)
                    json.field("ordFrozen", margin.orderMargin.description)
                    json.field("uTime", time)
                    json.field("upl", margin.unrealised.description)
                }
            }
            json.field("imr", margin.initial.description)
            json.field("isoEq", "0")
            json.field("mmr", margin.maintenance.description)
            json.field("totalEq", margin.equity.description)
            json.field("uTime", time)
            json.field("upl", margin.unrealised.description)
        }
    }

    func tellMargin(
        _ account: Int, _ subscription: OKXSocket.Subscription, _ index: Int, event: String, at now: Moment
    ) {
        let holding = exchange.holding(of: account)
        guard subscription.channel == "balance_and_position" else {
            let frame = push(subscription.argument, event: event) { json in
                margin(holding, account, nil, at: now, into: &json)
            }
            return send(frame, index, at: now)
        }
        let kind = ["snapshot": "snapshot", "funding_fee": "funding_fee"][event] ?? "filled"
        let asset = exchange.assets[exchange.settlementAsset]
        let frame = push(subscription.argument) { json in
            json.object { json in
                json.field("pTime", String(now.milliseconds))
                json.field("eventType", kind)
                json.array("balData") { json in
                    json.object { json in
                        json.field("ccy", asset)
                        json.field("cashBal", holding.wallet.description)
                        json.field("uTime", String(now.milliseconds))
                    }
                }
                json.array("posData") { json in
                    for (symbol, position) in holding.positions.enumerated() where position.size.raw != 0 {
                        self.position(symbol, position, account, at: now, into: &json)
                    }
                }
            }
        }
        send(frame, index, at: now)
    }

    /// A payment changes balances and positions' `fundingFee`; `eventType` tells why.
    func tell(_ payment: FundingPayment, at now: Moment) {
        for index in sockets.indices where sockets[index].account == payment.account {
            for subscription in sockets[index].subscriptions {
                guard subscription.symbol == nil || subscription.symbol == payment.symbol else { continue }
                switch subscription.channel {
                case "account", "balance_and_position":
                    tellMargin(payment.account, subscription, index, event: "funding_fee", at: now)
                case "positions":
                    tellPositions([payment.symbol], payment.account, subscription, index, at: now)
                default: continue
                }
            }
        }
    }
}
