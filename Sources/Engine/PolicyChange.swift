import Orders
import Risk
import Strategies
import TradingModel

/// Another configuration for a node that runs.
public struct PolicyChange: Sendable {
    public var policy: EnginePolicy
    /// What is written down; its actor and time are filled in by who agrees, and when.
    public var fact: ConfigurationFact
    /// How many must agree: two where it loosens a limit.
    public var people: Int

    public init(policy: EnginePolicy, fact: ConfigurationFact, people: Int) {
        self.policy = policy
        self.fact = fact
        self.people = people
    }

    public var wish: ConfigurationWish {
        ConfigurationWish(before: fact.before, after: fact.after, people: people)
    }
}

/// A step from one configuration to another, named by both digests: whoever agrees, agrees to just this.
public struct ConfigurationWish: Hashable, Sendable {
    public var before: String
    public var after: String
    public var people: Int

    public init(before: String, after: String, people: Int) {
        self.before = before
        self.after = after
        self.people = people
    }
}

extension EnginePolicy {
    /// This policy with whatever of another one may hold from one moment to the next; `nil` where the other
    /// one is of another node, other venues, instruments or strategies: those are what a run is built on.
    public func adopting(_ other: EnginePolicy) -> EnginePolicy? {
        guard node == other.node, instruments == other.instruments,
            venues.map(\.name) == other.venues.map(\.name),
            limits.orderQuantity.count == other.limits.orderQuantity.count,
            (riskIndex == nil) == (other.riskIndex == nil),
            takerTaker.count == other.takerTaker.count, makerTaker.count == other.makerTaker.count,
            zip(takerTaker, other.takerTaker).allSatisfy({
                $0.instrument == $1.instrument && $0.basis?.perpetual == $1.basis?.perpetual
                    && $0.manifest.venues == $1.manifest.venues
            }),
            zip(makerTaker, other.makerTaker).allSatisfy({
                $0.instrument == $1.instrument && $0.quoteVenue == $1.quoteVenue
                    && $0.manifest.venues == $1.manifest.venues
            })
        else { return nil }
        var result = self
        result.limits = other.limits
        result.hedge = other.hedge
        result.takerTaker = other.takerTaker
        result.makerTaker = other.makerTaker
        result.foreignOrders = other.foreignOrders
        result.sizing = other.sizing
        result.portfolio = other.portfolio
        result.riskIndex = other.riskIndex
        return result
    }
}
