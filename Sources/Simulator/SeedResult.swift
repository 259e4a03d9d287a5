import Foundation

/// What one seed came to: everything `arbsim run` adds up over seeds. One JSON object a line between worker
/// and supervisor.
public struct SeedResult: Codable, Hashable, Sendable {
    /// An invariant that did not hold; the first one only, because what follows it proves nothing.
    public struct Failure: Codable, Hashable, Sendable {
        /// `S1`…`S18`, `L1`…`L10`, or `CRASH`, `HANG` when the worker process itself did not survive.
        public var invariant: String
        /// Simulation step at which it was noticed.
        public var step: Int
        public var virtualSeconds: Double
        public var detail: String

        public init(invariant: String, step: Int, virtualSeconds: Double, detail: String) {
            self.invariant = invariant
            self.step = step
            self.virtualSeconds = virtualSeconds
            self.detail = detail
        }

        /// Safety invariants say what must never happen; liveness ones what must happen in time.
        public var isLiveness: Bool { invariant.hasPrefix("L") }
    }

    /// Venues that died between the legs of a pair: how many, how many of them came back by themselves, and
    /// after how many the node was flat, or else held and had told so.
    public struct LegDeaths: Codable, Hashable, Sendable {
        public var deaths = 0
        public var returned = 0
        public var flat = 0
        public var held = 0
    }

    public var seed: UInt64
    /// Empty for a world drawn from the seed alone; else the named scenario.
    public var scenario = ""
    public var virtualSeconds = 0.0
    public var steps = 0
    /// Running hash over every choice and every event: equal for equal runs.
    public var hash: UInt64 = 0
    public var failure: Failure?
    public var escapedJobs = 0
    public var orders = 0
    public var fills = 0
    public var duplicateOrders = 0
    public var orphanOrders = 0
    public var ghostFills = 0
    public var resolvedByTimeout = 0
    public var maxUnhedgedAgeMs = 0.0
    public var legDeaths = LegDeaths()
    /// Lists of decisions that an engine gave again, told the same.
    public var rerunDecisions = 0
    /// How often a strategy was disabled as a possible logic loop.
    public var disabledStrategies = 0
    /// Starts of the node in this seed, and how many of them followed a crash.
    public var starts = 0
    public var crashes = 0
    /// How often each fault fired, by id (`V01`…`N11`); a fault that never fired is absent.
    public var faults: [String: Int] = [:]
    /// How often each crash point was where the process died.
    public var crashPoints: [String: Int] = [:]

    public init(seed: UInt64) { self.seed = seed }
}
