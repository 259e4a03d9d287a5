import Ports
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

extension VenueConnector {
    /// What a key may do, this venue's unless another is given; `nil` where the venue has no question for it,
    /// or there is no key.
    public func keyScope(of other: VenueAccess? = nil) async throws(VenueFault) -> KeyScope? {
        guard let access = other ?? access, dialect.keyScope(stamp(), access) != nil else { return nil }
        let response = try await answer(.query) { stamp, dialect in
            guard let plan = dialect.keyScope(stamp, access) else {
                preconditionFailure("a venue that tells a key's scope goes on telling it")
            }
            return plan
        }
        return try dialect.decodeKeyScope(response)
    }
}
