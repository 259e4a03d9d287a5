import Runbooks
import TradingModel

/// Reads `runbooks/<name>.yaml` into a runbook, every problem at once with its place.
public enum RunbookReading {
    /// Every `.yaml` of the paths, in their order; or all problems of all of them.
    public static func load(
        _ paths: [String], source: some ConfigurationSource = DiskSource()
    ) -> Result<[Runbook], ConfigurationProblems> {
        var problems: [ConfigurationProblem] = []
        var runbooks: [Runbook] = []
        for path in paths {
            let file = ConfigurationPath.normalized(path)
            let ledger = SettingLedger()
            var files = ConfigurationFiles(source: source)
            let runbook = files.read(file).flatMap { read($0, file, ledger) }
            problems += files.problems + ledger.problems
            if let runbook { runbooks.append(runbook) }
        }
        for problem in RunbookShelf(runbooks, digest: { _ in "" }).problems where problems.isEmpty {
            let file = paths.first { $0.hasSuffix("/\(problem.runbook).yaml") } ?? problem.runbook
            let origin = Origin(file: file, line: 1, column: 1)
            problems.append(ConfigurationProblem(origin: origin, message: problem.text))
        }
        return problems.isEmpty ? .success(runbooks) : .failure(ConfigurationProblems(problems))
    }

    private static func read(_ tree: Setting, _ file: String, _ ledger: SettingLedger) -> Runbook? {
        guard case .mapping(let entries) = tree.content else { return nil }
        let root = Section(
            path: "", origin: Origin(file: file, line: 1, column: 1), entries: entries, ledger: ledger)
        let name = root.value("runbook", .text("a name like rb-05-venue-outage") { isName($0) })
        let title = root.value("title", .text("one line") { !$0.isEmpty })
        let target = root.value("target", .choice(Runbook.Target.allCases))
        let codes = root.values("codes", .text("an incident code") { IncidentCode(rawValue: $0) != nil })
        let reviewed = root.value("reviewed", .text("a day like 2026-03-01") { isDay($0) })
        let items = root.list("steps")
        root.finish()
        guard let name, let title, let target, let codes, let reviewed, let items else { return nil }
        let steps = items.enumerated().map { index, item in
            NodeReading.group(item, path: "steps[\(index)]", ledger).flatMap { step($0) }
        }
        let whole = steps.compactMap { $0 }
        guard whole.count == steps.count else { return nil }
        let runbook = Runbook(
            name: name, title: title, target: target, codes: codes.compactMap { IncidentCode(rawValue: $0) },
            reviewed: reviewed, steps: whole)
        let stem = file.split(separator: "/").last.map { String($0.dropLast(".yaml".count)) }
        if stem != name { root.report("the file is called \(stem ?? "")", at: "runbook") }
        for problem in runbook.problems { root.report(problem, at: "steps") }
        return runbook.problems.isEmpty && stem == name ? runbook : nil
    }

    private static func step(_ section: Section) -> RunbookStep? {
        let id = section.value("id", .text("a word") { isName($0) })
        let action = section.value("do", .choice(RunbookAction.allCases))
        let why = section.value("why", .text("a sentence") { !$0.isEmpty })
        let condition = SettingKind<String>.text("a condition like unknown_orders = 0 or not venue_safe") {
            RunbookCondition($0) != nil
        }
        let requires = section.values("requires", condition)
        let ensures = section.values("ensures", condition)
        let timeout = section.value("timeout", .span(.seconds(1)...(.seconds(86_400))))
        let danger = section.value("danger", .choice(RunbookDanger.allCases), standard: RunbookDanger.none)
        let value = section.optional("value", .integer(0...100))
        let runbook = section.optional("runbook", .text("a runbook's name") { isName($0) })
        let undo = section.optional("undo", .choice(RunbookAction.allCases))
        section.finish()
        guard let id, let action, let why, let requires, let ensures, let timeout, let danger, let value,
            let runbook, let undo
        else { return nil }
        return RunbookStep(
            id: id, action: action, why: why, requires: requires.compactMap { RunbookCondition($0) },
            ensures: ensures.compactMap { RunbookCondition($0) }, timeout: timeout, danger: danger,
            value: value, runbook: runbook, undo: undo)
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    private static func isDay(_ text: String) -> Bool {
        text.wholeMatch(of: /20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])/) != nil
    }
}
