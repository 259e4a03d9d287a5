import TradingModel

/// One venue behind its protocol: books, matching, accounts, the house's agents and what must survive a
/// restart. A protocol double translates between the wire and this; it holds no order or balance of its own.
final class VirtualExchange {
    /// Accounts below zero belong to the house: unlimited funds, no fees, no events.
    static let houseMaker = -1
    static let houseTaker = -2

    let name: String
    let rules: ExchangeRules
    var symbols: [SymbolRules]
    /// Every asset of the symbols and the funds, sorted by code.
    let assets: [String]
    let baseAsset: [Int]
    let quoteAsset: [Int]

    var engines: [MatchingEngine]
    var accounts: [ExchangeAccount]
    /// What the house has won or lost, per asset: with it and the fees, every unit is accounted for.
    var houseBalances: [Amount]
    var feesTaken: [Amount]

    var orders: [Int64: ExchangeOrder] = [:]
    /// Every user's order in the order of arrival.
    var arrival: [Int64] = []
    /// The newest order under a client id.
    var byClientID: [ClientKey: Int64] = [:]
    /// Hold still bound to an order, in the asset it pays with.
    var holds: [Int64: Amount] = [:]
    /// Every user's execution, oldest first.
    var executions: [Execution] = []
    /// How many there were before these.
    var forgottenFills = 0
    var executionsByOrder: [Int64: [Int]] = [:]

    var nextOrderID: Int64
    var nextTradeID: Int64
    var nextHouseID: Int64 = -1
    var clock: Moment
    var agents: [HouseAgents]
    /// Price of the last trade per symbol; the reference price before the first.
    var lastTrade: [Int64]

    /// Called before any answer or event of the operation can leave, with one or more complete lines.
    var journal: (([UInt8]) -> Void)?
    var pendingJournal: [UInt8] = []

    let mischief = VenueMischief()
    /// What others than the node have moved on the accounts, per asset: transfers, fees and trades.
    var foreignFlows: [Amount]
    /// Every placing, execution and end of a user's order, oldest first: which order it changed.
    var changes: [Int64] = []

    /// Positions, funding and marks; `nil` on a spot exchange.
    var perpetual: PerpetualState?

    private var events: [OrderEvent] = []
    private var prints: [TradePrint] = []
    /// The newest public trades per symbol, oldest first, at most `recentLimit`.
    private(set) var recentPrints: [[TradePrint]]
    static let recentLimit = 500

    struct ClientKey: Hashable {
        let account: Int
        let clientID: String
    }

    /// `withMarket` false leaves the house out: an empty book that only users move, for tests.
    init(
        name: String, rules: ExchangeRules, symbols: [SymbolRules], accounts specs: [DoubleAccountSpec],
        seed: UInt64,
        start: Moment, withMarket: Bool = true
    ) {
        self.name = name
        self.rules = rules
        self.symbols = symbols
        var codes = Set(symbols.flatMap { [$0.base, $0.quote] })
        for spec in specs { codes.formUnion(spec.funds.map(\.asset)) }
        let assets = codes.sorted()
        self.assets = assets
        baseAsset = symbols.map { assets.firstIndex(of: $0.base) ?? 0 }
        quoteAsset = symbols.map { assets.firstIndex(of: $0.quote) ?? 0 }
        // Ids grow with time, so that a venue that starts again never repeats one.
        let firstID = start.milliseconds * 1000 + 1
        engines = symbols.map { _ in MatchingEngine(firstUpdateID: firstID) }
        accounts = specs.map { spec in
            var account = ExchangeAccount(spec: spec, assetCount: assets.count)
            for (asset, amount) in spec.funds where rules.perpetual == nil || symbols.first?.quote == asset {
                if let index = assets.firstIndex(of: asset) { account.balances[index].total += amount }
            }
            return account
        }
        houseBalances = Array(repeating: .zero, count: assets.count)
        feesTaken = Array(repeating: .zero, count: assets.count)
        foreignFlows = Array(repeating: .zero, count: assets.count)
        nextOrderID = firstID
        nextTradeID = firstID
        clock = start
        lastTrade = symbols.map(\.referencePrice.raw)
        recentPrints = symbols.map { _ in [] }
        perpetual = rules.perpetual.map { terms in
            PerpetualState(
                terms: terms,
                sources: MarkSource.all(symbols, venue: name, seed: seed, withMarket: withMarket),
                accountCount: specs.count)
        }
        let isPerpetual = rules.perpetual != nil
        agents =
            withMarket
            ? HouseAgents.all(
                venue: name, symbols: symbols, seed: seed, start: start, isPerpetual: isPerpetual) : []
        mischief.bind(to: self)
    }

    func symbolIndex(_ canonical: String) -> Int? { symbols.firstIndex { $0.symbol == canonical } }

    func account(apiKey: String) -> Int? { accounts.firstIndex { $0.spec.apiKey == apiKey } }

    /// The order an account knows by its venue id.
    func order(_ id: Int64, of account: Int) -> ExchangeOrder? {
        guard let order = orders[id], order.account == account else { return nil }
        return order
    }

    /// The newest order under a client id.
    func order(clientID: String, of account: Int) -> ExchangeOrder? {
        byClientID[ClientKey(account: account, clientID: clientID)].flatMap { orders[$0] }
    }

    /// In the order of arrival; `symbol` nil means every symbol. Every open order holds something, and ids
    /// rise.
    func openOrders(of account: Int, symbol: Int? = nil) -> [ExchangeOrder] {
        holds.keys.sorted().compactMap { orders[$0] }.filter {
            $0.isOpen && $0.account == account && (symbol == nil || $0.request.symbol == symbol)
        }
    }

    /// Open and ended, in the order of arrival.
    func allOrders(of account: Int, symbol: Int? = nil) -> [ExchangeOrder] {
        arrival.compactMap { orders[$0] }.filter {
            $0.account == account && (symbol == nil || $0.request.symbol == symbol)
        }
    }

    func executions(of order: Int64) -> [Execution] {
        (executionsByOrder[order] ?? []).map { executions[$0] }
    }

    /// Sorted by asset.
    func balances(of account: Int) -> [AssetBalance] {
        assets.indices.map { balance(of: account, asset: $0) }
    }

    func balance(of account: Int, asset: Int) -> AssetBalance {
        let balance = accounts[account].balances[asset]
        return AssetBalance(asset: assets[asset], total: balance.total, held: balance.held)
    }

    /// Order events since the last call, oldest first.
    func takeEvents() -> [OrderEvent] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    /// Public trades since the last call, oldest first.
    func takePrints() -> [TradePrint] {
        defer { prints.removeAll(keepingCapacity: true) }
        return prints
    }

    /// Forgets public trades that nobody was there to hear.
    func dropPrints(until moment: Moment) {
        if let first = prints.first, first.at <= moment { prints.removeAll { $0.at <= moment } }
    }

    func note(_ kind: OrderEvent.Kind, _ order: ExchangeOrder, at now: Moment) {
        let symbol = order.request.symbol
        let balances = [baseAsset[symbol], quoteAsset[symbol]].map { balance(of: order.account, asset: $0) }
        let event = OrderEvent(kind: kind, order: order, balances: balances, at: now)
        events.append(event)
        if mischief.repeatedReports > 0, case .executed = kind {
            mischief.repeatedReports -= 1
            events.append(event)
        }
    }

    func append(_ event: OrderEvent) { events.append(event) }

    var eventCount: Int { events.count }

    /// Whether an owner of an order waits to be told something.
    var hasEvents: Bool { !events.isEmpty || perpetual?.untold.isEmpty == false }
    /// Whether a public trade waits to be told.
    var hasPrints: Bool { !prints.isEmpty }

    /// Takes back the events from `index` on.
    func dropEvents(from index: Int) -> [OrderEvent] {
        defer { events.removeSubrange(index...) }
        return Array(events[index...])
    }

    func note(_ print: TradePrint) {
        lastTrade[print.symbol] = print.price.raw
        prints.append(print)
        recentPrints[print.symbol].append(print)
        if recentPrints[print.symbol].count > 2 * VirtualExchange.recentLimit {
            recentPrints[print.symbol].removeFirst(VirtualExchange.recentLimit)
        }
    }

    /// Moves money in or out from outside the venue (a transfer), journaled.
    func transfer(_ amount: Amount, asset code: String, account: Int) {
        guard let asset = assets.firstIndex(of: code) else { return }
        // Positions are made by trades alone.
        guard perpetual == nil || asset == settlementAsset else { return }
        accounts[account].balances[asset].total += amount
        foreignFlows[asset] += amount
        record(.transfer(account: account, asset: code, amount: amount))
        flushJournal()
    }

    /// The observer's truth over all accounts; symbols are canonical (`BTC-USDT`), ids as the venue spells
    /// them.
    func truth(orderID spell: (Int64) -> String) -> VenueTruth {
        var truth = VenueTruth()
        truth.balances = truthfulBalances
        for id in arrival {
            guard let order = orders[id] else { continue }
            truth.orders.append(told(order, id: spell(id)))
        }
        truth.fillCount = forgottenFills + executions.count
        return truth
    }
}
