/// One run of one seed, as the supervisor hands it to a worker: one JSON object a line.
public struct SeedJob: Codable, Hashable, Sendable {
    /// Why this seed is run.
    public enum Origin: String, Codable, Hashable, Sendable {
        /// It failed once: `Tests/Corpus/seeds.txt`.
        case corpus
        /// It is one of the range that was asked for.
        case asked
    }

    /// Position in the plan, from 0; the second run of a seed has the position of the first.
    public var position: Int
    public var seed: UInt64
    /// Empty for the world the seed draws.
    public var scenario: String
    /// Nil: as long as the simulator likes.
    public var virtualSeconds: Double?
    public var origin: Origin
    /// The second run of a seed, whose result has to equal the first one's.
    public var isSecond = false

    public init(
        position: Int, seed: UInt64, scenario: String = "", virtualSeconds: Double? = nil,
        origin: Origin = .asked
    ) {
        self.position = position
        self.seed = seed
        self.scenario = scenario
        self.virtualSeconds = virtualSeconds
        self.origin = origin
    }

    public var options: ProvingGround.Options {
        var options = ProvingGround.Options()
        options.scenario = scenario.isEmpty ? nil : scenario
        options.virtualSeconds = virtualSeconds
        return options
    }

    /// Wall seconds after which the run counts as hanging: sixty, or more for a run that was asked to last
    /// longer than a slow machine simulates in sixty (fifty times real time).
    public var patience: Double { max(60, (virtualSeconds ?? 0) / 50) }

    /// What stands for a run that brought no result of its own: its process died or had to be killed.
    public func lost(_ invariant: String, _ detail: String) -> SeedResult {
        var result = SeedResult(seed: seed)
        result.scenario = scenario
        result.failure = .init(invariant: invariant, step: 0, virtualSeconds: 0, detail: detail)
        return result
    }
}
