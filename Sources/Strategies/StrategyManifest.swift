import TradingModel

/// Who answers for a strategy, and where it may open. Its limits stand beside it in its policy; without a
/// manifest no strategy is configured. What it left owed is hedged wherever an account is.
public struct StrategyManifest: Hashable, Sendable {
    public var owner: String
    /// `nil`: every venue that lists the instrument.
    public var venues: Set<VenueID>?

    public init(owner: String, venues: Set<VenueID>? = nil) {
        self.owner = owner
        self.venues = venues
    }

    /// For strategies that no configuration names: demonstrations, tests.
    public static let house = StrategyManifest(owner: "house")
}
