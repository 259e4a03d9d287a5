import TradingModel

/// Which kills stand, and what they forbid. An opening is forbidden by any kill that covers it; a hedge by
/// one of its venue or its instrument that does not flatten. KILLED as a mode is the governor's.
public struct KillTable: Hashable, Sendable {
    /// In the order in which they were given, one a scope.
    public private(set) var blocks: [KillBlock] = []

    private enum Grip: Hashable { case free, flattens, holds }
    private let names: Names
    private var everything = Grip.free
    private var venues: [Grip]
    private var instruments: [Grip]
    private var strategies: [Grip]

    private struct Names: Hashable {
        var venues: [String]
        var symbols: [String]
        var strategies: [String]
    }

    /// Names by index, as the policy has them.
    public init(venues: [String], symbols: [String], strategies: [String]) {
        names = Names(venues: venues, symbols: symbols, strategies: strategies)
        self.venues = venues.map { _ in .free }
        instruments = symbols.map { _ in .free }
        self.strategies = strategies.map { _ in .free }
    }

    /// A block of something that is not configured now is kept, and forbids nothing.
    public mutating func set(_ block: KillBlock) {
        lift(block.scope)
        blocks.append(block)
        grip(block.scope, block.flattens ? .flattens : .holds)
    }

    public mutating func lift(_ scope: KillScope) {
        blocks.removeAll { $0.scope == scope }
        grip(scope, .free)
    }

    private mutating func grip(_ scope: KillScope, _ grip: Grip) {
        switch scope {
        case .all: everything = grip
        case .venue(let name): if let place = names.venues.firstIndex(of: name) { venues[place] = grip }
        case .symbol(let name):
            if let place = names.symbols.firstIndex(of: name) { instruments[place] = grip }
        case .strategy(let name):
            if let place = names.strategies.firstIndex(of: name) { strategies[place] = grip }
        }
    }

    public subscript(_ scope: KillScope) -> KillBlock? { blocks.first { $0.scope == scope } }

    /// What is owed is hedged although everything is killed.
    public var flattensAll: Bool { everything == .flattens }

    /// Positions of this instrument at this venue are closed.
    public func flattens(_ venue: VenueID, _ instrument: InstrumentID) -> Bool {
        let grips = [everything, venues[venue.index], instruments[instrument.index]]
        return grips.contains(.flattens) && !grips.contains(.holds)
    }

    /// Positions that this strategy opened are closed.
    public func flattens(strategy: Int) -> Bool {
        strategies[strategy] == .flattens && everything != .holds
    }

    /// No new risk goes to this venue.
    public func closes(_ venue: VenueID) -> Bool { venues[venue.index] != .free }
    /// Nothing at all goes to this venue.
    public func holds(_ venue: VenueID) -> Bool { venues[venue.index] == .holds }
    /// Nothing of this instrument is hedged.
    public func holds(_ instrument: InstrumentID) -> Bool { instruments[instrument.index] == .holds }

    /// By index, makers after takers.
    public func closes(strategy: Int, _ instrument: InstrumentID) -> Bool {
        everything != .free || strategies[strategy] != .free || instruments[instrument.index] != .free
    }

    public func forbids(_ intent: OrderIntent) -> Bool {
        guard !blocks.isEmpty else { return false }
        if intent.purpose.reducesRisk {
            return everything == .holds || holds(intent.venue) || holds(intent.instrument)
        }
        let strategy = Int(intent.id.strategy) - 1
        return everything != .free || closes(intent.venue) || instruments[intent.instrument.index] != .free
            || strategies.indices.contains(strategy) && strategies[strategy] != .free
    }

    public func covers(_ scope: KillScope, _ intent: OrderIntent) -> Bool {
        switch scope {
        case .all: true
        case .venue(let name): names.venues[intent.venue.index] == name
        case .symbol(let name): names.symbols[intent.instrument.index] == name
        case .strategy(let name):
            names.strategies.firstIndex(of: name).map { $0 + 1 == Int(intent.id.strategy) } ?? false
        }
    }

    /// Whether the scope names something that is configured.
    public func knows(_ scope: KillScope) -> Bool {
        switch scope {
        case .all: true
        case .venue(let name): names.venues.contains(name)
        case .symbol(let name): names.symbols.contains(name)
        case .strategy(let name): names.strategies.contains(name)
        }
    }
}
