/// Seeds of one scenario, in ascending order.
public struct SeedBatch: Hashable, Sendable {
    public var seeds: SeedRange
    public var scenario: String
    public var virtualSeconds: Double?
    public var origin: SeedJob.Origin

    public init(
        _ seeds: SeedRange, scenario: String = "", virtualSeconds: Double? = nil,
        origin: SeedJob.Origin = .asked
    ) {
        self.seeds = seeds
        self.scenario = scenario
        self.virtualSeconds = virtualSeconds
        self.origin = origin
    }
}
