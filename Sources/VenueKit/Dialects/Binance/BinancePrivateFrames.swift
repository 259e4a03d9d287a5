import Ports
import TradingModel

/// The user data stream of the WebSocket API (`user-data-stream.md`).
extension BinanceDialect {
    public func privateTokenRequest(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? { nil }

    /// Binance has no token here; an answer to a request that was never planned carries none.
    public func decodePrivateToken(_ response: HTTPResponse) throws(VenueFault) -> String {
        throw .quarantined(.unknownMessage)
    }

    public func privateStream() -> String { profile.privateURL }

    /// One request logs in and subscribes. Signed are the parameters in alphabetical order, not
    /// percent-encoded (`web-socket-api.md`, "SIGNED request security").
    public func privateLogin(_ stamp: RequestStamp, _ access: VenueAccess, token: String) -> [[UInt8]] {
        let time = String(stamp.venueTime.milliseconds)
        let signature = Hex.encode(
            access.signer.hmacSHA256(Array("apiKey=\(access.apiKey)&timestamp=\(time)".utf8)))
        let parameters =
            "{\"apiKey\":\(JSONText.quoted(access.apiKey)),\"timestamp\":\(time),"
            + "\"signature\":\"\(signature)\"}"
        let request =
            "{\"id\":\"\(stamp.nonce)\",\"method\":\"userDataStream.subscribe.signature\","
            + "\"params\":\(parameters)}"
        return [Array(request.utf8)]
    }

    public mutating func decodePrivate(_ bytes: UnsafeRawBufferPointer, token: String) -> PrivateFrame {
        var frame = PrivateFrame()
        do throws(QuarantineReason) {
            let tree = try JSONTree(bytes)
            if let event = tree["event"] {
                try read(event, into: &frame)
            } else if tree["status"] != nil {
                try readAnswer(tree, into: &frame)
            } else {
                try read(tree, into: &frame)
            }
        } catch {
            frame = PrivateFrame()
            frame.quarantine = error
        }
        return frame
    }

    /// `{"id","status":200,"result":{"subscriptionId":0}}` or `{"id","status":4xx,"error":{"code","msg"}}`.
    private func readAnswer(_ tree: JSONTree, into frame: inout PrivateFrame) throws(QuarantineReason) {
        guard let status = tree["status"]?.integer else { throw .wrongType }
        guard status == 200 else {
            let code = tree["error"]?["code"]?.text ?? "status \(status)"
            frame.refused = code + ": " + (tree["error"]?["msg"]?.text ?? "")
            return
        }
        frame.ready = tree["result"]?["subscriptionId"] != nil
    }

    private func read(_ event: JSONTree, into frame: inout PrivateFrame) throws(QuarantineReason) {
        guard let type = event["e"]?.text else { throw .unknownMessage }
        switch type {
        case "executionReport": try readExecution(event, into: &frame)
        case "outboundAccountPosition":
            guard case .array(let rows)? = event["B"] else { throw .missingField }
            for row in rows {
                frame.balances.append(try BinanceRow.balance(row["a"], free: row["f"], locked: row["l"]))
            }
        case "eventStreamTerminated", "serverShutdown", "listenKeyExpired": frame.refused = type
        // `balanceUpdate` tells the change alone; the position that follows tells the balance. Order lists
        // and lock notices are not used here, and the venue adds kinds of events without notice.
        default: break
        }
    }

    private func readExecution(_ event: JSONTree, into frame: inout PrivateFrame) throws(QuarantineReason) {
        guard let symbol = event["s"]?.text, let id = event["i"]?.text, let kind = event["x"]?.text else {
            throw .missingField
        }
        // An order in a symbol that is not configured is not the node's; the balances tell what it did.
        guard let listing = symbols.listing(symbol: symbol) else { return }
        let report = OrderReport(
            instrument: listing.instrument.id, clientID: BinanceDialect.clientID(event), venueOrderID: id,
            side: try BinanceRow.side(event["S"]), state: try BinanceRow.state(event["X"]),
            filled: try ReportNumbers.quantity(event["z"]?.text, listing),
            quantity: try ReportNumbers.quantity(event["q"]?.text, listing),
            reason: event["r"]?.text.flatMap { $0 == "NONE" ? nil : $0 } ?? "", evidence: .stream,
            venueTime: try ReportNumbers.moment(milliseconds: event["T"]?.text))
        frame.orders.append(report)
        if kind == "TRADE" { frame.fills.append(try fill(event, report, listing)) }
    }

    /// After a cancellation `c` names the cancel request and `C` the order it ended; else `C` is empty.
    private static func clientID(_ event: JSONTree) -> ClientOrderID? {
        if event["x"]?.text == "CANCELED", let original = event["C"]?.text, let id = ClientOrderID(original) {
            return id
        }
        return event["c"]?.text.flatMap { ClientOrderID($0) }
    }

    private func fill(
        _ event: JSONTree, _ order: OrderReport, _ listing: Listing
    ) throws(QuarantineReason) -> FillReport {
        guard let trade = event["t"]?.integer, trade >= 0, let isMaker = event["m"]?.isTrue else {
            throw .missingField
        }
        let price = try ReportNumbers.price(event["L"]?.text, listing)
        let quantity = try ReportNumbers.quantity(event["l"]?.text, listing)
        guard quantity.raw > 0 else { throw .badNumber }
        try ReportNumbers.checkNotional(price, quantity, listing)
        let fee = try ReportNumbers.amountOrZero(event["n"]?.text)
        // `N` is null when nothing was charged.
        guard let asset = event["N"]?.text ?? (fee == .zero ? listing.instrument.quote.code : nil) else {
            throw .missingField
        }
        return FillReport(
            instrument: order.instrument, clientID: order.clientID, venueOrderID: order.venueOrderID,
            tradeID: String(trade), side: order.side, price: price, quantity: quantity, fee: fee,
            feeAsset: Asset(asset), isMaker: isMaker, evidence: .stream, venueTime: order.venueTime)
    }
}
