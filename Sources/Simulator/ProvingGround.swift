import Ports
import SimulatedWorld

/// The deterministic simulation of whole nodes against whole venues: one call runs one seed to its end.
public enum ProvingGround {
    public struct Options: Hashable, Sendable {
        /// A named scenario instead of the world the seed draws.
        public var scenario: String?
        /// Lengthens (or shortens) the safety phase to about this many virtual seconds.
        public var virtualSeconds: Double?
        /// Print what happens, for a person who replays a failure.
        public var isTraced = false
        public init() {}
    }

    /// Where a process may die, by name.
    public static var crashPoints: [String] { CrashPoint.allCases.map(\.rawValue) }

    public static var faults: [FaultDescription] { Fault.allCases.map(\.description) }

    /// Runs one seed. Everything happens on the calling thread; two calls with equal arguments answer the
    /// same.
    public static func run(seed: UInt64, options: Options) -> SeedResult {
        let plan = WorldPlan(seed: seed, options: options)
        do { return try Trial(seed: seed, plan: plan, options: options).run() } catch {
            preconditionFailure("a world could not be made: \(error)")
        }
    }
}
