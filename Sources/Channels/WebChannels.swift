import CCurl
import TradingModel
import Watch

/// A POST of one JSON object for each alert.
public struct WebhookChannel: AlertChannel {
    private let url: String
    private let token: Secret?
    private let authority: String?

    /// - Parameter token: goes into `Authorization: Bearer`.
    public init(url: String, token: Secret? = nil, authority: String? = nil) {
        self.url = url
        self.token = token
        self.authority = authority
    }

    public func deliver(_ message: ChannelMessage, unless stop: StopFlag) throws(DeliveryFault) {
        try HTTPPost.send(message.json, to: url, token: token, authority: authority, unless: stop)
    }
}

/// A message to one chat by a bot.
public struct TelegramChannel: AlertChannel {
    private let api: String
    private let chat: String
    private let token: Secret
    private let authority: String?

    /// Characters of one message: the bot API's own limit is 4,096.
    static let longest = 4_000

    /// - Parameter api: `https://api.telegram.org`, or a server of one's own that speaks the same.
    public init(api: String, chat: String, token: Secret, authority: String? = nil) {
        self.api = api
        self.chat = chat
        self.token = token
        self.authority = authority
    }

    public func deliver(_ message: ChannelMessage, unless stop: StopFlag) throws(DeliveryFault) {
        let text = String(message.text.prefix(TelegramChannel.longest))
        let isQuiet =
            if case .alert(let alert) = message { alert.severity < .critical } else { true }
        let body =
            "{\"chat_id\":\(JSONString.quoted(chat)),\"text\":\(JSONString.quoted(text)),"
            + "\"disable_notification\":\(isQuiet)}"
        // The token is part of the path: the address is as secret as the token.
        try HTTPPost.send(
            body, to: "\(api)/bot\(token.reveal)/sendMessage", token: nil, authority: authority, unless: stop)
    }
}

enum HTTPPost {
    /// Statuses that say that this very message will never be taken.
    private static let final = [400, 413, 422]

    static func send(
        _ json: String, to url: String, token: Secret?, authority: String?, unless stop: StopFlag
    ) throws(DeliveryFault) {
        let transfer = CurlTransfer(url, protocols: "http,https", authority: authority)
        transfer.number(CURLOPT_FOLLOWLOCATION, 0)
        var headers = ["Content-Type: application/json", "Expect:"]
        if let token { headers.append("Authorization: Bearer \(token.reveal)") }
        transfer.list(CURLOPT_HTTPHEADER, headers)
        transfer.post(json)
        let status = try transfer.perform(unless: stop)
        guard (200..<300).contains(status) else {
            throw DeliveryFault("the other side said \(status)", isFinal: final.contains(status))
        }
    }
}

/// A password or token: used, never shown.
public struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
    let reveal: String
    public init(_ text: String) { reveal = text }
    public var description: String { "Secret(…)" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
