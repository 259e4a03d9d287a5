import TradingModel

/// Orders in, from REST forms and from WebSocket commands alike.
extension KrakenDouble {
    /// What `AddOrder` asks for; WebSocket commands are brought into the same shape.
    struct OrderCommand {
        var request: OrderRequest
        var userReference: Int64?
        var isValidationOnly = false
    }

    func addOrder(
        _ fields: KrakenFields, _ account: Int, at now: Moment, into json: inout JSONWriter
    ) throws(KrakenRefusal) {
        let symbol = try symbol(fields["pair"])
        var request = OrderRequest(symbol: symbol, side: try side(fields["type"]))
        switch fields["ordertype"] {
        case "limit": request.kind = .limit
        case "market": request.kind = .market
        default: throw KrakenRefusal("EGeneral:Invalid arguments:ordertype")
        }
        let flags = (fields["oflags"] ?? "").split(separator: ",")
        let known: [Substring] = ["post", "fciq", "nompp", "viqc"]
        // Fees in the base asset (`fcib`) are not modelled, and no order may believe they are.
        guard flags.allSatisfy({ known.contains($0) }) else {
            throw KrakenRefusal("EGeneral:Invalid arguments:oflags")
        }
        request.timeInForce = try timeInForce(fields["timeinforce"], post: flags.contains("post"))
        let volume = try positive(fields, "volume")
        if flags.contains("viqc") {
            guard request.kind == .market, request.side == .buy else {
                throw KrakenRefusal("EGeneral:Invalid arguments:viqc")
            }
            let unit = DecimalText.power(Amount.scale - SymbolRules.scale)
            request.quoteBudget = Amount(raw: Int128(volume) * Int128(unit))
        } else {
            request.quantity = Quantity(raw: volume)
        }
        if request.kind == .limit { request.price = Price(raw: try positive(fields, "price")) }
        request.clientID = fields["cl_ord_id"] ?? ""
        var command = OrderCommand(request: request)
        command.userReference = fields["userref"].flatMap { Int64($0) }
        command.isValidationOnly = fields.isTrue("validate")
        try check(deadline: fields["deadline"], at: now)
        let description = describe(request)
        let id = try submit(command, account, at: now)
        json.object { json in
            json.object("descr") { $0.field("order", description) }
            if let id { json.array("txid") { $0.string(KrakenSpelling.id("O", id)) } }
        }
    }

    func side(_ text: String?) throws(KrakenRefusal) -> Side {
        switch text {
        case "buy": return .buy
        case "sell": return .sell
        default: throw KrakenRefusal("EGeneral:Invalid arguments:type")
        }
    }

    func timeInForce(_ text: String?, post: Bool) throws(KrakenRefusal) -> TimeInForce {
        switch (text?.uppercased() ?? "GTC", post) {
        case ("GTC", false), ("", false): return .goodTillCanceled
        case ("GTC", true), ("", true): return .postOnly
        case ("IOC", false): return .immediateOrCancel
        case ("FOK", false): return .fillOrKill
        default: throw KrakenRefusal("EGeneral:Invalid arguments:timeinforce")
        }
    }

    private func positive(_ fields: KrakenFields, _ name: String) throws(KrakenRefusal) -> Int64 {
        guard let value = try fields.decimal(name), value > 0 else {
            throw KrakenRefusal("EGeneral:Invalid arguments:" + name)
        }
        return value
    }

    /// `deadline` (RFC 3339) lies 500 ms to 60 s ahead; the engine refuses what it reads later.
    func check(deadline: String?, at now: Moment) throws(KrakenRefusal) {
        guard let deadline else { return }
        let now = exchange.venueTime(now)
        guard let moment = CalendarTime.moment(deadline), moment - now <= .seconds(60) else {
            throw KrakenRefusal("EGeneral:Invalid arguments:deadline")
        }
        guard moment >= now else { throw KrakenRefusal("EService:Deadline elapsed") }
    }

    /// `nil` when the order was only to be validated.
    func submit(_ command: OrderCommand, _ account: Int, at now: Moment) throws(KrakenRefusal) -> Int64? {
        let request = command.request
        guard KrakenDouble.isClientID(request.clientID) else {
            throw KrakenRefusal("EGeneral:Invalid arguments:cl_ord_id")
        }
        if command.isValidationOnly { return nil }
        guard engineCounters[account][request.symbol].charge(1000, at: now) else {
            throw KrakenRefusal("EOrder:Rate limit exceeded")
        }
        let order: ExchangeOrder
        do throws(Refusal) { order = try exchange.place(request, account: account, at: now) } catch {
            throw refusal(error, request)
        }
        userReferences[order.id] = command.userReference
        return order.id
    }

    /// A UUID, 32 hex digits, or at most 18 characters of free text.
    static func isClientID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        func isHex(_ byte: UInt8) -> Bool { Hexadecimal.value(byte) != nil }
        switch bytes.count {
        case 0...18: return bytes.allSatisfy { (33...126).contains($0) }
        case 32: return bytes.allSatisfy(isHex)
        case 36:
            return bytes.enumerated().allSatisfy { place, byte in
                [8, 13, 18, 23].contains(place) ? byte == UInt8(ascii: "-") : isHex(byte)
            }
        default: return false
        }
    }

    func refusal(_ reason: Refusal, _ request: OrderRequest) -> KrakenRefusal {
        let rules = exchange.symbols[request.symbol]
        let text =
            switch reason {
            case .unknownSymbol: "EQuery:Unknown asset pair"
            case .tickSize:
                "EOrder:Invalid price:\(KrakenSpelling.pairAlternative(rules)) price can only be "
                    + "specified up to \(rules.priceDecimals) decimals."
            case .priceOutOfRange: "EOrder:Invalid price"
            case .lotSize, .quantityTooLarge: "EGeneral:Invalid arguments:volume"
            case .quantityTooSmall: "EGeneral:Invalid arguments:volume minimum not met"
            case .notionalTooSmall: "EOrder:Cost minimum not met"
            case .insufficientBalance, .nothingToReduce, .sameDirection, .reductionsFull:
                "EOrder:Insufficient funds"
            // Measured by others at the venue: unique among open orders, refused with this text.
            case .duplicateClientID: "EGeneral:Invalid arguments:cl_ord_id not unique"
            case .wouldTake: "EOrder:Post only order"
            case .noLiquidity: "EOrder:Insufficient liquidity"
            case .unknownOrder, .orderEnded: "EOrder:Unknown order"
            case .halted: "EService:Market in cancel_only mode"
            case .tooManyOpenOrders: "EOrder:Orders limit exceeded"
            }
        return KrakenRefusal(text)
    }

    /// `buy 0.00100000 XBTUSDT @ limit 65000.0`.
    func describe(_ request: OrderRequest) -> String {
        let pair = KrakenSpelling.pairAlternative(exchange.symbols[request.symbol])
        let volume = request.quoteBudget?.description ?? quantity(request.quantity.raw)
        let how = request.kind == .market ? "market" : "limit " + price(request.price.raw, request.symbol)
        return "\(request.side == .buy ? "buy" : "sell") \(volume) \(pair) @ \(how)"
    }

    // MARK: Cancel

    func cancelOrder(
        _ fields: KrakenFields, _ account: Int, at now: Moment, into json: inout JSONWriter
    ) throws(KrakenRefusal) {
        let found = try openOrders(txid: fields["txid"], clientID: fields["cl_ord_id"], account)
        let count = found.count { cancel($0, at: now) }
        guard count > 0 else { throw KrakenRefusal("EOrder:Unknown order") }
        json.object { $0.field("count", Int64(count)) }
    }

    /// By order id, user reference or client id; an order that has ended is unknown here.
    func openOrders(txid: String?, clientID: String?, _ account: Int) throws(KrakenRefusal) -> [ExchangeOrder]
    {
        let open = exchange.openOrders(of: account)
        let found: [ExchangeOrder]
        if let clientID, !clientID.isEmpty {
            found = open.filter { $0.request.clientID == clientID }
        } else if let txid, !txid.isEmpty {
            let number = KrakenSpelling.number("O", txid)
            let reference = Int64(txid)
            found = open.filter { order in
                order.id == number || (reference != nil && userReferences[order.id] == reference)
            }
        } else {
            throw KrakenRefusal("EGeneral:Invalid arguments:txid")
        }
        guard !found.isEmpty else { throw KrakenRefusal("EOrder:Unknown order") }
        return found
    }

    func cancelAll(_ account: Int, at now: Moment) -> Int64 {
        Int64(exchange.openOrders(of: account).count { cancel($0, at: now) })
    }

    /// The younger the order, the dearer its cancel (`venue-facts.md` §4d); a full counter never stops one.
    /// Answers whether there was still something to cancel.
    private func cancel(_ order: ExchangeOrder, at now: Moment) -> Bool {
        let age = (now - order.createdAt).milliseconds / 1000
        let steps: [(below: Int64, cost: Int64)] = [(5, 8), (10, 6), (15, 5), (45, 4), (90, 2), (300, 1)]
        let cost = steps.first { age < $0.below }?.cost ?? 0
        _ = engineCounters[order.account][order.request.symbol].charge(cost * 1000, at: now)
        do throws(Refusal) { try exchange.cancel(order.id, account: order.account, at: now) } catch {
            return false  // filled in a race with its cancel
        }
        return true
    }

    // MARK: Dead man's switch

    /// `timeout` in seconds; 0 disarms.
    func setDeadMan(
        _ fields: KrakenFields, _ account: Int, at now: Moment, into json: inout JSONWriter
    ) throws(KrakenRefusal) {
        guard let seconds = fields["timeout"].flatMap({ Int64($0) }), (0...86_400).contains(seconds) else {
            throw KrakenRefusal("EGeneral:Invalid arguments:timeout")
        }
        deadMan[account] = seconds == 0 ? nil : now + .seconds(seconds)
        let trigger = deadMan[account].map { CalendarTime.text($0, decimals: 0) } ?? "0"
        json.object { json in
            json.field("currentTime", CalendarTime.text(now, decimals: 0))
            json.field("triggerTime", trigger)
        }
    }

    func fireDeadMan(at now: Moment) {
        for account in deadMan.indices {
            guard let due = deadMan[account], due <= now else { continue }
            deadMan[account] = nil
            _ = cancelAll(account, at: now)
        }
    }
}
