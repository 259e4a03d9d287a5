import Engine
import Orders
import TradingModel

/// How people call what a node is configured with. It answers without waiting for the desk.
public struct NodeNames: Sendable {
    public let venues: [String]
    public let symbols: [String]
    public let strategies: [String]

    init(_ policy: EnginePolicy) {
        venues = policy.venues.map(\.name)
        symbols = policy.instruments.map(\.symbol)
        strategies = policy.strategyNames
    }

    /// No kill stands in it.
    public var table: KillTable { KillTable(venues: venues, symbols: symbols, strategies: strategies) }
}
