import Ports
import TradingModel

/// The private stream: login, then the `orders` and `account` channels.
extension OKXDialect {
    public func privateTokenRequest(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? { nil }

    /// OKX has no token; an answer to a request that was never planned carries none.
    public func decodePrivateToken(_ response: HTTPResponse) throws(VenueFault) -> String {
        throw .quarantined(.unknownMessage)
    }

    public func privateStream() -> String { profile.privateURL }

    /// Prehash: Unix seconds + `GET` + `/users/self/verify`.
    public func privateLogin(_ stamp: RequestStamp, _ access: VenueAccess, token: String) -> [[UInt8]] {
        let seconds = String(stamp.venueTime.milliseconds / 1000)
        let sign = Base64.encode(access.signer.hmacSHA256(Array((seconds + "GET/users/self/verify").utf8)))
        let argument =
            "{\"apiKey\":\(JSONText.quoted(access.apiKey)),"
            + "\"passphrase\":\(JSONText.quoted(access.passphrase)),"
            + "\"timestamp\":\"\(seconds)\",\"sign\":\"\(sign)\"}"
        return [OKXDialect.operation("login", [argument])]
    }

    /// Both channels in one frame, `orders` last: the server confirms in the order of the arguments (the
    /// public recordings show it), so `ready`, set by the confirmation of `orders`, implies `account`.
    var privateSubscription: [UInt8] {
        OKXDialect.operation(
            "subscribe",
            [
                "{\"channel\":\"account\"}",
                "{\"channel\":\"orders\",\"instType\":\"\(instrumentType)\"}",
            ])
    }

    public mutating func decodePrivate(_ bytes: UnsafeRawBufferPointer, token: String) -> PrivateFrame {
        var frame = PrivateFrame()
        if bytes.equals("pong") { return frame }
        do throws(QuarantineReason) {
            let tree = try JSONTree(bytes)
            if let event = tree["event"]?.text {
                readEvent(event, tree, into: &frame)
            } else {
                try readPush(tree, into: &frame)
            }
        } catch {
            frame.quarantine = error
        }
        return frame
    }

    private func readEvent(_ event: String, _ tree: JSONTree, into frame: inout PrivateFrame) {
        let text = (tree["code"]?.text ?? "") + ": " + (tree["msg"]?.text ?? "")
        switch event {
        case "login":
            if tree["code"]?.text == "0" {
                frame.replies = [privateSubscription]
            } else {
                frame.refused = text
            }
        case "subscribe": frame.ready = tree["arg"]?["channel"]?.text == "orders"
        // `notice` (64008) announces the end of this connection; the rest refuse login or a channel.
        case "error", "notice", "channel-conn-count-error": frame.refused = text
        default: break
        }
    }

    /// A row that cannot be read does not hide the others: the frame carries both its reports and the reason.
    private func readPush(_ tree: JSONTree, into frame: inout PrivateFrame) throws(QuarantineReason) {
        guard let channel = tree["arg"]?["channel"]?.text, case .array(let rows)? = tree["data"] else {
            throw .unknownMessage
        }
        for row in rows {
            do throws(QuarantineReason) {
                switch channel {
                case "orders": try readOrder(row, into: &frame)
                case "account": try readAccount(row, into: &frame)
                default: throw .unknownMessage
                }
            } catch {
                frame.quarantine = error
            }
        }
    }

    private func readOrder(_ row: JSONTree, into frame: inout PrivateFrame) throws(QuarantineReason) {
        guard let symbol = row["instId"]?.text else { throw .missingField }
        // The channel covers the account: orders on symbols that are not configured are somebody else's.
        guard let listing = symbols.listing(symbol: symbol) else { return }
        if let fill = try OKXRow.fill(pushed: row, listing) { frame.fills.append(fill) }
        frame.orders.append(try OKXRow.order(row, listing, .stream))
    }

    private func readAccount(_ row: JSONTree, into frame: inout PrivateFrame) throws(QuarantineReason) {
        guard case .array(let details)? = row["details"] else { throw .missingField }
        for detail in details { frame.balances.append(try OKXRow.balance(detail)) }
    }
}
