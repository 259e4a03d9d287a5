import TradingModel

/// What an exchange of perpetuals keeps besides flows and orders.
struct PerpetualState: Sendable {
    let terms: PerpetualTerms
    /// By symbol.
    let sources: [MarkSource]
    var accounts: [PerpetualAccount]
    /// Every payment of every account, oldest first.
    var payments: [FundingPayment] = []
    /// The rates that were settled, oldest first.
    var settled: [SettledRate] = []
    var fundingInterval: Span
    /// Payments whose owners have not been told yet.
    var untold: [FundingPayment] = []
    /// Positions that fills have changed since reduce-only orders were last looked at.
    var changed: [PositionKey] = []

    init(terms: PerpetualTerms, sources: [MarkSource], accountCount: Int) {
        self.terms = terms
        self.sources = sources
        fundingInterval = terms.fundingInterval
        accounts = (0..<accountCount).map { _ in
            PerpetualAccount(symbolCount: sources.count, leverage: terms.leverage)
        }
    }

    var hasPositions: Bool { accounts.contains { $0.positions.contains { $0.size.raw != 0 } } }

    /// Payments come at multiples of the interval since 1970: every eight hours is 00, 08 and 16 UTC.
    func nextFunding(after moment: Moment) -> Moment {
        let step = fundingInterval.nanoseconds
        return Moment(nanoseconds: (moment.nanoseconds / step + 1) * step)
    }
}

struct PositionKey: Hashable, Sendable {
    let account: Int
    let symbol: Int
}

struct PerpetualAccount: Hashable, Sendable {
    /// By symbol.
    var positions: [OpenPosition]
    /// By symbol, in hundredths.
    var leverage: [Int64]
    /// When each position last changed.
    var changedAt: [Moment]
    /// Profit realised so far, before fees and funding, by symbol.
    var realised: [Amount]

    init(symbolCount: Int, leverage: Int64) {
        positions = Array(repeating: OpenPosition(), count: symbolCount)
        self.leverage = Array(repeating: leverage, count: symbolCount)
        changedAt = Array(repeating: .distantPast, count: symbolCount)
        realised = Array(repeating: .zero, count: symbolCount)
    }
}

/// One account's payment for one position at one funding time. Its id comes from the same count as trade ids.
struct FundingPayment: Hashable, Sendable {
    let id: Int64
    let account: Int
    let symbol: Int
    let position: Quantity
    let mark: Price
    let rate: Rate
    /// −position × mark × rate, rounded towards zero at 10^-8: positive is received.
    let amount: Amount
    /// The wallet afterwards.
    let wallet: Amount
    let at: Moment
}

/// A rate that was charged.
struct SettledRate: Hashable, Sendable {
    let symbol: Int
    let rate: Rate
    let at: Moment
}
