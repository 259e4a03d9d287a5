import Foundation

/// One thing that is wrong in a configuration, with the place to put it right.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    public var origin: Origin
    /// What is wrong and what would be right. Never holds a secret.
    public var message: String

    public init(origin: Origin, message: String) {
        self.origin = origin
        self.message = message
    }

    /// `file:line:column: message`.
    public var description: String { "\(origin): \(message)" }
}

/// Everything that is wrong, at once, ordered by file, line and column; never empty.
public struct ConfigurationProblems: Error, Sendable, CustomStringConvertible {
    public let list: [ConfigurationProblem]

    init(_ problems: [ConfigurationProblem]) {
        precondition(!problems.isEmpty, "a failure has a reason")
        var seen: Set<ConfigurationProblem> = []
        list = problems.filter { seen.insert($0).inserted }.sorted { a, b in
            (a.origin.file, a.origin.line, a.origin.column, a.message)
                < (b.origin.file, b.origin.line, b.origin.column, b.message)
        }
    }

    /// One problem a line.
    public var description: String { list.map(\.description).joined(separator: "\n") }

    /// One JSON object: `{"file","valid":false,"problems":[{"file","line","column","message"}]}`.
    public func json(file: String) -> String {
        let problems = list.map {
            ProblemReport.Problem(
                file: $0.origin.file, line: $0.origin.line, column: $0.origin.column, message: $0.message)
        }
        return ProblemReport(file: file, valid: false, problems: problems).json
    }
}

/// What `arbnode config validate --json` prints.
struct ProblemReport: Encodable {
    struct Problem: Encodable {
        var file: String
        var line: Int
        var column: Int
        var message: String
    }
    var file: String
    var valid: Bool
    var problems: [Problem]

    var json: String { JSONText.of(self) }
}

/// JSON for people and scripts: stable key order, slashes as they are.
enum JSONText {
    static func of(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            preconditionFailure("strings, integers and booleans always encode: \(error)")
        }
    }
}
