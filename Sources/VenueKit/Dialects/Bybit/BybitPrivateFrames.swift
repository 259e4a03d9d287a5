import Ports
import TradingModel

/// The private stream: `auth`, then the topics `order`, `execution` and `wallet`.
extension BybitDialect {
    public func privateTokenRequest(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? { nil }

    /// Bybit has no token; an answer to a request that was never planned carries none.
    public func decodePrivateToken(_ response: HTTPResponse) throws(VenueFault) -> String {
        throw .quarantined(.unknownMessage)
    }

    public func privateStream() -> String { profile.privateURL }

    /// Prehash: `GET/realtime` + the moment (ms) at which the login expires.
    public func privateLogin(_ stamp: RequestStamp, _ access: VenueAccess, token: String) -> [[UInt8]] {
        let expires = String((stamp.venueTime + profile.receiveWindow).milliseconds)
        let signature = Hex.encode(access.signer.hmacSHA256(Array(("GET/realtime" + expires).utf8)))
        let arguments = "\(JSONText.quoted(access.apiKey)),\(expires),\"\(signature)\""
        return [Array("{\"op\":\"auth\",\"args\":[\(arguments)]}".utf8)]
    }

    public mutating func decodePrivate(_ bytes: UnsafeRawBufferPointer, token: String) -> PrivateFrame {
        var frame = PrivateFrame()
        do throws(QuarantineReason) {
            let tree = try JSONTree(bytes)
            if let topic = tree["topic"]?.text {
                try readPush(topic, tree, into: &frame)
            } else {
                try readAnswer(tree, into: &frame)
            }
        } catch {
            frame = PrivateFrame()
            frame.quarantine = error
        }
        return frame
    }

    /// `{"success":true,"op":"auth"}`, then `{"success":true,"op":"subscribe"}`: one answer for all
    /// topics.
    private func readAnswer(_ tree: JSONTree, into frame: inout PrivateFrame) throws(QuarantineReason) {
        guard let operation = tree["op"]?.text else { throw .unknownMessage }
        switch operation {
        case "auth", "subscribe":
            guard let success = tree["success"]?.isTrue else { throw .missingField }
            guard success else {
                frame.refused = operation + ": " + (tree["ret_msg"]?.text ?? "")
                return
            }
            if operation == "auth" {
                frame.replies = [BybitDialect.operation("subscribe", privateTopics)]
            } else {
                frame.ready = true
            }
        default: break  // pong
        }
    }

    private func readPush(_ topic: String, _ tree: JSONTree, into frame: inout PrivateFrame)
        throws(QuarantineReason)
    {
        guard case .array(let rows)? = tree["data"] else { throw .missingField }
        // `order.spot` is the same topic, narrowed to a category.
        let channel = topic.prefix { $0 != "." }
        switch channel {
        case "order":
            for row in rows {
                guard let listing = try ownListing(row) else { continue }
                frame.orders.append(try BybitRow.order(row, listing, .stream))
            }
        case "execution":
            for row in rows {
                guard let listing = try ownListing(row) else { continue }
                if let fill = try BybitRow.fill(row, listing, .stream) { frame.fills.append(fill) }
            }
        case "wallet":
            for row in rows { frame.balances += try BybitRow.balances(row) }
        default: break  // positions, greeks: not asked for
        }
    }

    /// `nil` for what is not the node's: categories share symbols, and a symbol that is not
    /// configured shows in the balances alone.
    private func ownListing(_ row: JSONTree) throws(QuarantineReason) -> Listing? {
        guard let symbol = row["symbol"]?.text else { throw .missingField }
        guard row["category"]?.text ?? category == category else { return nil }
        return symbols.listing(symbol: symbol)
    }
}
