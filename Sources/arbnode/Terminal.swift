import Foundation
import Streams

/// What goes to the person: results on stdout, everything else on stderr.
enum Terminal {
    static let errorIsTerminal = isatty(2) == 1

    static func say(_ text: String) { TextStream.error.write(text + "\n") }

    static func print(_ text: String) { TextStream.result(text + "\n") }

    /// Draws `lines` over the previous drawing on a terminal; elsewhere nothing.
    static func redraw(_ lines: [String], over previous: Int) {
        guard errorIsTerminal else { return }
        var text = previous > 0 ? "\u{1B}[\(previous)A" : ""
        for line in lines { text += "\u{1B}[2K" + line + "\n" }
        TextStream.error.write(text)
    }

    /// Names and what is said about them, aligned.
    static func columns(_ rows: [[String]]) -> [String] {
        let width = rows.map { $0[0].count }.max() ?? 0
        return rows.map { $0[0] + String(repeating: " ", count: width - $0[0].count + 2) + $0[1] }
    }

    /// One object, its members in lower_snake_case.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
