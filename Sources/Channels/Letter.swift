import TradingModel
import Watch

/// Something longer than an alert that nobody needs to answer: a report.
public struct Letter: Hashable, Sendable {
    /// One line.
    public var title: String
    /// What it says in plain words, for channels that take no more.
    public var text: String
    /// The whole of it, in each form that there is; mail carries them as attachments.
    public var pages: [Page]
    public var at: Moment

    public struct Page: Hashable, Sendable {
        public var name: String
        /// As MIME has it.
        public var type: String
        public var bytes: [UInt8]
        public init(name: String, type: String, bytes: [UInt8]) {
            self.name = name
            self.type = type
            self.bytes = bytes
        }
    }

    public init(title: String, text: String, pages: [Page], at: Moment) {
        self.title = title
        self.text = text
        self.pages = pages
        self.at = at
    }
}

extension Letter {
    var json: String {
        let fields = [
            ("kind", "report"), ("title", title), ("text", text), ("page", pages.first?.name ?? ""),
            ("at", at.text),
        ]
        return "{" + fields.map { "\"\($0)\":\(JSONString.quoted($1))" }.joined(separator: ",")
            + ",\"at_ns\":\(at.nanoseconds)}"
    }

    /// RFC 2046: the text, and the pages behind it. A base64 line never begins like the boundary.
    var mailBody: (contentType: String, lines: [String]) {
        let boundary = "arbnode-report-\(at.nanoseconds)"
        let body = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map {
            String($0.prefix(900))
        }
        let lines =
            [
                "--\(boundary)", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
                "",
            ] + body
            + pages.flatMap { page in
                [
                    "--\(boundary)", "Content-Type: \(page.type)", "Content-Transfer-Encoding: base64",
                    "Content-Disposition: attachment; filename=\"\(page.name)\"", "",
                ] + MailBase64.lines(page.bytes)
            } + ["--\(boundary)--"]
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
