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
}
