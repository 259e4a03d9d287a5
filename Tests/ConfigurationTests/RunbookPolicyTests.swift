import Configuration
import Runbooks
import Testing
import TradingModel

@Suite struct `What incidents start by themselves` {
    private func load(_ runbooks: String) -> Result<NodeConfiguration, ConfigurationProblems> {
        var source = SampleNode.source
        source.files["config/node.yaml"] = SampleNode.node + runbooks
        return source.load()
    }

    @Test func `is nothing when nothing is said`() throws {
        let policy = try load("").get().runbooks
        #expect(policy == RunbookPolicy() && policy.triggers.isEmpty && policy.automatic == .none)
    }

    @Test func `is read whole`() throws {
        let text = """
            runbooks:
              triggers: [BOOK_PROOF_LOST, HEDGE_FAILURE]
              automatic: caution
              cooldown: 5m
              per_hour: 4

            """
        #expect(
            try load(text).get().runbooks
                == RunbookPolicy(
                    triggers: [.bookProofLost, .hedgeFailure], automatic: .caution, cooldown: .seconds(300),
                    perHour: 4))
    }

    @Test(arguments: [
        ("triggers: [BOOK_PROOF]", "an incident code"), ("triggers: [RUNBOOK_FAILED]", "an incident code"),
        ("automatic: danger", "expected one of"), ("per_hour: 0", "between"), ("per_day: 1", "unknown key"),
    ])
    func `is refused when it says nothing, or lets risk in`(text: String, says: String) {
        var problems: [ConfigurationProblem] = []
        if case .failure(let found) = load("runbooks:\n  \(text)\n") { problems = found.list }
        #expect(problems.contains { $0.message.contains(says) }, "\(problems)")
    }
}
