import Configuration
import Reports
import Testing

@Suite struct `What is done when a day is over` {
    private func load(_ text: String) -> Result<NodeConfiguration, ConfigurationProblems> {
        var source = SampleNode.source
        source.files["config/node.yaml"] = SampleNode.node + text
        return source.load()
    }

    @Test func `is counted at midnight UTC, and nothing is closed, when nothing is said`() throws {
        #expect(try load("").get().dayEnd == .standard)
    }

    @Test(arguments: DayEndPolicy.Flatten.allCases)
    func `is what it says of orders and of perpetuals`(flatten: DayEndPolicy.Flatten) throws {
        #expect(try load("day_end: {flatten: \(flatten.rawValue)}\n").get().dayEnd.flatten == flatten)
    }

    @Test func `a word that is none of those is refused, with the words there are`() {
        guard case .failure(let problems) = load("day_end: {flatten: all}\n") else {
            Issue.record("it was taken")
            return
        }
        let said = problems.list.map(\.message).joined(separator: "; ")
        #expect(said.contains("day_end.flatten") && said.contains("perpetuals"), "found: \(said)")
    }
}
