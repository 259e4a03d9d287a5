import TradingModel

/// Deeds: they happen at once, at the double's own time. Advance the double before, and it reports them with
/// its next advance.
extension VenueMischief {
    // MARK: Books

    /// V12, V13: the next `count` messages of this book have a fault.
    public func spoilBook(_ symbol: String, _ fault: BookFault, count: Int = 1) {
        let symbol = index(symbol)
        for _ in 0..<count { bookFaults.append((symbol, fault)) }
    }

    /// V13, V14: from now on and for `span` the book is published distorted.
    public func distortBook(_ symbol: String, _ distortion: BookDistortion, for span: Span) {
        let symbol = index(symbol)
        distortions.append((symbol, distortion, venue.published(symbol), venue.clock + span))
        if distortion != .frozen { venue.engines[symbol].touch() }
    }

    /// V12: the next `count` snapshots of this book show it as it is now, older than the changes that follow.
    public func serveOldSnapshots(_ symbol: String, count: Int = 1) {
        precondition(count > 0, "some snapshots are old")
        let symbol = index(symbol)
        oldSnapshots.append((symbol, venue.published(symbol), count))
    }

    // MARK: Instruments

    /// V17: new filters for a symbol; what is `nil` stays. The house quotes anew on the new grid; orders that
    /// rest keep their old one.
    public func setFilters(
        _ symbol: String, tick: Price? = nil, lot: Quantity? = nil, minimumQuantity: Quantity? = nil,
        minimumNotional: Amount? = nil
    ) {
        let symbol = index(symbol)
        let positive = (tick ?? Price(raw: 1)).raw > 0 && (lot ?? Quantity(raw: 1)).raw > 0
        precondition(positive, "tick and lot are positive")
        if let tick { venue.symbols[symbol].tick = tick }
        if let lot { venue.symbols[symbol].lot = lot }
        if let minimumQuantity { venue.symbols[symbol].minimumQuantity = minimumQuantity }
        if let minimumNotional { venue.symbols[symbol].minimumNotional = minimumNotional }
        guard tick != nil || lot != nil else { return }
        venue.withdrawHouse(symbol)
        if isTrading(symbol) { venue.wakeHouse(symbol, at: venue.clock) }
    }

    /// V17: stops a symbol.
    public func halt(_ symbol: String, _ halt: TradingHalt) {
        let symbol = index(symbol)
        halts.removeAll { $0.symbol == symbol }
        halts.append((symbol, halt))
        venue.pauseHouse(symbol, until: .distantFuture)
        guard halt == .delisted else { return }
        venue.endOrders(.venue, symbol: symbol)
        venue.withdrawHouse(symbol)
    }

    /// V17: lets a symbol trade again.
    public func resume(_ symbol: String) {
        let symbol = index(symbol)
        halts.removeAll { $0.symbol == symbol }
        venue.wakeHouse(symbol, at: venue.clock)
    }

    func isTrading(_ symbol: Int) -> Bool { !halts.contains { $0.symbol == symbol } }

    func isListed(_ symbol: Int) -> Bool {
        !halts.contains { $0.symbol == symbol && $0.halt == .delisted }
    }

    // MARK: The account

    /// V18: the venue ends every open order of every account; `asLiquidation` says that risk made it do so.
    public func cancelAllOrders(asLiquidation: Bool = false) {
        venue.endOrders(asLiquidation ? .liquidation : .venue)
    }

    /// V08: somebody else places an order on the account: a stranger's without a client id, a zombie with one
    /// in the node's own format. It rests, or trades when it crosses. Answers the venue's id of it, `nil`
    /// when the venue refuses it.
    @discardableResult
    public func plant(
        clientID: String? = nil, symbol: String, side: Side, price: Price, quantity: Quantity,
        account: Int = 0
    ) -> Int64? {
        var request = OrderRequest(symbol: index(symbol), side: side)
        request.price = price
        request.quantity = quantity
        request.clientID = clientID ?? strangersID()
        return place(request, account)
    }

    /// V08: somebody else trades on the account, at market. Answers the venue's id of the order, `nil` when
    /// the venue refuses it.
    @discardableResult
    public func trade(
        clientID: String? = nil, symbol: String, side: Side, quantity: Quantity, account: Int = 0
    ) -> Int64? {
        var request = OrderRequest(symbol: index(symbol), side: side)
        request.kind = .market
        request.timeInForce = .immediateOrCancel
        request.quantity = quantity
        request.clientID = clientID ?? strangersID()
        return place(request, account)
    }

    private func place(_ request: OrderRequest, _ account: Int) -> Int64? {
        isPlanting = true
        defer { isPlanting = false }
        do throws(Refusal) {
            return try venue.place(request, account: account, at: venue.clock).id
        } catch { return nil }
    }

    /// Binance names every order; an order of its own website is `web_…`.
    private func strangersID() -> String {
        guard venue.rules.namesEveryOrder else { return "" }
        return "web_" + String(SeededHash.mix(UInt64(venue.nextOrderID)), radix: 36)
    }

    /// Money comes from or goes to somewhere outside: a deposit or withdrawal by another party.
    public func transfer(_ amount: Amount, asset: String, account: Int = 0) {
        venue.transfer(amount, asset: asset, account: account)
    }

    /// V21: the owner makes a new key for the account; the old one is no longer one.
    public func replaceKey(by key: String, account: Int = 0) { venue.accounts[account].spec.apiKey = key }

    // MARK: The market

    /// V23: the price that the house believes in moves by `percent` (negative: down) within `span` and stays
    /// there; `symbol` nil moves all.
    public func moveMarket(_ symbol: String? = nil, percent: Int64, within span: Span = .seconds(1)) {
        precondition(percent > -100 && percent <= 1_000, "a price stays positive")
        shocks.append(
            PriceShock(
                symbol: symbol.map { index($0) }, size: percent * 10_000_000, from: venue.clock, over: span))
    }

    /// V23: the house pulls its quotes and stays away for `span`.
    public func vanishLiquidity(_ symbol: String? = nil, for span: Span) {
        let symbols = symbol.map { [index($0)] } ?? Array(venue.symbols.indices)
        for symbol in symbols where isTrading(symbol) {
            venue.withdrawHouse(symbol)
            venue.pauseHouse(symbol, until: venue.clock + span)
        }
    }

    // MARK: Maintenance

    /// V24: the venue goes down for `span`: open orders are ended, quotes pulled, sockets closed with the
    /// venue's notice, and everything is answered with the venue's word for maintenance. Ids go on
    /// afterwards.
    public func maintain(for span: Span) {
        venue.endOrders(.venue)
        vanishLiquidity(for: span)
        maintenanceUntil = venue.clock + span
        owesClose = true
    }

    /// Whether the venue is down.
    public var isDown: Bool { maintenanceUntil.map { venue.clock < $0 } ?? false }

    /// Everything armed is disarmed, and books are published as they are. What has been done stays done:
    /// orders, moves of the market, filters, halts, maintenance.
    public func disarm() {
        fragmentation = nil
        overfills = []
        cancelRaces = []
        selfTradeExpiries = 0
        repeatedReports = 0
        wrongBalances = nil
        hiddenOrderAnswers = 0
        tradeHistoryLag = .zero
        clockOffset = .zero
        keyTrouble = nil
        maximumOpenOrders = nil
        bookFaults = []
        lastBookFrames = [:]
        oldSnapshots = []
        for entry in distortions where venue.engines.indices.contains(entry.symbol) {
            venue.engines[entry.symbol].touch()
        }
        distortions = []
    }
}
