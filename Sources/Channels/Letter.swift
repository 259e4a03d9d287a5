import TradingModel
import Watch

/// Something longer than an alert that nobody needs to answer: a report.
public struct Letter: Hashable, Sendable {
    /// One line.
    public var title: String
    /// What it says in plain words, for channels that take no more.
    public var text: String
    /// The whole of it as a page; mail carries it as an attachment of this name.
    public var page: String
    public var pageName: String
    public var at: Moment

    public init(title: String, text: String, page: String, pageName: String, at: Moment) {
        self.title = title
        self.text = text
        self.page = page
        self.pageName = pageName
        self.at = at
    }
}

extension Letter {
    var json: String {
        let fields = [
            ("kind", "report"), ("title", title), ("text", text), ("page", pageName), ("at", at.text),
        ]
        return "{" + fields.map { "\"\($0)\":\(JSONString.quoted($1))" }.joined(separator: ",")
            + ",\"at_ns\":\(at.nanoseconds)}"
    }

    /// RFC 2046: the text, and the page behind it. A base64 line never begins like the boundary.
    var mailBody: (contentType: String, lines: [String]) {
        let boundary = "arbnode-report-\(at.nanoseconds)"
        let body = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map {
            String($0.prefix(900))
        }
        let lines =
            [
                "--\(boundary)", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
                "",
            ] + body + [
                "--\(boundary)", "Content-Type: text/html; charset=utf-8",
                "Content-Transfer-Encoding: base64",
                "Content-Disposition: attachment; filename=\"\(pageName)\"", "",
            ] + MailBase64.lines(Array(page.utf8)) + ["--\(boundary)--"]
        return ("multipart/mixed; boundary=\"\(boundary)\"", lines)
    }
}

/// RFC 2045 §6.8: lines of 76 characters.
enum MailBase64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func lines(_ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: bytes.count, by: 57).map { start in
            var line: [UInt8] = []
            for index in stride(from: start, to: min(start + 57, bytes.count), by: 3) {
                let left = bytes.count - index
                let word =
                    UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                    | (left > 2 ? UInt32(bytes[index + 2]) : 0)
                line.append(alphabet[Int(word >> 18)])
                line.append(alphabet[Int(word >> 12 & 63)])
                line.append(left > 1 ? alphabet[Int(word >> 6 & 63)] : UInt8(ascii: "="))
                line.append(left > 2 ? alphabet[Int(word & 63)] : UInt8(ascii: "="))
            }
            return String(decoding: line, as: UTF8.self)
        }
    }
}
