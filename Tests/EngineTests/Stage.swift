import Books
import Engine
import Hedging
import Orders
import Risk
import Strategies
import TradingModel

/// An engine with venues of one instrument, driven by hand: quotes in, directives out.
struct Stage {
    static let instrument = Instrument(
        id: InstrumentID(0), base: Asset("BTC"), quote: Asset("USDT"), priceScale: 2, quantityScale: 4)
    private(set) var now = Moment(nanoseconds: 1_000_000_000_000)
    var engine: TradingEngine
    private var sequence: Int64 = 10
    private var trade = 0
    private var pending: [OrderIntent] = []
    private(set) var transmitted: [OrderIntent] = []
    private(set) var alarms: [IncidentCode] = []
    private(set) var queried: [ClientOrderID] = []
    private(set) var canceled: [ClientOrderID] = []
    /// Amends that wait for the store, and those sent.
    private(set) var amends: [Amendment] = []
    private(set) var amendsSent: [Amendment] = []
    private(set) var rows: [OutboxRecord] = []
    /// What loosens is durable at once; else the test says when.
    var isStoreWilling = true
    private(set) var loosenings: [UInt64] = []
    private let venueCount: Int

    init(
        venues: Int = 2, foreignOrders: ForeignOrderPolicy = .leave, recovery: [OutboxRecord] = [],
        change: (inout EnginePolicy) -> Void = { _ in }
    ) {
        venueCount = venues
        func units(_ n: Int64) -> Amount { Amount(raw: Int128(n) * 1_000_000_000_000_000_000) }
        var policy = EnginePolicy(
            instruments: [Stage.instrument],
            venues: (0..<venues).map { index in
                VenuePolicy(
                    name: "venue-\(index)", proof: .consecutive, bookDepth: 50,
                    listings: [
                        Listing(
                            venue: VenueID(index), instrument: Stage.instrument, symbol: "BTCUSDT",
                            tick: Price(raw: 1),
                            lot: Quantity(raw: 1), minimumQuantity: Quantity(raw: 1),
                            maximumQuantity: Quantity(raw: 10_000_000), minimumNotional: units(5),
                            takerFee: Rate(hundredthsOfBasisPoint: 1_000), makerFee: .zero,
                            buyFeeInBase: false)
                    ])
            },
            limits: RiskLimits(
                orderNotional: units(10_000), orderQuantity: [Quantity(raw: 10_000_000)],
                positionNotional: units(20_000), exposureNotional: units(30_000),
                priceCollar: Rate(hundredthsOfBasisPoint: 50_000), bookAge: .seconds(5),
                ordersPerSecond: 100),
            hedge: HedgePolicy(),
            takerTaker: [
                TakerTakerPolicy(instrument: InstrumentID(0), minimumEdge: .zero, pairNotional: units(1_000))
            ], node: 1, foreignOrders: foreignOrders)
        // Hedges wait for their rows, where a test does not say otherwise.
        policy.hedge.warrants = 0
        policy.hedge.quoteWarrants = 0
        change(&policy)
        var past = Recovery(policy: policy)
        for (number, row) in recovery.enumerated() {
            do { try past.replay(row.encoded(), sequence: UInt64(number + 1)) } catch {
                preconditionFailure("a row of this version is read: \(error)")
            }
        }
        engine = TradingEngine(policy: policy, recovery: past)
        rows.append(.started(epoch: engine.epoch, at: now))
        for index in 0..<venues {
            let venue = VenueID(index)
            engine.process(.publicStream(venue, [InstrumentID(0)], isOpen: true), at: now)
            engine.process(.privateStream(venue, isReady: true, reason: ""), at: now)
            let isSpot = engine.policy.venues[index].margin == nil
            engine.process(.opened(venue, Asset("BTC"), isSpot ? units(100) : .zero), at: now)
            engine.process(.opened(venue, Asset("USDT"), units(1_000_000)), at: now)
            engine.process(.reconciled(venue), at: now)
            engine.process(.headroom(venue, 1_000), at: now)
        }
        if venues > 2 { for index in 2..<venues { quote(index, bid: 100_20, ask: 100_60) } }
        collect()
    }

    mutating func pass(_ span: Span) {
        now = now + span
        for index in 0..<venueCount where engine.books[0].tops[index].isSynced {
            let top = engine.books[0].tops[index]
            quote(index, bid: top.bid.price.raw, ask: top.ask.price.raw)
        }
    }

    /// One level a side, 50 units deep. `proven` false sends a gap.
    mutating func quote(_ venue: Int, bid: Int64, ask: Int64, size: Int64 = 500_000, proven: Bool = true) {
        ladder(venue, bids: [(bid, size)], asks: [(ask, size)], proven: proven)
    }

    /// Several levels a side.
    mutating func ladder(
        _ venue: Int, bids: [(Int64, Int64)], asks: [(Int64, Int64)], proven: Bool = true,
        of instrument: Int = 0
    ) {
        var update = BookUpdate(instrument: InstrumentID(instrument), kind: proven ? .snapshot : .delta)
        sequence += proven ? 1 : 5
        update.lastSequence = sequence
        update.bids = bids.map { LevelChange(price: Price(raw: $0.0), quantity: Quantity(raw: $0.1)) }
        update.asks = asks.map { LevelChange(price: Price(raw: $0.0), quantity: Quantity(raw: $0.1)) }
        engine.apply(book: update, of: VenueID(venue), at: now)
        collect()
    }

    @discardableResult mutating func directives() -> [OrderIntent] {
        collect()
        return pending
    }

    /// Orders waiting for the store, taken.
    mutating func persisted() -> [OrderIntent] {
        collect()
        defer { pending.removeAll() }
        return pending
    }

    mutating func pair() -> [OrderIntent] {
        quote(0, bid: 99_90, ask: 100_00)
        quote(1, bid: 101_00, ask: 101_10)
        return persisted()
    }

    mutating func sentPair() -> [OrderIntent] {
        let legs = pair()
        durable(legs)
        for leg in legs {
            engine.process(.placeAnswered(leg.id, .accepted(venueOrderID: "o\(leg.id)")), at: now)
        }
        collect()
        return legs
    }

    var warrants: [Warrant] {
        rows.compactMap { if case .warranted(let warrant, _, _) = $0 { warrant } else { nil } }
    }

    /// Which legs revocations named as sent, by warrant.
    var revoked: [ClientOrderID: WarrantLegs] {
        rows.reduce(into: [:]) { all, row in
            if case .revoked(let name, let sent) = row { all[name] = sent }
        }
    }

    /// Orders that an earlier run may have sent.
    var presumed: [ClientOrderID] {
        engine.orders.live.filter { engine.orders[$0]?.intent.purpose == .presumed }.sorted()
    }

    /// Of the warrants written so far.
    var warrantNames: [ClientOrderID] { warrants.map(\.name) }

    mutating func durable(_ intents: [OrderIntent]) {
        // The store takes everything that was written so far in one batch.
        engine.process(.durable(warrantNames + intents.map(\.id)), at: now)
        collect()
    }

    /// Fills an order completely at its limit; the trade id is the order's, so a second call repeats the same
    /// fill.
    mutating func fill(_ order: OrderIntent, trade: String? = nil) {
        process(.filled(order.venue, report(order, order.id, trade ?? "t\(order.id)")))
    }

    /// Fills a part of an order at its limit.
    mutating func fill(_ order: OrderIntent, part: Int64) {
        trade += 1
        var piece = order
        piece.quantity = Quantity(raw: part)
        process(.filled(order.venue, report(piece, order.id, "part\(trade)")))
    }

    mutating func accept(_ order: OrderIntent) {
        process(.placeAnswered(order.id, .accepted(venueOrderID: "o\(order.id)")))
    }

    /// The same fill, told by a trade list that names nobody.
    mutating func foreign(_ order: OrderIntent, trade: String) {
        process(.foreignFill(order.venue, report(order, nil, trade)))
    }

    /// Everything that absence takes, for each.
    mutating func proveAbsent(_ ids: [ClientOrderID]) {
        for _ in 0..<200 where ids.contains(where: { engine.orders[$0]?.state == .new }) {
            advance(.milliseconds(100))
            process(.timer)
            for id in ids {
                process(.queryAnswered(id, .absent))
                process(.listsRead(id, isWhole: true, showsIt: false))
                process(.cancelAnswered(id, .unknownOrder))
            }
        }
    }

    func report(_ order: OrderIntent, _ id: ClientOrderID?, _ trade: String) -> FillReport {
        FillReport(
            instrument: order.instrument, clientID: id, venueOrderID: id.map { "o\($0)" } ?? "o?",
            tradeID: trade, side: order.side, price: order.limit, quantity: order.quantity, fee: .zero,
            feeAsset: Asset("USDT"), isMaker: false, evidence: .stream, venueTime: now)
    }

    mutating func process(_ event: EngineEvent) {
        engine.process(event, at: now)
        collect()
    }

    /// Lets the engine ask, and answers.
    mutating func answer(_ id: ClientOrderID, _ answer: QueryAnswer) {
        engine.process(.timer, at: now)
        process(.queryAnswered(id, answer))
    }

    /// Time passes and no book moves.
    mutating func advance(_ span: Span) { now = now + span }

    /// A sweep finds a working order.
    mutating func found(_ venue: Int, _ id: ClientOrderID?, quantity: Quantity, filled: Quantity) {
        process(
            .found(
                VenueID(venue),
                OrderReport(
                    instrument: InstrumentID(0), clientID: id, venueOrderID: "x1", side: .buy,
                    state: .working,
                    filled: filled, quantity: quantity, evidence: .query, venueTime: now)))
    }

    /// What was decided is sent; its buys fill, its sells end without a fill.
    mutating func fillOnlyBuys(beforeSalesEnd: (inout Stage) -> Void = { _ in }) {
        let legs = persisted()
        durable(legs)
        for leg in legs where leg.side == .buy { fill(leg) }
        beforeSalesEnd(&self)
        for leg in legs where leg.side == .sell { expire(leg) }
    }

    mutating func expire(_ order: OrderIntent) {
        engine.process(
            .reported(
                order.venue,
                OrderReport(
                    instrument: order.instrument, clientID: order.id, venueOrderID: "o\(order.id)",
                    side: order.side,
                    state: .expired, filled: .zero, quantity: order.quantity, evidence: .stream,
                    venueTime: now)),
            at: now)
        collect()
    }

    private mutating func collect() {
        for directive in engine.takeDirectives() {
            switch directive {
            case .persist(let intents):
                pending += intents
                rows += intents.map { .intended($0, venue: "venue-\($0.venue.index)", symbol: "BTC-USDT") }
            case .journal(let row): rows.append(row)
            case .transmit(let intent): transmitted.append(intent)
            case .persistLoosening(let number, let row):
                rows.append(row)
                if isStoreWilling { engine.process(.governance(.looseningDurable(number)), at: now) }
                loosenings.append(number)
            case .alarm(let incident): alarms.append(incident.code)
            case .query(let order, _): queried.append(order.id)
            case .cancel(let order, _): canceled.append(order.id)
            case .persistAmend(let amendment):
                amends.append(amendment)
                rows.append(
                    .amended(
                        amendment.order.id, to: amendment.terms, .decided, at: amendment.decidedAt))
            case .amend(let amendment): amendsSent.append(amendment)
            case .fetchFills, .resynchronise, .readLists: break
            }
        }
    }
}
