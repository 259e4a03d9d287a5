import Ports
import TradingModel

/// The private stream: a token from REST, then the `executions` and `balances` channels.
extension KrakenDialect {
    public func privateTokenRequest(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        question("/0/private/GetWebSocketsToken", [], stamp, access)
    }

    public func decodePrivateToken(_ response: HTTPResponse) throws(VenueFault) -> String {
        guard let token = try result(response)["token"]?.text, !token.isEmpty else {
            throw .quarantined(.missingField)
        }
        return token
    }

    public func privateStream() -> String { profile.privateURL }

    /// `snap_orders` brings every open order, with the facts that later messages leave out. `snap_trades`
    /// stays off: it would tell the last 50 fills whatever their age; what was missed while offline comes
    /// from `TradesHistory`.
    public func privateLogin(_ stamp: RequestStamp, _ access: VenueAccess, token: String) -> [[UInt8]] {
        let token = JSONText.quoted(token)
        let balances =
            "{\"method\":\"subscribe\",\"params\":{\"channel\":\"balances\",\"snapshot\":true,"
            + "\"token\":\(token)}}"
        let executions =
            "{\"method\":\"subscribe\",\"params\":{\"channel\":\"executions\",\"snap_orders\":true,"
            + "\"snap_trades\":false,\"order_status\":true,\"token\":\(token)}}"
        return [Array(balances.utf8), Array(executions.utf8)]
    }

    public mutating func decodePrivate(_ bytes: UnsafeRawBufferPointer, token: String) -> PrivateFrame {
        var frame = PrivateFrame()
        do throws(QuarantineReason) {
            let tree = try JSONTree(bytes)
            if tree["method"] != nil || tree["error"] != nil {
                readAnswer(tree, into: &frame)
            } else {
                try readPush(tree, into: &frame)
            }
        } catch {
            frame.quarantine = error
        }
        return frame
    }

    /// `ready` comes with the confirmation of `executions`: from here on no order event is missed.
    private func readAnswer(_ tree: JSONTree, into frame: inout PrivateFrame) {
        if tree["error"] != nil || tree["success"]?.isTrue == false {
            frame.refused = tree["error"]?.text ?? "no reason given"
        } else if tree["method"]?.text == "subscribe", tree["success"]?.isTrue == true {
            frame.ready = tree["result"]?["channel"]?.text == "executions"
        }
    }

    private mutating func readPush(_ tree: JSONTree, into frame: inout PrivateFrame) throws(QuarantineReason)
    {
        guard let channel = tree["channel"]?.text else { throw .unknownMessage }
        switch channel {
        case "executions", "balances": break
        case "status":
            // Only maintenance ends this session; `cancel_only` and the like show in the answers to orders.
            if tree["data"]?[0]?["system"]?.text == "maintenance" { frame.refused = "system maintenance" }
            return
        default: return
        }
        guard case .array(let rows)? = tree["data"] else { throw .missingField }
        // A row that cannot be read does not hide the others: the frame carries both its reports and the
        // reason.
        for row in rows {
            do throws(QuarantineReason) {
                if channel == "executions" {
                    try readExecution(row, into: &frame)
                } else if let balance = try KrakenRow.balance(pushed: row) {
                    frame.balances.append(balance)
                }
            } catch {
                frame.quarantine = error
            }
        }
    }

    private mutating func readExecution(_ row: JSONTree, into frame: inout PrivateFrame)
        throws(QuarantineReason)
    {
        guard let orderID = row["order_id"]?.text, let event = row["exec_type"]?.text else {
            throw .missingField
        }
        let listing: Listing
        if let symbol = row["symbol"]?.text {
            // The channel covers the account: orders on pairs that are not configured are somebody else's.
            // Later messages about them carry nothing but the id.
            guard let named = symbols.listing(symbol: symbol) else { return elsewhere.remember(orderID, ()) }
            listing = named
        } else if elsewhere[orderID] != nil {
            return
        } else {
            // Nothing but an id, and it was never introduced: an order from before the subscription, or a
            // foreign one. Not ours to judge from here; the reason makes the connector ask.
            guard let known = orders[orderID], let named = symbols.listing(known.instrument) else {
                throw .missingField
            }
            listing = named
        }
        if event == "trade" { frame.fills.append(try KrakenRow.fill(pushed: row, listing, orders[orderID])) }
        guard let facts = try KrakenRow.facts(row, listing, orders[orderID]) else { return }
        orders.remember(orderID, facts)
        // A `trade` states the order's sum only sometimes; the message that follows it always does.
        if event == "trade", row["cum_qty"] == nil { return }
        frame.orders.append(try KrakenRow.order(pushed: row, orderID, facts))
    }
}
