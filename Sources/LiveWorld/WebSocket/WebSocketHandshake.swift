import COpenSSL
import Ports

/// The upgrade from HTTP/1.1 (RFC 6455 §4).
struct WebSocketHandshake: Sendable {
    let request: [UInt8]
    private let expectedAccept: String
    private let offersDeflate: Bool

    /// `nonce`: 16 random bytes.
    init(endpoint: Endpoint, target: String, nonce: [UInt8], offersDeflate: Bool) {
        let key = Base64.encode(nonce)
        self.offersDeflate = offersDeflate
        expectedAccept = Base64.encode(
            Digest.sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
        var text = """
            GET \(target) HTTP/1.1\r
            Host: \(endpoint.authority)\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Key: \(key)\r
            Sec-WebSocket-Version: 13\r
            User-Agent: arbnode\r

            """
        // What is sent here is never compressed; the server need not keep a window for it.
        if offersDeflate {
            text += "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n"
        }
        request = Array((text + "\r\n").utf8)
    }

    struct Refusal: Error, Hashable, Sendable {
        let detail: String
    }

    /// What was agreed.
    struct Agreement: Equatable, Sendable {
        var isCompressed = false
        var serverForgetsBetweenMessages = false
    }

    func judge(_ head: HTTPHead) throws(Refusal) -> Agreement {
        guard head.status == 101 else {
            let wait = head.value("retry-after").map { ", retry after \($0.prefix(32))" } ?? ""
            throw Refusal(detail: "the server answered HTTP \(head.status) to the WebSocket upgrade\(wait)")
        }
        guard head.lists("websocket", in: "upgrade"), head.lists("upgrade", in: "connection") else {
            throw Refusal(detail: "the server upgraded to something other than a WebSocket")
        }
        guard head.value("sec-websocket-accept") == expectedAccept else {
            throw Refusal(detail: "the server's WebSocket accept key is wrong")
        }
        guard head.value("sec-websocket-protocol") == nil else {
            throw Refusal(detail: "the server chose a WebSocket protocol that was not offered")
        }
        return try extensions(head)
    }

    private func extensions(_ head: HTTPHead) throws(Refusal) -> Agreement {
        var agreement = Agreement()
        let chosen = head.headers.filter { $0.name == "sec-websocket-extensions" }.map { $0.value }
        guard !chosen.isEmpty else { return agreement }
        let parameters = chosen.joined(separator: ",").lowercased().split(separator: ";").map {
            String($0.filter { $0 != " " && $0 != "\t" })
        }
        guard offersDeflate, parameters.first == "permessage-deflate", !chosen.joined().contains(",") else {
            throw Refusal(detail: "the server chose a WebSocket extension that was not offered")
        }
        agreement.isCompressed = true
        for parameter in parameters.dropFirst() {
            switch parameter {
            case "server_no_context_takeover": agreement.serverForgetsBetweenMessages = true
            case "client_no_context_takeover": break
            default:
                // A smaller window of the server's is readable with the largest; one for us was not offered
                // (§7.1.2.2).
                guard parameter.hasPrefix("server_max_window_bits=") else {
                    throw Refusal(detail: "the server asks for compression parameters that were not offered")
                }
            }
        }
        return agreement
    }
}
