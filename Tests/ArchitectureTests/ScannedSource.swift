/// A Swift file with its comments and strings told apart from its code, line by line, so that rules about
/// code are not set off by prose. Line numbers count from 1.
struct ScannedSource {
    struct Line {
        var text: String
        /// Without comments; string contents are left out, their quotes stay.
        var code: String
        var comment: String
    }

    let path: String
    private(set) var lines: [Line] = []

    init(path: String, text: String) {
        self.path = path
        var scanner = Scanner(Array(text))
        scanner.code(until: nil)
        let texts = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in texts.enumerated() {
            lines.append(
                Line(
                    text: String(line), code: scanner.code.indices.contains(index) ? scanner.code[index] : "",
                    comment: scanner.comments.indices.contains(index) ? scanner.comments[index] : ""))
        }
    }

    /// Line numbers whose code satisfies `test`, escaped ones left out: a rule about calls is lifted on a
    /// line by `// sim-ok: reason`.
    func numbers(where test: (String) -> Bool) -> [Int] {
        lines.indices.filter { test(lines[$0].code) && !isEscaped($0) }.map { $0 + 1 }
    }

    private func isEscaped(_ index: Int) -> Bool {
        guard let mark = lines[index].comment.range(of: "sim-ok:") else { return false }
        return lines[index].comment[mark.upperBound...].contains { $0.isLetter }
    }

    /// Whether a comment stands on the line or right above it.
    func hasComment(at number: Int) -> Bool {
        if !lines[number - 1].comment.isEmpty { return true }
        return number >= 2 && lines[number - 2].code.allSatisfy(\.isWhitespace)
            && !lines[number - 2].comment.isEmpty
    }
}

extension String {
    func range(of part: String) -> Range<String.Index>? { ranges(of: part).first }
}

/// Splits text into code and comments; knows nested block comments, raw and multi-line strings and
/// interpolation.
private struct Scanner {
    private let text: [Character]
    private var position = 0
    private(set) var code = [""]
    private(set) var comments = [""]

    init(_ text: [Character]) { self.text = text }

    private func looksAt(_ part: String) -> Bool {
        var place = position
        for character in part {
            guard place < text.count, text[place] == character else { return false }
            place += 1
        }
        return true
    }

    private mutating func take(asCode: Bool) {
        let character = text[position]
        position += 1
        if character.isNewline {
            code.append("")
            comments.append("")
        } else if asCode {
            code[code.count - 1].append(character)
        } else {
            comments[comments.count - 1].append(character)
        }
    }

    /// Skips a character of a string; a line break in it still begins a line.
    private mutating func drop() {
        let character = text[position]
        position += 1
        if character.isNewline {
            code.append("")
            comments.append("")
        }
    }

    /// Reads code to its end or to the parenthesis that closes an interpolation.
    mutating func code(until close: Character?) {
        var depth = 0
        while position < text.count {
            if looksAt("//") {
                while position < text.count, !text[position].isNewline { take(asCode: false) }
            } else if looksAt("/*") {
                blockComment()
            } else if text[position] == "\"" || (text[position] == "#" && isRawString()) {
                string()
            } else {
                if text[position] == "(" { depth += 1 }
                if text[position] == ")" {
                    if depth == 0, close != nil { return }
                    depth -= 1
                }
                take(asCode: true)
            }
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if looksAt("/*") { depth += 1 }
            if looksAt("*/") { depth -= 1 }
            let isMark = looksAt("/*") || looksAt("*/")
            take(asCode: false)
            if isMark { take(asCode: false) }
        } while depth > 0 && position < text.count
    }

    private func isRawString() -> Bool {
        var index = position
        while index < text.count, text[index] == "#" { index += 1 }
        return index < text.count && text[index] == "\""
    }

    private mutating func string() {
        var hashes = ""
        while text[position] == "#" {
            hashes.append("#")
            position += 1
        }
        let quote = looksAt("\"\"\"") ? "\"\"\"" : "\""
        code[code.count - 1].append(quote)
        position += quote.count
        while position < text.count, !looksAt(quote + hashes) {
            if looksAt("\\" + hashes + "(") {
                position += 2 + hashes.count
                code(until: ")")
                if position < text.count { drop() }
            } else if looksAt("\\" + hashes) {
                position += 1 + hashes.count
                if position < text.count { drop() }
            } else {
                drop()
            }
        }
        code[code.count - 1].append(quote)
        position = min(text.count, position + quote.count + hashes.count)
    }
}
