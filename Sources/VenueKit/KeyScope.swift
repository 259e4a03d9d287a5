import TradingModel

/// What an API key may do, as its venue tells it.
public struct KeyScope: Hashable, Sendable {
    public var mayTrade: Bool
    public var mayWithdraw: Bool
    /// It works from stated addresses alone.
    public var isBound: Bool
    /// `nil`: it does not expire, or the venue does not say.
    public var expiresAt: Moment?

    public init(mayTrade: Bool, mayWithdraw: Bool, isBound: Bool, expiresAt: Moment? = nil) {
        self.mayTrade = mayTrade
        self.mayWithdraw = mayWithdraw
        self.isBound = isBound
        self.expiresAt = expiresAt
    }

    /// A key must be good for at least so long.
    public static let leastLife = Span.seconds(14 * 86_400)

    /// What of it forbids trading with real money, one sentence each with its remedy.
    public func problems(at now: Moment) -> [String] {
        var problems: [String] = []
        if !mayTrade { problems.append("it may not trade: give it that right") }
        if mayWithdraw { problems.append("it may withdraw: take that right away") }
        if !isBound { problems.append("it works from any address: bind it to this machine's") }
        if let expiresAt, expiresAt - now < KeyScope.leastLife {
            let days = max(0, (expiresAt - now).milliseconds / 86_400_000)
            problems.append("it expires in \(days) days: make a new one")
        }
        return problems
    }
}
