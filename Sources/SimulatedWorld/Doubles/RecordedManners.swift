import TradingModel

/// How a venue's clients speak to it where a recording cannot answer: which paths are private, what a
/// subscription looks like, what a ping is answered with.
struct RecordedManners {
    let venue: String

    /// Path prefixes of private streams (OKX and Bybit v5 documentation; Binance's WebSocket API).
    private static let privatePaths = [
        "/ws/v5/private", "/ws/v5/business", "/v5/private", "/v5/trade", "/ws-api/", "/ws-fapi/",
    ]
    private var isKraken: Bool { venue.hasPrefix("kraken") }
    private var isBinance: Bool { venue.hasPrefix("binance") }
    var privatePath: String { isKraken ? "/v2" : "/" }

    func isPrivate(path: String) -> Bool { RecordedManners.privatePaths.contains { path.hasPrefix($0) } }

    /// Kraken v2: a message with a token asks for account data.
    func isPrivate(text: [UInt8]) -> Bool {
        guard isKraken, let fields = document(text) else { return false }
        return fields["params"]?["token"] != nil
    }

    /// Binance names the streams in the URL.
    func subscribes(path: String) -> Bool {
        guard isBinance else { return false }
        let target = RequestTarget(path)
        return FormFields(target.query)["streams"] != nil
            || target.path.split(separator: "/").count > 1 && target.path.hasPrefix("/ws/")
    }

    func subscribes(text: [UInt8]) -> Bool {
        guard let fields = document(text) else { return false }
        let verb = fields["op"] ?? fields["method"] ?? fields["type"] ?? fields["event"]
        return verb?.string?.lowercased() == "subscribe"
    }

    /// What a venue's time endpoint answers; `nil` for any other path.
    func clock(path: String, at now: Moment) -> [UInt8]? {
        switch path {
        case "/api/v3/time", "/fapi/v1/time": JSONWriter.object { $0.field("serverTime", now.milliseconds) }
        case "/api/v5/public/time":
            JSONWriter.object { json in
                json.field("code", "0")
                json.field("msg", "")
                json.array("data") { $0.object { $0.field("ts", String(now.milliseconds)) } }
            }
        case "/v5/market/time":
            JSONWriter.object { json in
                json.field("retCode", 0)
                json.field("retMsg", "OK")
                json.object("result") { result in
                    result.field("timeSecond", String(now.nanoseconds / 1_000_000_000))
                    result.field("timeNano", String(now.nanoseconds))
                }
                json.field("time", now.milliseconds)
            }
        case "/0/public/Time":
            JSONWriter.object { json in
                json.array("error") { _ in }
                json.object("result") { $0.field("unixtime", now.nanoseconds / 1_000_000_000) }
            }
        default: nil
        }
    }

    /// Answers that keep a client alive. Subscription answers are part of most recordings; Binance's are not
    /// when the streams stood in the URL, so there they are given here.
    func replies(to text: [UInt8], at now: Moment) -> [[UInt8]] {
        if text == Array("ping".utf8) { return [Array("pong".utf8)] }
        guard let fields = document(text) else { return [] }
        if isBinance, let verb = fields["method"]?.string?.lowercased(), let id = fields["id"],
            verb == "subscribe" || verb == "unsubscribe"
        {
            return [
                reply {
                    $0.key("result")
                    $0.null()
                    $0.key("id")
                    $0.document(id)
                }
            ]
        }
        if fields["op"]?.string == "ping" {
            return [
                reply {
                    $0.field("success", true)
                    $0.field("ret_msg", "pong")
                    $0.field("conn_id", "recorded")
                    $0.field("req_id", fields["req_id"]?.string ?? "")
                    $0.field("op", "ping")
                }
            ]
        }
        if isKraken, fields["method"]?.string == "ping" {
            return [
                reply {
                    $0.field("method", "pong")
                    if let id = fields["req_id"] {
                        $0.key("req_id")
                        $0.document(id)
                    }
                }
            ]
        }
        return []
    }

    private func reply(_ body: (inout JSONWriter) -> Void) -> [UInt8] { JSONWriter.object(body) }

    /// `nil` when the text is not JSON: such frames are ignored here, the recorder's venue has answered its
    /// own.
    private func document(_ text: [UInt8]) -> JSONDocument? {
        do throws(JSONDocument.Fault) { return try JSONDocument(text) } catch { return nil }
    }
}
