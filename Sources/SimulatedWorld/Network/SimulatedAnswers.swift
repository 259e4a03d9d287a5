/// Answers that venues and the machines in front of them give when something is wrong.
enum SimulatedAnswers {
    /// An error that proves neither acceptance nor refusal, in the venue's own words or its gateway's.
    static func doubtful(_ venue: String, _ random: UInt64) -> DoubleResponse {
        guard random & 1 == 0 else {
            return DoubleResponse(
                status: random & 2 == 0 ? 502 : 504, headers: [("content-type", "text/html")],
                body: Array("<html><body><h1>Bad gateway</h1></body></html>".utf8))
        }
        switch venue {
        case "binance-spot":
            return DoubleResponse(
                status: 504,
                body: Array(
                    "{\"code\":-1007,\"msg\":\"Timeout waiting for response from backend server.\"}".utf8))
        case "okx", "okx-swap":
            return DoubleResponse(
                status: 200,
                body: Array("{\"code\":\"50004\",\"data\":[],\"msg\":\"Endpoint request timeout\"}".utf8))
        case "bybit", "bybit-linear":
            return DoubleResponse(
                status: 200,
                body: Array(
                    "{\"retCode\":10016,\"retMsg\":\"Server error\",\"result\":{},\"time\":0}"
                        .utf8))
        default:
            return DoubleResponse(status: 200, body: Array("{\"error\":[\"EService:Unavailable\"]}".utf8))
        }
    }

    /// Load is shed before anything is done.
    static func overloaded(_ random: UInt64) -> DoubleResponse {
        let wait = String(1 + random / 8 % 5)
        switch random % 4 {
        case 0:
            return DoubleResponse(
                status: 429, headers: [("retry-after", wait)], body: Array("{\"code\":-1003}".utf8))
        case 1:
            return DoubleResponse(
                status: 418, headers: [("retry-after", wait)], body: Array("{\"code\":-1003}".utf8))
        case 2: return DoubleResponse(status: 503, body: Array("Service Unavailable".utf8))
        default:
            return DoubleResponse(
                status: 429, headers: [("retry-after", wait)], body: Array("<html>slow down</html>".utf8))
        }
    }

    /// An answer that cannot be read: cut, replaced by a page, or far too long.
    static func garbled(_ answer: DoubleResponse, _ random: UInt64) -> DoubleResponse {
        var answer = answer
        switch random % 3 {
        case 0: answer.body = Array(answer.body.prefix(answer.body.count / 2))
        case 1:
            answer = DoubleResponse(
                status: 200, headers: [("content-type", "text/html")],
                body: Array("<!DOCTYPE html><html><title>Just a moment…</title></html>".utf8))
        default: answer.body = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        }
        return answer
    }

    /// A frame with a few bytes that are not what was sent.
    static func garble(_ bytes: [UInt8], _ random: UInt64) -> [UInt8] {
        guard !bytes.isEmpty else { return bytes }
        switch random % 4 {
        case 0: return Array(bytes.prefix(bytes.count / 2))
        case 1: return Array("{\"NaN\":NaN,\"x\":1e308}".utf8)
        case 2: return Array(bytes.reversed())
        default:
            var bytes = bytes
            bytes[Int(random / 4 % UInt64(bytes.count))] ^= 0x15
            return bytes
        }
    }
}
