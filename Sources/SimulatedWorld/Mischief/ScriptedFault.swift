import TradingModel

/// One fault of a script: what a double is to do wrong, as people write it down for `arbsim serve --faults`.
/// What a fault needs and takes beside its name is `FaultRecipe`'s to say.
public struct ScriptedFault: Hashable, Sendable {
    /// A name of `FaultRecipe.all`.
    public var name: String
    /// Canonical (`BTC-USDT`); `nil`: every symbol of the venue.
    public var symbol: String?
    /// How long it lasts (`for`); `nil` where it may last: until the double ends.
    public var duration: Span?
    /// How far a clock is off, how late something is told.
    public var by: Span?
    public var count: Int?
    public var percent: Int64?
    public var side: Side?
    public var quantity: Quantity?

    public init(_ name: String) { self.name = name }

    /// What is wrong with it at a venue of these symbols, a line each; empty when it can be done.
    public func problems(symbols: [String]) -> [String] {
        guard let recipe = FaultRecipe.named(name) else {
            return ["fault \(name) is none; there are \(FaultRecipe.all.map(\.name).joined(separator: ", "))"]
        }
        let missing = recipe.needs.filter { !has($0) }.map { "\(name) needs \($0.rawValue)" }
        let needless = FaultRecipe.Term.allCases.filter {
            has($0) && !recipe.needs.contains($0) && !recipe.takes.contains($0)
        }
        return missing + needless.map { "\(name) does not take \($0.rawValue)" } + outOfRange(symbols)
    }

    private func has(_ term: FaultRecipe.Term) -> Bool {
        switch term {
        case .symbol: symbol != nil
        case .duration: duration != nil
        case .by: by != nil
        case .count: count != nil
        case .percent: percent != nil
        case .side: side != nil
        case .quantity: quantity != nil
        }
    }

    private func outOfRange(_ symbols: [String]) -> [String] {
        var problems: [String] = []
        if let symbol, !symbols.contains(symbol) {
            problems.append("symbol \(symbol) is not listed; there are \(symbols.joined(separator: ", "))")
        }
        if let duration, duration <= .zero { problems.append("for is a time to come, like 15s") }
        if let by, by == .zero || by < .seconds(-3_600) || by > .seconds(3_600) {
            problems.append("by is a time of at most an hour, and not none")
        }
        if let by, by < .zero, name != FaultRecipe.clock { problems.append("by is not negative") }
        if let count, !(1...1_000).contains(count) { problems.append("count is 1 to 1000") }
        if let percent {
            let range = FaultRecipe.signedPercent.contains(name) ? -99...1_000 : 1...100
            if !range.contains(Int(clamping: percent)) || percent == 0 {
                problems.append("percent is \(range.lowerBound) to \(range.upperBound), and not 0")
            }
        }
        if let quantity, quantity.raw <= 0 { problems.append("quantity is positive") }
        return problems
    }
}
