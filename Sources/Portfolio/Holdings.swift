/// All that is owned, owed and on its way, as statistics see it: in units, as `Double`.
///
/// Two readings of a position stand side by side. The **net** position is the departure from the opening
/// balance over all venues: what trading has added and has yet to hedge. It is what the value at risk and
/// the price scenarios are about. The **inventory** is everything that lies at the venues, working stock
/// included: it is what a lost venue or a lost peg takes.
public struct Holdings: Hashable, Sendable {
    /// A base asset by the instrument that prices it.
    public struct Asset: Hashable, Sendable {
        public var symbol: String
        /// In quote units; 0 while none is known.
        public var mid: Double
        /// Departure from opening.
        public var net: Double
        /// If every live buy filled and no sell; and the other way round. `shortest` ≤ `net` ≤ `longest`.
        public var longest: Double
        public var shortest: Double
        /// Between the touches of a venue, as a share of the mid price, on average; `nil` while unknown.
        public var spread: Double?
        /// What stands at the touches of all venues, the smaller side of each.
        public var depth: Double

        public init(
            symbol: String, mid: Double, net: Double, longest: Double, shortest: Double, spread: Double?,
            depth: Double
        ) {
            self.symbol = symbol
            self.mid = mid
            self.net = net
            self.longest = longest
            self.shortest = shortest
            self.spread = spread
            self.depth = depth
        }
    }

    /// What lies at one venue.
    public struct Account: Hashable, Sendable {
        public var venue: String
        /// Of perpetuals: positions at most so many times the equity. `nil`: spot.
        public var leverage: Double?
        /// In quote units; of perpetuals at cost, so that cash and positions at the mark are the equity.
        public var cash: Double
        /// By asset; of perpetuals the signed position.
        public var base: [Double]
        /// Whether its opening balances are proven.
        public var isOpen: Bool
        /// Whether new risk may go there now.
        public var mayOpen: Bool

        public init(
            venue: String, leverage: Double?, cash: Double, base: [Double], isOpen: Bool, mayOpen: Bool
        ) {
            self.venue = venue
            self.leverage = leverage
            self.cash = cash
            self.base = base
            self.isOpen = isOpen
            self.mayOpen = mayOpen
        }
    }

    public var assets: [Asset]
    public var accounts: [Account]
    /// Earned since opening, fees included, at mid prices.
    public var profit: Double
    /// The highest it has been in this run.
    public var peak: Double

    public init(assets: [Asset], accounts: [Account], profit: Double, peak: Double) {
        self.assets = assets
        self.accounts = accounts
        self.profit = profit
        self.peak = peak
    }
}

extension Holdings {
    /// Signed values of the net positions; `nil` while one of them has no price.
    public var netValues: [Double]? { values(assets.map(\.net)) }

    /// Signed values of everything owned; `nil` while some of it has no price.
    public var inventoryValues: [Double]? { values(owned) }

    /// Values of the larger of the two one-sided positions; `nil` while one of them has no price.
    public var worstValues: [Double]? {
        values(assets.map { max($0.longest.magnitude, $0.shortest.magnitude) })
    }

    private func values(_ quantities: [Double]) -> [Double]? {
        var values: [Double] = []
        for (asset, quantity) in zip(assets, quantities) {
            guard quantity == 0 || asset.mid > 0 else { return nil }
            values.append(quantity * asset.mid)
        }
        return values
    }

    private var owned: [Double] {
        assets.indices.map { asset in accounts.reduce(0) { $0 + $1.base[asset] } }
    }

    /// What an account is worth at mid prices; `nil` while a price is missing.
    public func equity(of account: Account) -> Double? {
        var sum = account.cash
        for (asset, quantity) in zip(assets, account.base) where quantity != 0 {
            guard asset.mid > 0 else { return nil }
            sum += quantity * asset.mid
        }
        return sum
    }

    /// Everything owned at mid prices; `nil` while a price is missing or no account is open.
    public var capital: Double? {
        var sum = 0.0
        var isOpen = false
        for account in accounts where account.isOpen {
            guard let equity = equity(of: account) else { return nil }
            sum += equity
            isOpen = true
        }
        return isOpen ? sum : nil
    }

    /// Cash that spot accounts hold: what a margin call can be met with.
    public var spareCash: Double {
        accounts.reduce(0) { $0 + ($1.leverage == nil ? max(0, $1.cash) : 0) }
    }
}
