/// What `arbsim mutants` proves of the simulator: that it finds the bugs that were put in for it.
public struct MutantReport: Codable, Sendable {
    public struct Entry: Codable, Hashable, Sendable {
        public var name: String
        /// The first seed that fails with the defect and holds without it; nil when none does.
        public var caughtBySeed: UInt64?
        public var invariant: String?
        /// Nil for a survivor, empty for the world the seed draws.
        public var scenario: String?
        /// How many seeds were run until then, that one included.
        public var tried: Int
        public var detail: String

        public init(name: String, tried: Int, caught loss: Tally.Loss?) {
            self.name = name
            self.tried = tried
            caughtBySeed = loss?.job.seed
            invariant = loss?.failure.invariant
            scenario = loss?.job.scenario
            detail = loss?.failure.detail ?? ""
        }

        public var isCaught: Bool { caughtBySeed != nil }
    }

    public var planted = 0
    public var caught = 0
    /// The most seeds any caught defect took.
    public var worstSeeds = 0
    public var wallS = 0.0
    public var mutants: [Entry] = []

    public init() {}

    public mutating func add(_ entry: Entry) {
        mutants.append(entry)
        planted += 1
        guard entry.isCaught else { return }
        caught += 1
        worstSeeds = max(worstSeeds, entry.tried)
    }

    public var exitCode: Int32 { caught == planted ? 0 : 1 }
}
