/// What a line of a recording is about: the second field (DESIGN.md §8).
public enum RecordedChannel: Hashable, Sendable {
    /// `ws<n>`: a frame received on connection n.
    case received(connection: Int)
    /// `ws<n>>`: a frame sent on connection n.
    case sent(connection: Int)
    /// `open<n>`: connection n was opened; the payload is its URL.
    case opened(connection: Int)
    /// `close<n>`: connection n was closed; the payload is the reason, if any.
    case closed(connection: Int)
    /// `http <METHOD> <path?query>`: the payload is the body of the answer.
    case http(method: String, target: String)

    /// As the file spells it.
    public var text: String {
        switch self {
        case .received(let connection): "ws\(connection)"
        case .sent(let connection): "ws\(connection)>"
        case .opened(let connection): "open\(connection)"
        case .closed(let connection): "close\(connection)"
        case .http(let method, let target): "http \(method) \(target)"
        }
    }

    /// Reads a channel as the file spells it; `nil` when it is none of the five. Only `http` allocates.
    init?(_ text: UnsafeRawBufferPointer) {
        if let number = Self.number(in: text, after: "ws") {
            self = .received(connection: number)
        } else if text.last == UInt8(ascii: ">"),
            let number = Self.number(in: UnsafeRawBufferPointer(rebasing: text.dropLast()), after: "ws")
        {
            self = .sent(connection: number)
        } else if let number = Self.number(in: text, after: "open") {
            self = .opened(connection: number)
        } else if let number = Self.number(in: text, after: "close") {
            self = .closed(connection: number)
        } else {
            let words = String(decoding: text, as: UTF8.self)
                .split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == "http", !words[1].isEmpty, words[2].hasPrefix("/") else {
                return nil
            }
            self = .http(method: String(words[1]), target: String(words[2]))
        }
    }

    /// The one to six digits that follow `word` and end the text.
    private static func number(in text: UnsafeRawBufferPointer, after word: StaticString) -> Int? {
        let prefix = word.utf8CodeUnitCount
        guard (prefix + 1...prefix + 6).contains(text.count) else { return nil }
        for index in 0..<prefix where text[index] != word.utf8Start[index] { return nil }
        var number = 0
        for index in prefix..<text.count {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = text[index] else { return nil }
            number = number * 10 + Int(text[index] - UInt8(ascii: "0"))
        }
        return number
    }
}
