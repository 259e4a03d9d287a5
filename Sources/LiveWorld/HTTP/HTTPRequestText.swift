import Ports

/// A request as it goes on the wire. What could break out of its place on the line is refused, not escaped:
/// the signature was made over exactly these bytes.
enum HTTPRequestText {
    struct Fault: Error, Hashable, Sendable {
        let detail: String
    }

    static func encode(_ request: HTTPRequest, for endpoint: Endpoint) throws(Fault) -> [UInt8] {
        guard !request.method.isEmpty, request.method.utf8.allSatisfy(HTTPHead.isToken) else {
            throw Fault(detail: "request method is not a token")
        }
        guard request.target.hasPrefix("/"), request.target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Fault(detail: "request target does not begin with '/' or has a forbidden character")
        }
        var text = "\(request.method) \(request.target) HTTP/1.1\r\nHost: \(endpoint.authority)\r\n"
        var namesAgent = false
        for header in request.headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(HTTPHead.isToken) else {
                throw Fault(detail: "a request header name is not a token")
            }
            guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw Fault(detail: "request header \(header.name) has a control character")
            }
            let name = header.name.lowercased()
            guard !["host", "content-length", "transfer-encoding", "connection"].contains(name) else {
                throw Fault(detail: "request header \(header.name) belongs to the transport")
            }
            if name == "user-agent" { namesAgent = true }
            text += "\(header.name): \(header.value)\r\n"
        }
        // Some front ends turn requests without an agent away.
        if !namesAgent { text += "User-Agent: arbnode\r\n" }
        if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            text += "Content-Length: \(request.body.count)\r\n"
        }
        text += "\r\n"
        return Array(text.utf8) + request.body
    }
}
