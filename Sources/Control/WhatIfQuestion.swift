/// What `arbctl what-if` asks: what every figure would be, if. At least one part is there.
public struct WhatIfQuestion: Hashable, Sendable {
    /// `SYMBOL:QUANTITY`, signed, in base units.
    public var position: String?
    /// Where it is bought or sold for cash; `nil`: wherever it lies.
    public var venue: String?
    /// `PERCENT%` for all prices, or `SYMBOL:PERCENT%`.
    public var shock: String?
    /// `NAME:VALUE`, spelled as in the configuration.
    public var limit: String?

    public init(position: String?, venue: String?, shock: String?, limit: String?) {
        self.position = position
        self.venue = venue
        self.shock = shock
        self.limit = limit
    }
}

extension WhatIfQuestion {
    var arguments: [String: ControlArgument] {
        var arguments: [String: ControlArgument] = [:]
        for (key, text) in [("position", position), ("venue", venue), ("shock", shock), ("limit", limit)] {
            if let text { arguments[key] = .text(text) }
        }
        return arguments
    }
}
