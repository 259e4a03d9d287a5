import Books
import Configuration
import Engine
import Orders
import Risk
import Strategies
import TradingModel

/// How large a made market is.
struct GrowthSize {
    var venues = 4
    var symbols = 2
    /// On each side of each book.
    var levels = 25
    /// Orders that rest, spread over symbols and venues, far from the touch.
    var openOrders = 0
    /// Whether every rule is on, as wide as can be, or only those that are no choice.
    var hasRules = false
}

/// The real engine over a made market of any size: books whose messages change levels near the touch and now
/// and then a far one, and, where asked for, an edge that is taken with both its legs.
struct GrowthStage {
    private(set) var engine: TradingEngine
    let size: GrowthSize
    private var now = CapturedFrames.start
    private var update = BookUpdate()
    /// By symbol, then venue.
    private var sequences: [Int64]
    /// By symbol, then venue: levels taken out by one message come back with the next one.
    private var missing: [Int]
    private var turn = 0
    private var edges = 0
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    private(set) var ordersSent = 0

    private static let mid: Int64 = 10_000_000
    /// Between two levels: a basis point.
    private static let tick: Int64 = 1_000
    /// From the mid price to either touch.
    private static let halfSpread: Int64 = 500
    /// Levels that a venue's bids have to fall for its ask to be an edge.
    private static let fall = 3
    private static let unit: Int64 = 100_000_000
    /// Changes of one message, on each side; real frames of a venue's depth carry about ten levels in all.
    private static let changes = 5

    init(_ size: GrowthSize) throws {
        self.size = size
        let policy = try GrowthStage.policy(size)
        sequences = Array(repeating: 1, count: size.symbols * size.venues)
        missing = Array(repeating: -1, count: size.symbols * size.venues)
        var recovery = Recovery(policy: policy)
        for (number, row) in GrowthStage.restingOrders(size, policy).enumerated() {
            try recovery.replay(row, sequence: UInt64(number + 1))
        }
        engine = TradingEngine(policy: policy, recovery: recovery)
        open()
    }

    private static func policy(_ size: GrowthSize) throws -> EnginePolicy {
        var policy = try CapturedFrames.configuration().policy
        guard let strategy = policy.takerTaker.first, let listing = policy.venues.first?.listings.first else {
            preconditionFailure("config/demo.yaml has a strategy and a listing")
        }
        policy.instruments = (0..<size.symbols).map {
            Instrument(
                id: InstrumentID($0), base: Asset("S\($0)"), quote: Asset("USDT"), priceScale: 2,
                quantityScale: 8)
        }
        policy.venues = (0..<size.venues).map { venue in
            VenuePolicy(
                name: "venue-\(venue)", proof: .consecutive, bookDepth: size.levels,
                listings: policy.instruments.map { instrument in
                    Listing(
                        venue: VenueID(venue), instrument: instrument, symbol: instrument.symbol,
                        tick: Price(raw: tick), lot: Quantity(raw: 1_000),
                        minimumQuantity: Quantity(raw: 1_000), maximumQuantity: listing.maximumQuantity,
                        minimumNotional: .zero, takerFee: .zero, makerFee: .zero, buyFeeInBase: false)
                })
        }
        let plenty = Amount(raw: 1_000_000_000_000 * 1_000_000_000_000_000_000)
        policy.limits.orderQuantity = policy.instruments.map { _ in Quantity(raw: .max / 4) }
        policy.limits.positionNotional = plenty
        policy.limits.exposureNotional = plenty
        policy.limits.orderNotional = plenty
        policy.limits.ordersPerSecond = 1_000_000
        // What is measured trades at any size.
        policy.limits.rules = size.hasRules ? .widest : .standard
        policy.portfolio = nil
        policy.riskIndex = nil
        policy.makerTaker = []
        policy.takerTaker = policy.instruments.map { instrument in
            var own = strategy
            own.instrument = instrument.id
            own.manifest.venues = nil
            own.minimumEdge = Rate(hundredthsOfBasisPoint: 10)
            own.cooldown = .zero
            own.cyclesPerMinute = .max
            own.feesPerHour = nil
            return own
        }
        return policy
    }

    /// Orders as an earlier run's rows leave them: acknowledged, resting.
    private static func restingOrders(_ size: GrowthSize, _ policy: EnginePolicy) -> [[UInt8]] {
        let at = CapturedFrames.start - .seconds(60)
        var rows = [OutboxRecord.started(epoch: 1, at: at).encoded()]
        for number in 0..<size.openOrders {
            let venue = VenueID(number % size.venues)
            let instrument = policy.instruments[number / size.venues % size.symbols]
            let side: Side = number % 2 == 0 ? .buy : .sell
            let id = ClientOrderID(
                epoch: 1, node: policy.node, strategy: 1, intent: UInt64(number + 1), leg: 0, attempt: 0)
            let away = Int64(200_000 + number % 1_000 * 1_000)
            let intent = OrderIntent(
                id: id, venue: venue, instrument: instrument.id, side: side,
                quantity: Quantity(raw: 1_000_000),
                limit: Price(raw: side == .buy ? mid - away : mid + away), timeInForce: .postOnly,
                purpose: .open, decidedAt: at, sendBefore: at + .seconds(1))
            rows.append(
                OutboxRecord.intended(
                    intent, venue: policy.venues[venue.index].name, symbol: instrument.symbol
                ).encoded())
            rows.append(
                OutboxRecord.moved(id, to: .acked, venueOrderID: "v\(number)", at: at).encoded())
        }
        return rows
    }

    private mutating func open() {
        let plenty = Amount(raw: 1_000_000_000 * 1_000_000_000_000_000_000)
        for venue in engine.policy.venues.indices {
            let id = VenueID(venue)
            let instruments = engine.policy.instruments.map(\.id)
            engine.process(.publicStream(id, instruments, isOpen: true), at: now)
            for instrument in engine.policy.instruments {
                engine.process(.opened(id, instrument.base, plenty), at: now)
            }
            engine.process(.opened(id, Asset("USDT"), plenty), at: now)
            engine.process(.privateStream(id, isReady: true, reason: ""), at: now)
            engine.process(.reconciled(id), at: now)
            engine.process(.deadMan(id, isArmed: true), at: now)
            engine.process(.clock(id, .zero), at: now)
        }
        headroom()
        engine.process(.timer, at: now)
        for symbol in 0..<size.symbols {
            for venue in 0..<size.venues { snapshot(symbol, venue) }
        }
        _ = engine.takeDirectives()
    }

    private mutating func headroom() {
        for venue in engine.policy.venues.indices {
            engine.process(.headroom(VenueID(venue), 1_000_000), at: now)
        }
    }

    // MARK: Messages

    private mutating func snapshot(_ symbol: Int, _ venue: Int) {
        let place = symbol * size.venues + venue
        update.reset(instrument: InstrumentID(symbol), kind: .snapshot)
        for level in 0..<size.levels {
            update.bids.append(GrowthStage.bid(level, GrowthStage.unit))
            update.asks.append(GrowthStage.ask(level, GrowthStage.unit))
        }
        update.lastSequence = sequences[place]
        update.venueTime = now
        engine.apply(book: update, of: VenueID(venue), at: now)
    }

    private static func bid(_ level: Int, _ quantity: Int64) -> LevelChange {
        LevelChange(
            price: Price(raw: mid - halfSpread - Int64(level) * tick), quantity: Quantity(raw: quantity))
    }

    private static func ask(_ level: Int, _ quantity: Int64) -> LevelChange {
        LevelChange(
            price: Price(raw: mid + halfSpread + Int64(level) * tick), quantity: Quantity(raw: quantity))
    }

    private mutating func begin(_ symbol: Int, _ venue: Int) {
        let place = symbol * size.venues + venue
        sequences[place] += 1
        update.reset(instrument: InstrumentID(symbol), kind: .delta)
        update.lastSequence = sequences[place]
        update.venueTime = now
    }

    /// One message of the next book, made outside of what `send` measures. A round over all books takes a
    /// tenth of a second.
    mutating func prepare() -> VenueID {
        let place = turn % sequences.count
        turn += 1
        now = now + .nanoseconds(100_000_000 / Int64(sequences.count))
        return prepare(place / size.venues, place % size.venues)
    }

    private mutating func prepare(_ symbol: Int, _ venue: Int) -> VenueID {
        begin(symbol, venue)
        let place = symbol * size.venues + venue
        for _ in 0..<GrowthStage.changes {
            // Four of five changes are near the touch, never the touch itself.
            let reach = random(5) == 0 ? size.levels : min(20, size.levels)
            let level = 1 + random(reach - 1)
            update.bids.append(GrowthStage.bid(level, quantity()))
            update.asks.append(GrowthStage.ask(level, quantity()))
        }
        let back = missing[place]
        if back >= 0 { update.bids.append(GrowthStage.bid(back, quantity())) }
        missing[place] = back >= 0 ? -1 : 1 + random(min(20, size.levels) - 1)
        if back < 0 { update.bids.append(GrowthStage.bid(missing[place], 0)) }
        return VenueID(venue)
    }

    /// The message that was prepared, with everything that it entails.
    mutating func send(_ venue: VenueID) {
        engine.apply(book: update, of: venue, at: now)
        drain()
    }

    /// An edge, a second after the last one so that nobody takes the venues for leaders and followers: this
    /// venue's ask lies below the others' bids. Answers the venue to `send` it from.
    mutating func prepareEdge() -> VenueID {
        let (symbol, venue) = (edges % size.symbols, edges / size.symbols % size.venues)
        edges += 1
        now = now + .seconds(1)
        for venue in 0..<size.venues { send(prepare(symbol, venue)) }
        begin(symbol, venue)
        for level in 0..<GrowthStage.fall { update.bids.append(GrowthStage.bid(level, 0)) }
        update.asks.append(edge(GrowthStage.unit))
        return VenueID(venue)
    }

    /// The edge is gone; outside of what is measured.
    mutating func endEdge(_ venue: VenueID) {
        let place = update.instrument.index * size.venues + venue.index
        sequences[place] += 1
        update.bids.removeAll(keepingCapacity: true)
        update.asks.removeAll(keepingCapacity: true)
        for level in 0..<GrowthStage.fall { update.bids.append(GrowthStage.bid(level, GrowthStage.unit)) }
        update.asks.append(edge(0))
        update.lastSequence = sequences[place]
        send(venue)
    }

    private func edge(_ quantity: Int64) -> LevelChange {
        LevelChange(
            price: Price(raw: GrowthStage.mid - GrowthStage.halfSpread - 2_100),
            quantity: Quantity(raw: quantity))
    }

    mutating func beat() {
        now = now + .milliseconds(5)
        engine.process(.timer, at: now)
        drain()
    }

    /// Books stay younger than the governor's limit, however long a round takes.
    mutating func refresh() {
        headroom()
        for _ in 0..<sequences.count { send(prepare()) }
    }

    // MARK: Orders

    /// Plays store and venues: rows are durable, orders are acknowledged and fill whole at their limits.
    private mutating func drain() {
        while engine.hasDirectives {
            for directive in engine.takeDirectives() {
                switch directive {
                case .persist(let intents): engine.process(.durable(intents.map(\.id)), at: now)
                case .transmit(let intent): fill(intent)
                default: break
                }
            }
        }
    }

    private mutating func fill(_ intent: OrderIntent) {
        ordersSent += 1
        let venueOrderID = "w\(ordersSent)"
        engine.process(.placeAnswered(intent.id, .accepted(venueOrderID: venueOrderID)), at: now)
        engine.process(
            .filled(
                intent.venue,
                FillReport(
                    instrument: intent.instrument, clientID: intent.id, venueOrderID: venueOrderID,
                    tradeID: venueOrderID, side: intent.side, price: intent.limit,
                    quantity: intent.quantity, fee: .zero, feeAsset: Asset("USDT"), isMaker: false,
                    evidence: .stream, venueTime: now)), at: now)
    }

    private mutating func quantity() -> Int64 { GrowthStage.unit / 2 + Int64(random(1_000)) * 10_000 }

    /// SplitMix64, below `limit`.
    private mutating func random(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, limit)))
    }
}
