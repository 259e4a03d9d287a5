import Foundation
import Testing

/// Every incident code that the sources know has a runbook that names it and a test in which it fires. (That
/// each has a title, an owner and advice, the compiler sees to.)
@Suite struct IncidentCodeTests {
    private struct Code {
        var name: String
        var spelled: String
    }

    private static func codes() throws -> [Code] {
        let text = try String(
            contentsOf: House.root.appending(path: "Sources/TradingModel/OperatingMode.swift"),
            encoding: .utf8)
        let vocabulary = text[(text.range(of: "enum IncidentCode")?.upperBound ?? text.endIndex)...]
        return vocabulary.matches(of: #/case (\w+) = "([A-Z_]+)"/#).map {
            Code(name: String($0.output.1), spelled: String($0.output.2))
        }
    }

    private static func runbooks() throws -> [(name: String, text: String)] {
        let folder = House.root.appending(path: "runbooks")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .filter { $0.hasSuffix(".yaml") }
            .map { ($0, try String(contentsOf: folder.appending(path: $0), encoding: .utf8)) }
    }

    /// Words of `codes: [A, B]`.
    private static func codes(of runbook: String) -> Set<String> {
        guard let match = runbook.firstMatch(of: #/(?m)^codes: \[([^\]]*)\]/#) else { return [] }
        return Set(match.output.1.split(whereSeparator: { ", ".contains($0) }).map(String.init))
    }

    @Test func `the vocabulary is found`() throws {
        #expect(try Self.codes().count >= 30)
    }

    @Test func `every code's runbook names it, and no runbook names a code that is none`() throws {
        let catalogue = try String(
            contentsOf: House.root.appending(path: "Sources/Watch/IncidentCode+Catalogue.swift"),
            encoding: .utf8)
        let rows = catalogue[(catalogue.range(of: "var runbook")?.upperBound ?? catalogue.endIndex)...]
        var told: [String: String] = [:]
        for match in rows.matches(of: #/case ([^:]+):\s*"([^"]+)"/#) {
            for name in match.output.1.matches(of: #/\.(\w+)/#) {
                told[String(name.output.1)] = String(match.output.2)
            }
        }
        let runbooks = try Self.runbooks()
        let codes = try Self.codes()
        for code in codes {
            guard let name = told[code.name] else {
                Issue.record("\(code.spelled) has no runbook")
                continue
            }
            let text = runbooks.first { $0.name == name + ".yaml" }?.text
            #expect(text != nil, "runbooks/\(name).yaml is missing for \(code.spelled)")
            #expect(
                text.map { Self.codes(of: $0).contains(code.spelled) } ?? true,
                "runbooks/\(name).yaml does not name \(code.spelled)")
        }
        let known = Set(codes.map(\.spelled))
        for runbook in runbooks {
            let strange = Self.codes(of: runbook.text).subtracting(known)
            #expect(strange.isEmpty, "\(runbook.name) names \(strange)")
        }
    }

    /// The rooms' own tests of the register use codes as examples; those fire nothing.
    @Test func `every code fires in a test of what raises it`() throws {
        let tests = try House.sources(in: "Tests").filter {
            !$0.path.hasPrefix("Tests/WatchTests/") && !$0.path.hasPrefix("Tests/ChannelsTests/")
                && !$0.path.hasPrefix("Tests/ArchitectureTests/")
        }
        let lines = tests.flatMap { $0.lines.map(\.code) }
        for code in try Self.codes() {
            #expect(
                lines.contains { Rules.contains($0, word: ".\(code.name)") },
                "no test makes \(code.spelled) fire")
        }
    }
}
