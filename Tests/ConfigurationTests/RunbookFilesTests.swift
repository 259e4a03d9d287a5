import Configuration
import Foundation
import Runbooks
import Testing
import TradingModel

@Suite struct `The runbooks that come with the product` {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "runbooks").path

    @Test func `are all sound, and every incident code has one`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder).sorted()
        let paths = names.filter { $0.hasSuffix(".yaml") }.map { Self.folder + "/" + $0 }
        let runbooks: [Runbook]
        switch RunbookReading.load(paths) {
        case .success(let loaded): runbooks = loaded
        case .failure(let problems):
            Issue.record("\(problems)")
            return
        }
        #expect(runbooks.count >= 15)
        for code in IncidentCode.allCases {
            #expect(runbooks.contains { $0.codes.contains(code) }, "\(code.rawValue)")
        }
        for runbook in runbooks {
            let letsRiskIn = runbook.steps.contains { $0.action.loosens }
            #expect(
                !letsRiskIn || runbook.approvals >= 1, "\(runbook.name) lets risk in on one person's word")
        }
    }

    private static let sound = """
        runbook: rb-99-test
        title: A test
        target: venue
        codes: [HEDGE_FAILURE]
        reviewed: 2026-03-01
        steps:
          - id: hold
            do: hold
            why: "because"
            ensures: ["mode >= HOLD"]
            timeout: 1m
            danger: caution
          - id: resume
            do: resume
            why: "because"
            requires: ["unknown_orders = 0", "not venue_safe"]
            ensures: ["mode = NORMAL"]
            timeout: 30s
            danger: danger
            undo: hold

        """

    private func load(_ text: String) -> Result<[Runbook], ConfigurationProblems> {
        RunbookReading.load(["rb-99-test.yaml"], source: TableSource(files: ["rb-99-test.yaml": text]))
    }

    @Test func `are read whole`() throws {
        let runbook = try #require(try load(Self.sound).get().first)
        #expect(runbook.steps.map(\.action) == [.hold, .resume])
        #expect(runbook.steps[1].requires.map(\.text) == ["unknown_orders = 0", "not venue_safe"])
        #expect(runbook.steps[1].timeout == .seconds(30) && runbook.steps[1].undo == .hold)
        #expect(runbook.approvals == 1)
    }

    @Test(arguments: [
        ("runbook: rb-99-test", "runbook: rb-98-test", "the file is called rb-99-test"),
        ("codes: [HEDGE_FAILURE]", "codes: [HEDGE_FAILED]", "an incident code"),
        ("do: resume", "do: restart", "expected one of"),
        ("mode = NORMAL", "mode = FINE", "a condition like"),
        ("timeout: 30s", "timeout: 0s", "between"),
        ("    danger: danger\n", "", "lets risk in"),
        ("undo: hold", "undo: resume", "safe side"),
        ("id: resume", "id: hold", "two steps are called hold"),
        ("why: \"because\"", "wy: \"because\"", "unknown key"),
        ("target: venue", "target: node", "a venue's state"),
        ("reviewed: 2026-03-01", "reviewed: yesterday", "a day like"),
    ])
    func `are refused with their place when they are wrong`(old: String, new: String, says: String) {
        let text = Self.sound.replacing(old, with: new, maxReplacements: 1)
        #expect(text != Self.sound)
        let problems: [ConfigurationProblem]
        switch load(text) {
        case .success: problems = []
        case .failure(let found): problems = found.list
        }
        #expect(problems.contains { $0.message.contains(says) }, "\(problems)")
    }
}
