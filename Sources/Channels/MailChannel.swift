import CCurl
import TradingModel
import Watch

/// Mail by SMTP.
public struct MailChannel: AlertChannel {
    private let mail: AlertPolicy.Mail
    private let password: Secret?
    private let authority: String?

    public init(_ mail: AlertPolicy.Mail, password: Secret? = nil, authority: String? = nil) {
        self.mail = mail
        self.password = password
        self.authority = authority
    }

    public func deliver(_ message: ChannelMessage, unless stop: StopFlag) throws(DeliveryFault) {
        let transfer = CurlTransfer(mail.server, protocols: "smtp,smtps", authority: authority)
        let encryption = mail.encrypts ? CURLUSESSL_ALL : CURLUSESSL_NONE
        transfer.number(CURLOPT_USE_SSL, Int(encryption.rawValue))
        transfer.text(CURLOPT_MAIL_FROM, "<\(mail.from)>")
        transfer.list(CURLOPT_MAIL_RCPT, mail.to.map { "<\($0)>" })
        if let user = mail.user, let password {
            transfer.text(CURLOPT_USERNAME, user)
            transfer.text(CURLOPT_PASSWORD, password.reveal)
        }
        transfer.number(CURLOPT_UPLOAD, 1)
        // A transfer that libcurl calls done is one whose last answer was a 2xx.
        _ = try transfer.perform(upload: MailChannel.letter(message, mail), unless: stop)
    }

    /// RFC 5322, lines ended by CRLF. Others' words can start no header: the subject has no line breaks.
    static func letter(_ message: ChannelMessage, _ mail: AlertPolicy.Mail) -> String {
        let subject = message.headline.unicodeScalars.prefix(180).map { scalar in
            (0x20..<0x7F).contains(scalar.value) ? Character(scalar) : "?"
        }
        let head = [
            "Date: \(message.at.mailDate)", "From: <\(mail.from)>",
            "To: " + mail.to.map { "<\($0)>" }.joined(separator: ", "),
            "Subject: [arbnode] " + String(subject),
            "Message-ID: <\(message.at.nanoseconds).\(number(message))@arbnode>",
            "MIME-Version: 1.0", "Auto-Submitted: auto-generated",
        ]
        if case .letter(let letter) = message {
            let (contentType, lines) = letter.mailBody
            return (head + ["Content-Type: \(contentType)", ""] + lines).joined(separator: "\r\n") + "\r\n"
        }
        let plain = ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
        let body = message.text.split(omittingEmptySubsequences: false) { $0.isNewline }
        return (head + plain + [""] + body.map { String($0.prefix(900)) }).joined(separator: "\r\n") + "\r\n"
    }

    private static func number(_ message: ChannelMessage) -> String {
        switch message {
        case .alert(let alert): "\(alert.number)-\(alert.kind.name)"
        case .summary(let count, _): "summary-\(count)"
        case .letter: "report"
        }
    }
}
