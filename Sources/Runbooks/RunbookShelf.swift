import TradingModel

/// The runbooks a node knows, and how a plan's bytes are hashed.
public struct RunbookShelf: Sendable {
    public var runbooks: [Runbook]
    private let digest: @Sendable ([UInt8]) -> String

    /// - Parameter digest: SHA-256 in lower-case hex digits.
    public init(_ runbooks: [Runbook], digest: @escaping @Sendable ([UInt8]) -> String) {
        self.runbooks = runbooks
        self.digest = digest
    }

    /// A node without any.
    public static let empty = RunbookShelf([]) { _ in "" }

    public subscript(name: String) -> Runbook? { runbooks.first { $0.name == name } }

    /// What an approval is given to: the runbook, its target, and every runbook that it runs.
    public func plan(_ runbook: Runbook, target: String) -> String {
        digest(family(runbook).flatMap { RunbookPlan.canonical($0, target: target) })
    }

    /// The runbook and all that it runs, each once, in the order in which they are met.
    private func family(_ runbook: Runbook) -> [Runbook] {
        var family = [runbook]
        var place = 0
        while place < family.count {
            for name in family[place].steps.compactMap(\.runbook) {
                guard let next = self[name], !family.contains(where: { $0.name == name }) else { continue }
                family.append(next)
            }
            place += 1
        }
        return family
    }

    /// What is wrong between runbooks, each as a sentence with the runbook's name: one that is run and is not
    /// there, or is about something else, or runs itself in the end; a code that two are for.
    public var problems: [(runbook: String, text: String)] {
        var problems: [(String, String)] = []
        for (index, runbook) in runbooks.enumerated() {
            for name in runbook.steps.compactMap(\.runbook) {
                guard let other = self[name] else {
                    problems.append((runbook.name, "it runs \(name), which is not there"))
                    continue
                }
                if other.target != runbook.target {
                    problems.append((runbook.name, "it runs \(name), which is about something else"))
                }
                if family(other).contains(where: { $0.name == runbook.name }) {
                    problems.append((runbook.name, "it runs \(name), which runs it"))
                }
            }
            for code in runbook.codes {
                if let other = runbooks[..<index].first(where: { $0.codes.contains(code) }) {
                    problems.append((runbook.name, "\(code.rawValue) is \(other.name)'s already"))
                }
            }
        }
        return problems
    }
}
