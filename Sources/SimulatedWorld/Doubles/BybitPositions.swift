import TradingModel

/// Perpetuals in private: positions, the margin account, leverage (v5/position, v5/account).
extension BybitDouble {
    /// By symbol, open or not, or by the coin they are settled in, open ones alone.
    func positionList(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        guard try isOwn(call) else { return positionPage([], call) }
        let told = exchange.toldHolding(of: call.account)
        if let symbol = call["symbol"], !symbol.isEmpty {
            let index = try symbolIndex(symbol)
            return positionPage([(index, told.positions[index])], call)
        }
        guard let coin = call["settleCoin"], !coin.isEmpty else {
            throw .parameters("Missing some parameters that must be filled in, symbol or settleCoin")
        }
        let isSettled = coin == exchange.assets[exchange.settlementAsset]
        let open = told.positions.enumerated().filter { isSettled && $0.element.size.raw != 0 }
        return positionPage(open.map { ($0.offset, $0.element) }, call)
    }

    private func positionPage(_ positions: [(symbol: Int, position: OpenPosition)], _ call: BybitCall)
        -> [UInt8]
    {
        JSONWriter.object { json in
            json.field("category", call["category"] ?? "")
            json.field("nextPageCursor", "")
            json.array("list") { json in
                for entry in positions {
                    row(
                        &json, entry.symbol, entry.position, call.account, priceName: "avgPrice",
                        at: call.at)
                }
            }
        }
    }

    /// REST calls the average price `avgPrice`, the stream `entryPrice`. `positionValue` is what the open
    /// units cost.
    private func row(
        _ json: inout JSONWriter, _ symbol: Int, _ position: OpenPosition, _ account: Int, priceName: String,
        at now: Moment
    ) {
        let isOpen = position.size.raw != 0
        let mark = exchange.mark(symbol, at: now)
        var alone = PerpetualHolding(cash: .zero, positions: exchange.symbols.map { _ in OpenPosition() })
        alone.positions[symbol] = position
        let margin = exchange.margin(of: alone, account: account, at: now)
        let state = exchange.perpetual?.accounts[account]
        let changed = String((state?.changedAt[symbol] ?? now).milliseconds)
        let upl = position.unrealised(at: mark, exchange.symbols[symbol].instrument)
        json.object { json in
            if priceName == "entryPrice" { json.field("category", "linear") }
            json.field("symbol", spellings[symbol])
            json.field("positionIdx", 0)
            json.field("side", isOpen ? (position.size.raw > 0 ? "Buy" : "Sell") : "")
            number(&json, "size", position.size.magnitude.raw)
            json.field(priceName, position.averagePrice.description)
            json.field("positionValue", isOpen ? position.cost.magnitude.description : "")
            json.field("leverage", leverage(symbol, account))
            number(&json, "markPrice", mark.raw)
            json.field("positionIM", margin.positionMargin.description)
            json.field("positionMM", margin.maintenance.description)
            json.field("unrealisedPnl", isOpen ? upl.description : "")
            json.field("curRealisedPnl", "0")
            json.field("cumRealisedPnl", (state?.realised[symbol] ?? .zero).description)
            json.field("positionStatus", "Normal")
            json.field("tradeMode", 0)
            json.field("riskId", 1)
            json.field("riskLimitValue", "2000000")
            json.field("autoAddMargin", 0)
            json.field("adlRankIndicator", isOpen ? 2 : 0)
            json.field("isReduceOnly", false)
            for empty in ["liqPrice", "bustPrice", "takeProfit", "stopLoss", "trailingStop"] {
                json.field(empty, "")
            }
            json.field("seq", exchange.nextTradeID)
            json.field("createdTime", changed)
            json.field("updatedTime", changed)
        }
    }

    private func leverage(_ symbol: Int, _ account: Int) -> String {
        DecimalText.format(exchange.perpetual?.accounts[account].leverage[symbol] ?? 0, scale: 2)
    }

    /// One-way mode: both sides have one leverage. Setting what is set already is an error (110043).
    func setLeverage(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        guard try isOwn(call) else { throw invalidSymbol }
        let symbol = try symbolIndex(call["symbol"])
        let hundredths: Int64
        do throws(DecimalText.Fault) {
            hundredths = try DecimalText.parse(call["buyLeverage"] ?? "", scale: 2)
            guard try DecimalText.parse(call["sellLeverage"] ?? "", scale: 2) == hundredths else {
                throw .malformed
            }
        } catch { throw .parameters("leverage is invalid") }
        guard let perpetual = exchange.perpetual,
            (100...perpetual.terms.maximumLeverage).contains(hundredths)
        else { throw BybitFault(110_013, "Cannot set leverage due to risk limit level.") }
        guard perpetual.accounts[call.account].leverage[symbol] != hundredths else {
            throw BybitFault(110_043, "Set leverage has not been modified.")
        }
        guard exchange.setLeverage(hundredths, symbol: symbol, account: call.account, at: call.at) else {
            throw BybitFault(110_012, "Insufficient available balance.")
        }
        return Array("{}".utf8)
    }

    // MARK: Wallet

    func marginBalance(_ call: BybitCall, _ wanted: [String]?) -> [UInt8] {
        let told = exchange.toldHolding(of: call.account)
        return JSONWriter.object { json in
            json.array("list") { json in marginWallet(&json, told, call.account, wanted, at: call.at) }
        }
    }

    private func marginWallet(
        _ json: inout JSONWriter, _ holding: PerpetualHolding, _ account: Int, _ wanted: [String]?,
        at now: Moment
    ) {
        let margin = exchange.margin(of: holding, account: account, at: now)
        let coin = exchange.assets[exchange.settlementAsset]
        json.object { json in
            json.field("accountType", "UNIFIED")
            for name in ["accountLTV", "accountIMRate", "accountMMRate"] { json.field(name, "0") }
            json.field("totalPerpUPL", margin.unrealised.description)
            json.field("totalInitialMargin", margin.initial.description)
            json.field("totalMaintenanceMargin", margin.maintenance.description)
            json.field("totalEquity", margin.equity.description)
            json.field("totalWalletBalance", margin.wallet.description)
            json.field("totalMarginBalance", margin.equity.description)
            json.field("totalAvailableBalance", margin.available.description)
            json.array("coin") { json in
                guard wanted?.contains(coin) ?? true else { return }
                json.object { json in
                    json.field("coin", coin)
                    json.field("equity", margin.equity.description)
                    json.field("usdValue", margin.equity.description)
                    json.field("walletBalance", margin.wallet.description)
                    json.field("locked", "0")
                    json.field("availableToWithdraw", "")
                    json.field("availableToBorrow", "")
                    for name in ["borrowAmount", "accruedInterest", "bonus", "spotHedgingQty"] {
                        json.field(name, "0")
                    }
                    json.field("totalOrderIM", margin.orderMargin.description)
                    json.field("totalPositionIM", margin.positionMargin.description)
                    json.field("totalPositionMM", margin.maintenance.description)
                    json.field("unrealisedPnl", margin.unrealised.description)
                    json.field("cumRealisedPnl", realised(account).description)
                    json.field("collateralSwitch", true)
                    json.field("marginCollateral", true)
                }
            }
        }
    }

    private func realised(_ account: Int) -> Amount {
        (exchange.perpetual?.accounts[account].realised ?? []).reduce(.zero) { $0 + $1 }
    }

    // MARK: Streams

    /// Positions are told with every order event, changed or not (v5/websocket/private/position).
    func tellPositions(_ event: OrderEvent, _ due: Moment) {
        let account = event.order.account
        tellPosition(event.order.request.symbol, account, event.order.id, due)
        tellWallet(account, event.order.id, due)
    }

    private func tellPosition(_ symbol: Int, _ account: Int, _ id: Int64, _ due: Moment) {
        let position = exchange.position(symbol, of: account)
        tell(account, id, "position", due) { json in
            row(&json, symbol, position, account, priceName: "entryPrice", at: exchange.clock)
        }
    }

    private func tellWallet(_ account: Int, _ id: Int64, _ due: Moment) {
        let holding = exchange.holding(of: account)
        tell(account, id, "wallet", due) { json in
            marginWallet(&json, holding, account, nil, at: exchange.clock)
        }
    }

    func tell(_ payment: FundingPayment) {
        let bits = SeededHash.hash(UInt64(payment.id), UInt64(payment.at.nanoseconds))
        let due = payment.at + .microseconds(SeededHash.between(2_000, 9_000, bits))
        tellPosition(payment.symbol, payment.account, payment.id, due)
        tellWallet(payment.account, payment.id, due)
    }
}
