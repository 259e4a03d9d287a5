import Yams

/// YAML text → `Setting`, with every problem the text itself has.
struct YAMLText {
    /// Deeper than any schema here.
    private static let deepest = 32
    /// Aliases can multiply nodes without end; a configuration has a few hundred.
    private static let mostNodes = 20_000

    let file: String
    private(set) var problems: [ConfigurationProblem] = []
    private var nodes = 0
    /// Placeholder → the duplicate key it stands for (see `composed`).
    private var masked: [String: String] = [:]

    init(file: String) { self.file = file }

    /// `nil` when the text cannot be used at all; `problems` then says why.
    mutating func parse(_ bytes: [UInt8]) -> Setting? {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            report("is not UTF-8 text", line: YAMLText.firstBadLine(bytes), column: 1)
            return nil
        }
        guard let root = composed(text) else { return nil }
        return setting(root, depth: 0)
    }

    private mutating func report(_ message: String, line: Int, column: Int) {
        problems.append(
            ConfigurationProblem(origin: Origin(file: file, line: line, column: column), message: message))
    }

    private static func firstBadLine(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return 1 + (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0)
    }

    /// Yams stops at the first mapping with a duplicate key and names the key's first place. To list all
    /// duplicates with the place of the second, the first is masked by a private-use key of the same length
    /// and the text composed again.
    private mutating func composed(_ original: String) -> Node? {
        var text = original
        for round in 0..<1_000 {
            do {
                if let root = try Yams.compose(yaml: text, .default, .default, .utf8) { return root }
                report("is empty", line: 1, column: 1)
                return nil
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                guard let name = names.first, let mask = Unicode.Scalar(0xE000 + UInt32(round)),
                    let next = YAMLText.masking(name, in: text, at: context.mark, with: mask)
                else {
                    let shown = names.map { "`\($0)`" }.joined(separator: ", ")
                    report(
                        "duplicate key \(shown)", line: max(1, context.mark.line),
                        column: max(1, context.mark.column))
                    return nil
                }
                masked[YAMLText.placeholder(for: name, mask)] = name
                text = next
            } catch {
                report(error, in: text)
                return nil
            }
        }
        report("has more than 1000 duplicate keys", line: 1, column: 1)
        return nil
    }

    private static func placeholder(for name: String, _ mask: Unicode.Scalar) -> String {
        String(String.UnicodeScalarView(repeatElement(mask, count: name.unicodeScalars.count)))
    }

    /// The text with the key `name` at `mark` replaced; `nil` if it is not spelled literally there.
    private static func masking(_ name: String, in text: String, at mark: Mark, with mask: Unicode.Scalar)
        -> String?
    {
        var scalars = Array(text.unicodeScalars)
        var index = 0
        var line = 1
        while line < mark.line {
            guard let newline = scalars[index...].firstIndex(of: "\n") else { return nil }
            index = newline + 1
            line += 1
        }
        index += mark.column - 1
        if index < scalars.count, scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        let wanted = Array(name.unicodeScalars)
        guard !wanted.isEmpty, index + wanted.count <= scalars.count,
            scalars[index..<index + wanted.count].elementsEqual(wanted)
        else { return nil }
        for offset in 0..<wanted.count { scalars[index + offset] = mask }
        return String(String.UnicodeScalarView(scalars))
    }

    private mutating func report(_ error: any Error, in text: String) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let circumstance = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
            report(
                "not valid YAML: \(problem)\(circumstance)", line: max(1, mark.line),
                column: max(1, mark.column))
        case YamlError.reader(let problem, let offset, _, _):
            let before = text.prefix(max(0, offset ?? 0))
            let line = 1 + before.filter(\.isNewline).count
            let column = 1 + before.reversed().prefix { !$0.isNewline }.count
            report("not valid YAML: \(problem)", line: line, column: column)
        default:
            report("not valid YAML", line: 1, column: 1)
        }
    }

    private mutating func setting(_ node: Node, depth: Int) -> Setting {
        let origin = Origin(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        nodes += 1
        guard depth < YAMLText.deepest, nodes < YAMLText.mostNodes else {
            let message = depth < YAMLText.deepest ? "too many values" : "nested too deeply"
            if nodes <= YAMLText.mostNodes { report(message, line: origin.line, column: origin.column) }
            return Setting(content: .scalar("", plain: true), origin: origin)
        }
        switch node {
        case .scalar(let scalar):
            let plain = scalar.style == .plain
            return Setting(content: .scalar(scalar.string, plain: plain), origin: origin)
        case .sequence(let sequence):
            return Setting(content: .sequence(sequence.map { setting($0, depth: depth + 1) }), origin: origin)
        case .mapping(let mapping):
            return Setting(content: .mapping(entries(mapping, depth: depth)), origin: origin)
        case .alias:
            // Yams resolves aliases while it composes; one that is left has no target.
            report("an alias without an anchor", line: origin.line, column: origin.column)
            return Setting(content: .scalar("", plain: true), origin: origin)
        }
    }

    private mutating func entries(_ mapping: Node.Mapping, depth: Int) -> [Setting.Entry] {
        var entries: [Setting.Entry] = []
        var firstLine: [String: Int] = [:]
        for (keyNode, valueNode) in mapping {
            let line = keyNode.mark?.line ?? 1
            let column = keyNode.mark?.column ?? 1
            guard case .scalar(let scalar) = keyNode else {
                report("a key must be a single word", line: line, column: column)
                continue
            }
            let key = masked[scalar.string] ?? scalar.string
            if let first = firstLine[key] {
                report("duplicate key `\(key)`: first set in line \(first)", line: line, column: column)
                continue
            }
            firstLine[key] = line
            let value = setting(valueNode, depth: depth + 1)
            entries.append(
                Setting.Entry(
                    key: key, keyOrigin: Origin(file: file, line: line, column: column), value: value))
        }
        return entries
    }
}
