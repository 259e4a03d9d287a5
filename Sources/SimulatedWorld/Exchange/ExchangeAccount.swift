import TradingModel

/// A funded account of a double. One key may trade; tests and the demo use one account, tools may use
/// several.
public struct DoubleAccountSpec: Sendable {
    public var apiKey: String
    /// As the venue hands it out: Kraken's is base64.
    public var secret: String
    /// OKX only.
    public var passphrase: String
    /// Decimal text per asset: exact.
    public var funds: [(asset: String, amount: Amount)]
    /// Bybit's disconnection protection is for such clients alone.
    public var isInstitutional: Bool

    public init(
        apiKey: String, secret: String, passphrase: String = "", funds: [(asset: String, amount: Amount)],
        isInstitutional: Bool = false
    ) {
        self.apiKey = apiKey
        self.secret = secret
        self.passphrase = passphrase
        self.funds = funds
        self.isInstitutional = isInstitutional
    }
}

/// Balances of one account at the venue. Assets are the exchange's own indices.
struct ExchangeAccount {
    struct Balance: Hashable, Sendable {
        var total: Amount = .zero
        /// Promised to open orders.
        var held: Amount = .zero
        var available: Amount { total - held }
    }

    var spec: DoubleAccountSpec
    var balances: [Balance]

    init(spec: DoubleAccountSpec, assetCount: Int) {
        self.spec = spec
        balances = Array(repeating: Balance(), count: assetCount)
    }
}
