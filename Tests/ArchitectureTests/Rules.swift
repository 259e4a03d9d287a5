/// A broken rule: `path:line: what`.
struct Breach: Hashable, CustomStringConvertible {
    var path: String
    var line: Int
    var what: String
    var description: String { "\(path):\(line): \(what)" }
}

/// The house rules that can be read off the text of one file.
enum Rules {
    static let maximumFileLines = 400
    static let maximumFunctionLines = 70
    static let maximumColumns = 110
    static let bannedNames: Set<String> = ["Manager", "Helper", "Helpers", "Utils", "Util", "Common", "Impl"]

    /// Ways around the lanes, the injected clock and the injected entropy.
    static let escapes = [
        "Task {", "Task.detached", "Task.sleep", "Task.immediate", "ContinuousClock", "SuspendingClock",
        "Date()",
        "Date.now", "DispatchQueue", "DispatchTime", "Thread", "SystemRandomNumberGenerator", "UUID()",
        ".shuffled()",
        ".randomElement()",
    ]

    /// What no pure room does: wait, print.
    static let impurities = ["async", "await", "print(", "Task", "nonisolated(unsafe)"]

    static func size(_ source: ScannedSource) -> [Breach] {
        var breaches: [Breach] = []
        let count = source.lines.last?.text.isEmpty == true ? source.lines.count - 1 : source.lines.count
        if count > maximumFileLines {
            breaches.append(Breach(path: source.path, line: 1, what: "\(count) lines"))
        }
        for (index, line) in source.lines.enumerated() where line.text.count > maximumColumns {
            breaches.append(Breach(path: source.path, line: index + 1, what: "\(line.text.count) columns"))
        }
        for function in functions(source) where function.lines > maximumFunctionLines {
            breaches.append(
                Breach(path: source.path, line: function.start, what: "a function of \(function.lines) lines")
            )
        }
        return breaches
    }

    static func calls(_ source: ScannedSource, banned: [String]) -> [Breach] {
        banned.flatMap { call in
            source.numbers { contains($0, word: call) }.map {
                Breach(path: source.path, line: $0, what: call)
            }
        }
    }

    static func errorHandling(_ source: ScannedSource) -> [Breach] {
        var breaches = calls(source, banned: ["fatalError", "try!"])
        breaches += source.numbers { contains($0, word: "try?") }.filter { !source.hasComment(at: $0) }
            .map { Breach(path: source.path, line: $0, what: "try? without a reason") }
        let code = source.lines.map(\.code).joined(separator: "\n")
        for match in code.matches(of: #/catch\b[^{}]*\{\s*\}/#) {
            let line = code[..<match.range.upperBound].filter { $0 == "\n" }.count + 1
            breaches.append(Breach(path: source.path, line: line, what: "an empty catch"))
        }
        return breaches
    }

    static func names(_ source: ScannedSource) -> [Breach] {
        var found: [(Int, String)] = [(1, String(source.path.split(separator: "/").last ?? ""))]
        for (index, line) in source.lines.enumerated() where declares(line.code) {
            let declarations = line.code.matches(
                of: #/\b(?:class|struct|enum|actor|protocol|typealias) +(\w+)/#)
            found += declarations.map { (index + 1, String($0.output.1)) }
        }
        return found.flatMap { line, name in
            words(of: name).filter { bannedNames.contains($0) }.map {
                Breach(path: source.path, line: line, what: "the name \(name) says \($0)")
            }
        }
    }

    /// Cheaper than the expression that follows, and true of all that it finds.
    private static func declares(_ code: String) -> Bool {
        ["class ", "struct ", "enum ", "actor ", "protocol ", "typealias "]
            .contains { code.utf8.contains($0) }
    }

    /// `OrderManagerV2` is `Order`, `Manager`, `V2`.
    static func words(of name: String) -> [String] {
        name.matches(of: #/[A-Z]?[^A-Z.+_]+|[A-Z]/#).map { String($0.output) }
    }

    static func imports(_ source: ScannedSource) -> [(line: Int, module: String)] {
        source.lines.enumerated().compactMap { index, line in
            guard line.code.utf8.contains("import ") else { return nil }
            let pattern =
                #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |package |internal |private |fileprivate )?import /#
            guard let match = line.code.firstMatch(of: pattern) else { return nil }
            let words = line.code[match.range.upperBound...].split(separator: " ")
            let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let module = words.first { !kinds.contains(String($0)) }
            return module.map { (index + 1, String($0.prefix { $0 != "." })) }
        }
    }

    /// Whether `word` stands in the code and is not a part of a longer name.
    static func contains(_ code: String, word: String) -> Bool {
        func isPart(_ character: Character?) -> Bool {
            character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
        }
        guard code.utf8.contains(word) else { return false }
        return code.ranges(of: word).contains { range in
            let before = range.lowerBound > code.startIndex ? code[code.index(before: range.lowerBound)] : nil
            let after = range.upperBound < code.endIndex ? code[range.upperBound] : nil
            let startsName = isPart(word.first)
            let endsName = isPart(word.last)
            return !(startsName && isPart(before)) && !(endsName && isPart(after))
        }
    }
}

// Functions are found by their braces.
extension Rules {
    struct Function: Hashable {
        var start: Int
        var lines: Int
    }

    static func functions(_ source: ScannedSource) -> [Function] {
        var finder = FunctionFinder()
        for (index, line) in source.lines.enumerated() { finder.read(line.code, number: index + 1) }
        return finder.found
    }

    private struct FunctionFinder {
        var found: [Function] = []
        /// For each open brace, the line its function begins on, if it is a function's body.
        private var open: [Int?] = []
        private var pending: (line: Int, parentheses: Int)?
        private var parentheses = 0

        mutating func read(_ code: String, number: Int) {
            var word = ""
            var before: Character?
            for character in code + " " {
                if character.isLetter || character == "_" || character.isNumber {
                    word.append(character)
                    continue
                }
                let isDeclaration =
                    ["func", "deinit", "subscript"].contains(word) || (word == "init" && character != ":")
                if isDeclaration, before != "." { pending = (number, parentheses) }
                if !word.isEmpty {
                    before = word.last
                    word = ""
                }
                read(character, number: number)
                if !character.isWhitespace { before = character }
            }
        }

        private mutating func read(_ character: Character, number: Int) {
            switch character {
            case "(": parentheses += 1
            case ")": parentheses -= 1
            case "{":
                let isBody = pending.map { $0.parentheses == parentheses } ?? false
                open.append(isBody ? pending?.line : nil)
                if isBody { pending = nil }
            case "}":
                if let start = open.popLast(), let start {
                    found.append(Function(start: start, lines: number - start + 1))
                }
                // A requirement of the protocol that ends here; the closure of a default argument ends inside
                // of it.
                if pending?.parentheses == parentheses { pending = nil }
            default: break
            }
        }
    }
}

extension String.UTF8View {
    /// Whether the bytes of `part` stand here; much faster than a search by characters.
    func contains(_ part: String) -> Bool {
        let part = Array(part.utf8)
        let found = withContiguousStorageIfAvailable { bytes in
            bytes.count >= part.count
                && (0...(bytes.count - part.count)).contains { start in
                    part.indices.allSatisfy { bytes[start + $0] == part[$0] }
                }
        }
        guard let found else { preconditionFailure("strings of Swift lie in one piece") }
        return found
    }
}
