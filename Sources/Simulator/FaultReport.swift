/// What `arbsim faults` proves of each fault: that it happens at all, and that the node lives through it.
public struct FaultReport: Codable, Sendable {
    /// A scenario made for the fault.
    public struct Directed: Codable, Hashable, Sendable {
        public var scenario: String
        /// Every run held every invariant, and the fault did fire.
        public var passed: Bool

        public init(scenario: String, passed: Bool) {
            self.scenario = scenario
            self.passed = passed
        }
    }

    public struct Entry: Codable, Hashable, Sendable {
        public var title: String
        public var expectation: String
        public var fired: Int
        public var seeds: Int
        public var survived: Int
        public var directed: [Directed]

        /// It fired, and wherever it fired every invariant held.
        public var isSurvived: Bool { fired > 0 && survived == seeds && directed.allSatisfy(\.passed) }
    }

    public var faults: [String: Entry] = [:]
    /// Faults that fired at least once.
    public var injected = 0
    /// Faults that fired and were lived through every time.
    public var survived = 0
    public var neverFired: [String] = []
    public var notSurvived: [String] = []
    public var seeds = 0
    public var wallS = 0.0
    public var failures: [RunReport.Failure] = []

    /// Folds a fault's count and its scenarios' outcomes together; `scenarios` are those made for it.
    public mutating func add(
        id: String, title: String, expectation: String, scenarios: [String], from tally: Tally
    ) {
        let count = tally.faults[id] ?? Tally.FaultCount()
        let directed = scenarios.map { name in
            let runs = tally.scenarios[name] ?? Tally.ScenarioCount()
            return Directed(
                scenario: name, passed: runs.runs > 0 && runs.failed == 0 && runs.faults.contains(id))
        }
        let entry = Entry(
            title: title, expectation: expectation, fired: count.fired, seeds: count.seeds,
            survived: count.survived, directed: directed)
        faults[id] = entry
        if entry.fired > 0 { injected += 1 } else { neverFired.append(id) }
        if entry.isSurvived { survived += 1 } else { notSurvived.append(id) }
    }

    public init() {}

    public var exitCode: Int32 { neverFired.isEmpty && notSurvived.isEmpty && failures.isEmpty ? 0 : 1 }
}
