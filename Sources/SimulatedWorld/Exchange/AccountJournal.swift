import TradingModel

/// Why a journal could not be read back.
public enum JournalFault: Error, Hashable, Sendable {
    /// Line number (from 1) and what is wrong with it.
    case unreadable(line: Int, reason: String)
}

/// What changes an account, one line each: tab-separated, times in nanoseconds, amounts as exact decimals.
enum JournalEntry {
    case placed(ExchangeOrder)
    case executed(Execution)
    case ended(ExchangeOrder)
    case amended(ExchangeOrder)
    case transfer(account: Int, asset: String, amount: Amount)
    case funding(FundingPayment)
    case leverage(account: Int, symbol: Int, hundredths: Int64)
}

extension VirtualExchange {
    func record(_ entry: JournalEntry) {
        guard journal != nil else { return }
        pendingJournal += Array(line(entry).utf8)
        pendingJournal.append(0x0A)
    }

    /// Hands over everything one operation changed, at once.
    func flushJournal() {
        guard let journal, !pendingJournal.isEmpty else { return }
        journal(pendingJournal)
        pendingJournal.removeAll(keepingCapacity: true)
    }

    private func line(_ entry: JournalEntry) -> String {
        switch entry {
        case .placed(let order):
            let request = order.request
            let fields = [
                "placed", String(order.id), String(order.account), symbols[request.symbol].symbol,
                request.side == .buy ? "buy" : "sell", request.kind.rawValue,
                String(request.timeInForce.rawValue),
                String(request.price.raw), String(request.quantity.raw),
                request.quoteBudget?.description ?? "-",
                String(order.createdAt.nanoseconds), Hexadecimal.encode(Array(request.clientID.utf8)),
            ]
            return (fields + flags(request)).joined(separator: "\t")
        case .executed(let fill):
            let fields = [
                "executed", String(fill.tradeID), String(fill.orderID), String(fill.price.raw),
                String(fill.quantity.raw), fill.fee.description, fill.feeAsset,
                fill.isMaker ? "maker" : "taker",
                String(fill.at.nanoseconds),
            ]
            return fields.joined(separator: "\t")
        case .ended(let order):
            let fields = [
                "ended", String(order.id), order.state.rawValue, order.endReason.rawValue,
                String(order.updatedAt.nanoseconds),
            ]
            return fields.joined(separator: "\t")
        case .amended(let order):
            let fields = [
                "amended", String(order.id), String(order.request.price.raw),
                String(order.request.quantity.raw), String(order.updatedAt.nanoseconds),
            ]
            return fields.joined(separator: "\t")
        case .transfer(let account, let asset, let amount):
            return ["transfer", String(account), asset, amount.description].joined(separator: "\t")
        case .funding(let payment): return fundingLine(payment)
        case .leverage(let account, let symbol, let hundredths):
            return leverageLine(account, symbol, hundredths)
        }
    }

    /// Rebuilds accounts, orders, ids and history on a fresh exchange with the same accounts. A last line
    /// without its newline was cut off by the kill and is ignored: nothing that depended on it had left. Open
    /// GTC orders stand in the book again; other open orders were being matched when the venue died and have
    /// expired.
    func restore(from bytes: [UInt8]) throws(JournalFault) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        lines.removeLast()
        try restore(from: lines.map { Array($0) })
    }

    func restore(from lines: [[UInt8]]) throws(JournalFault) {
        precondition(arrival.isEmpty, "a journal is read into a fresh exchange")
        for (index, line) in lines.enumerated() where !line.isEmpty {
            let fields = String(decoding: line, as: UTF8.self)
                .split(separator: "\t", omittingEmptySubsequences: false).map { String($0) }
            guard let entry = entry(fields) else {
                throw .unreadable(line: index + 1, reason: fields.first ?? "empty")
            }
            replay(entry)
        }
        for id in arrival {
            guard let order = orders[id], order.isOpen else { continue }
            let resting =
                order.request.kind == .limit
                && (order.request.timeInForce == .goodTillCanceled || order.request.timeInForce == .postOnly)
            if resting { stand(order) } else { end(id, .expired, .timeInForce, at: clock) }
        }
        perpetual?.changed = []
        flushJournal()
        _ = takeEvents()
    }

    /// Back into the book. It may meet a user's order that stood against it only if the journal lied, so it
    /// rests.
    private func stand(_ order: ExchangeOrder) {
        let request = order.request
        let taker = MatchingEngine.Taker(
            id: order.id, account: order.account, side: request.side, limit: request.price.raw,
            quantity: order.remaining.raw, timeInForce: .postOnly)
        let (ending, _) = engines[request.symbol].place(taker)
        if ending != .rested { end(order.id, .expired, .wouldTake, at: clock) }
    }

    private func replay(_ entry: JournalEntry) {
        switch entry {
        case .placed(let order):
            orders[order.id] = order
            arrival.append(order.id)
            nextOrderID = max(nextOrderID, order.id + 1)
            if !order.request.clientID.isEmpty {
                byClientID[ClientKey(account: order.account, clientID: order.request.clientID)] = order.id
            }
            bind(hold(of: order), to: order)
        case .executed(let execution):
            apply(execution)
            // The house was the other side unless a user's own line says otherwise; its book is kept by
            // difference.
            nextTradeID = max(nextTradeID, execution.tradeID + 1)
            lastTrade[execution.symbol] = execution.price.raw
            let base = symbols[execution.symbol].instrument.baseAmount(execution.quantity)
            let sign: Int128 = execution.side == .buy ? -1 : 1
            houseBalances[baseAsset[execution.symbol]].raw += sign * base.raw
            houseBalances[quoteAsset[execution.symbol]].raw -= sign * execution.notional.raw
        case .ended(let order):
            orders[order.id] = order
            bind(.zero, to: order)
        case .amended(let order):
            orders[order.id] = order
            bind(hold(of: order), to: order)
        case .transfer(let account, let code, let amount):
            if let asset = assets.firstIndex(of: code) { accounts[account].balances[asset].total += amount }
        case .funding(let payment): book(payment)
        case .leverage(let account, let symbol, let hundredths):
            perpetual?.accounts[account].leverage[symbol] = hundredths
        }
    }

    private func entry(_ fields: [String]) -> JournalEntry? {
        switch fields.first {
        case "placed": placedEntry(fields)
        case "executed": executedEntry(fields)
        case "ended": endedEntry(fields)
        case "amended": amendedEntry(fields)
        case "transfer": transferEntry(fields)
        case "funding": fundingEntry(fields)
        case "leverage": leverageEntry(fields)
        default: nil
        }
    }

    private func placedEntry(_ fields: [String]) -> JournalEntry? {
        guard fields.count >= 12, let id = Int64(fields[1]), let account = Int(fields[2]),
            accounts.indices.contains(account), let symbol = symbolIndex(fields[3]),
            let kind = OrderRequest.Kind(rawValue: fields[5]),
            let timeInForce = UInt8(fields[6]).flatMap({ TimeInForce(rawValue: $0) }),
            let price = Int64(fields[7]),
            let quantity = Int64(fields[8]), let at = Int64(fields[10]),
            let clientID = Hexadecimal.text(fields[11])
        else { return nil }
        guard isID(id), orders[id] == nil, (0...symbols[symbol].maximumPrice.raw).contains(price),
            (0...symbols[symbol].maximumQuantity.raw).contains(quantity)
        else { return nil }
        let budget = fields[9] == "-" ? nil : amount(fields[9])
        if fields[9] != "-", budget == nil { return nil }
        let plain = OrderRequest(
            symbol: symbol, side: fields[4] == "buy" ? .buy : .sell, kind: kind, timeInForce: timeInForce,
            price: Price(raw: price), quantity: Quantity(raw: quantity), quoteBudget: budget,
            clientID: clientID)
        guard let request = flagged(plain, fields[12...]) else { return nil }
        let moment = Moment(nanoseconds: at)
        return .placed(
            ExchangeOrder(id: id, account: account, request: request, createdAt: moment, updatedAt: moment))
    }

    private func executedEntry(_ fields: [String]) -> JournalEntry? {
        guard fields.count == 9, let trade = Int64(fields[1]), let id = Int64(fields[2]),
            let order = orders[id],
            let price = Int64(fields[3]), let quantity = Int64(fields[4]), let fee = amount(fields[5]),
            let at = Int64(fields[8])
        else { return nil }
        let symbol = symbols[order.request.symbol]
        guard isID(trade), (0...symbol.maximumPrice.raw).contains(price), quantity > 0,
            quantity <= 2 * order.request.quantity.raw, [symbol.base, symbol.quote].contains(fields[6])
        else { return nil }
        return .executed(
            Execution(
                tradeID: trade, orderID: id, account: order.account, symbol: order.request.symbol,
                clientID: order.request.clientID, side: order.request.side, price: Price(raw: price),
                quantity: Quantity(raw: quantity),
                notional: symbol.instrument.notional(Price(raw: price), Quantity(raw: quantity)), fee: fee,
                feeAsset: fields[6], isMaker: fields[7] == "maker", at: Moment(nanoseconds: at)))
    }

    private func endedEntry(_ fields: [String]) -> JournalEntry? {
        guard fields.count == 5, let id = Int64(fields[1]), var order = orders[id],
            let state = ExchangeOrder.State(rawValue: fields[2]),
            let reason = ExchangeOrder.EndReason(rawValue: fields[3]), let at = Int64(fields[4])
        else { return nil }
        order.state = state
        order.endReason = reason
        order.updatedAt = Moment(nanoseconds: at)
        return .ended(order)
    }

    private func transferEntry(_ fields: [String]) -> JournalEntry? {
        guard fields.count == 4, let account = Int(fields[1]), accounts.indices.contains(account),
            let amount = amount(fields[3])
        else { return nil }
        return .transfer(account: account, asset: fields[2], amount: amount)
    }

    func isID(_ number: Int64) -> Bool { number > 0 && number < 1 << 62 }

    /// At most 10^15 units: no sum of a journal's amounts may overflow.
    func amount(_ text: String) -> Amount? {
        do throws(DecimalText.Fault) {
            let amount = try Amount(text: text)
            return amount.magnitude.raw <= Int128(DecimalText.power(15)) * Int128(DecimalText.power(18))
                ? amount : nil
        } catch { return nil }
    }
}
