import Books
import Hedging
import Orders
import Portfolio
import Risk
import Routing
import Strategies
import TradingModel

/// The node's one decision maker: books, edges, risk, orders, hedges. Every input is one call that cannot
/// suspend, so nothing comes between a check and its act; every output is a `Directive` for the desk. No
/// clock, no randomness.
///
/// Start reading here; then `TradingEngine+Market` (a frame becomes a pair), `+Orders` (what venues say),
/// `+Hedging` (a fill becomes a hedge), `+Watch` (silence becomes a question).
public struct TradingEngine: Sendable {
    public internal(set) var policy: EnginePolicy
    /// The configuration that holds, as it was written down; `nil`: nobody has named one.
    public internal(set) var configured: ConfigurationFact?
    /// A configuration whose row is on its way.
    var awaitedChange: PolicyChange?
    /// Stands in the ids of this run's orders.
    public internal(set) var epoch: UInt16
    public internal(set) var books: [ConsolidatedBook]
    public internal(set) var orders: OrderTable
    public internal(set) var ledger: PositionLedger
    public internal(set) var venues: [VenueStatus]
    public internal(set) var governor: RiskGovernor
    public internal(set) var counters = EngineCounters()
    public internal(set) var modeReason = ""
    public internal(set) var isDraining = false
    /// What stands behind the mode: agreements, rows under way.
    var loosenings = Loosenings()
    public internal(set) var kills: KillTable
    /// `nil` where the policy has none.
    public internal(set) var riskIndex: RiskIndex?
    var riskWatch = RiskWatch()
    var canaryOrders: [VenueID: CanaryOrder] = [:]

    var reservations = Reservations()
    public internal(set) var obligations: [ObligationQueue]
    public internal(set) var ladders: [HedgeLadder]
    var strategies: [TakerTaker]
    /// Strategies with quotes; in names, guards and ids they come after `strategies`.
    var makers: [MakerTaker]
    /// By instrument: indices into `makers`.
    let makersOf: [[Int]]
    /// By maker.
    var quoting: [Quoting]
    /// By strategy, makers after takers: the slots its manifest lets it open in.
    let allowed: [SlotSet]
    /// By taker: whether the best prices of reference bound what it can earn.
    let isBoundByTouch: [Bool]
    /// Balances set aside for the hedges of quotes.
    var standby = Reservations()
    /// By venue and instrument: index into the venue's listings, below zero where there is none.
    private let listingPlaces: [[Int]]
    /// By `Measure.rawValue`.
    let families = RuleRegistry.families
    /// What each traded asset is to the instruments: a few, so that looking along them finds one soonest.
    let assetRoles: [AssetRole]
    /// By taker: what all its signals' fingerprints begin with.
    let signalStarts: [Fingerprint]
    /// By instrument: its symbol, which an instrument makes anew whenever it is asked.
    let symbols: [String]
    /// By instrument: indices into `strategies`.
    let strategiesOf: [[Int]]
    /// By venue.
    var qualities: [VenueQuality]
    /// By instrument: who moves first.
    public internal(set) var leads: [LeadLag]
    /// By instrument: who leads whom, as people were last told.
    var toldLeads: [[LeadLag.Finding]]
    var nextLeadLook = Moment.distantPast
    /// By instrument: how much of the last opening legs filled.
    var fillRatios: [FillRatio]
    /// By instrument: what a second leg that follows the first one's fill has claimed beforehand.
    var followers: [Follower?]
    /// By instrument: hedges that may leave without rows of their own.
    var warrants: [[StandingWarrant]] = []
    /// Of an earlier run: nothing tells yet that any of their hedges was called for.
    var dormantWarrants: [Warrant] = []
    /// By instrument: something told that they were, in this run.
    var hasWoken: [Bool] = []
    /// By strategy.
    public internal(set) var loopGuards: [LogicLoopGuard]
    /// By instrument: nothing is opened before this.
    var restsUntil: [Moment]
    /// By instrument.
    var priceWindows: [PriceWindow]
    /// The residual is above its cap: nothing is opened.
    public internal(set) var isResidualHigh = false
    /// By instrument: since when the residual has been that was last told to be old.
    var oldResiduals: [Moment?]
    /// By instrument: the venue whose leg last fell short, where the first rung tries again.
    var shortVenue: [VenueID?]
    /// By instrument.
    var flattenings: [Flattening] = []
    /// By instrument: since when a hedge has been called for that is not decided yet.
    var owedSince: [Moment?]
    /// By instrument and slot: what a venue says about its perpetual.
    public internal(set) var terms: [[ContractTerms?]]
    var funding: FundingMemory
    /// What rules remember: flows, profit, lockouts.
    public internal(set) var ruleMemory: RuleMemories
    var enforcement = Enforcement()
    /// Rules that people switched otherwise than the configuration has them.
    public internal(set) var switchedRules: [Denial: RuleSwitch]
    /// By instrument: the first one with the same base asset.
    let assetOf: [Int]
    var ruleWatch = RuleWatch()
    /// What was reckoned for the opening judged last.
    var partnerFigures = RuleFigures()
    var lastBeat: Moment?
    /// By instrument: the last consolidated mid price, for valuation when no book is proven.
    public internal(set) var mids: [Price]
    /// By instrument: below this a deviation is a residual; refreshed on the timer.
    public internal(set) var smallestHedges: [Quantity]
    /// What is being asked about orders of unknown fate.
    var inquiries: [ClientOrderID: FateInquiry] = [:]
    /// When a resting quote was last seen by asking.
    var restLooks: [ClientOrderID: Moment] = [:]
    public internal(set) var signals: SignalMemory
    /// What orders do not wait for: see `tellAfterwards`.
    var told = TradeLog()
    var untold: UntoldPair?
    var digested = DecisionDigest()
    var undigested: [OrderIntent] = []
    public internal(set) var storeHealth = StoreHealth.good
    /// Orders taken over from a venue because their rows were lost: their size is not known for certain.
    var adopted: Set<ClientOrderID> = []
    /// Orders that settled before this are forgotten: what is told of them now is old news, not a stranger's.
    var memoryStart: Moment
    var nextIntent: UInt64 = 1
    /// When this run's first event came.
    var firstMoment: Moment?
    var nextEpoch: UInt64 = 1
    /// By instrument and slot.
    var resyncs: [[ResyncPace]]
    /// All positions together; `nil` where no limits for them are configured.
    var portfolio: WatchedPortfolio?
    var throttling: Throttling?
    /// By instrument: when its strategies' throttles are looked at again.
    var nextThrottleLooks: [Moment] = []
    var output: [Directive] = []
    /// Never read. A value that no register can hold keeps the engine where it lies: without it each question
    /// that a call asks of the engine copies all of it, thousands of bytes.
    private let anchor: (any Sendable)? = nil

    /// A pair's leg is not sent later than this after its decision: the edge is gone by then.
    public static let openWindow = Span.milliseconds(150)
    /// A hedge attempt not sent within this is decided anew.
    public static let hedgeWindow = Span.seconds(1)

    /// - Parameter recovery: what the outbox held; `Recovery(policy:)` with no rows for a first start.
    ///   - openings: how often this directory was opened, as the store counts it: ids never repeat, even when
    ///     rows were lost.
    public init(policy: EnginePolicy, recovery: Recovery, openings: UInt64 = 0) {
        self.policy = policy
        let next = max(recovery.lastEpoch &+ 1, UInt16(truncatingIfNeeded: openings))
        epoch = planted(.wrongEpochAfterRestart) ? max(1, recovery.lastEpoch) : next
        books = policy.consolidatedBooks
        listingPlaces = policy.listingPlaces
        symbols = policy.instruments.map(\.symbol)
        assetRoles = AssetRole.all(policy.instruments)
        signalStarts = TradingEngine.signalStarts(policy)
        orders = recovery.orders
        ledger = recovery.ledger
        venues = policy.venues.map { VenueStatus(name: $0.name) }
        for (index, reason) in recovery.safeVenues.enumerated() { venues[index].safeReason = reason }
        signals = recovery.signals
        memoryStart = recovery.memoryStart
        ruleMemory = recovery.ruleMemory
        switchedRules = recovery.switchedRules
        assetOf = TradingEngine.assets(policy.instruments)
        governor = TradingEngine.governor(policy, recovery)
        modeReason = recovery.modeReason
        kills = recovery.kills
        configured = recovery.configured
        (riskIndex, riskWatch) = TradingEngine.riskIndex(policy, recovery)
        obligations = recovery.deviations.map { deviation in
            var queue = ObligationQueue()
            queue.restore(deviation)
            return queue
        }
        ladders = policy.instruments.map { _ in HedgeLadder() }
        strategies = policy.takerTaker.map { TakerTaker(policy: $0) }
        strategiesOf = policy.instruments.map { instrument in
            policy.takerTaker.indices.filter { policy.takerTaker[$0].instrument == instrument.id }
        }
        makers = policy.makerTaker.map { MakerTaker(policy: $0) }
        makersOf = policy.instruments.map { instrument in
            policy.makerTaker.indices.filter { policy.makerTaker[$0].instrument == instrument.id }
        }
        let books = books
        let allowed = TradingEngine.allowed(policy, books)
        self.allowed = allowed
        isBoundByTouch = policy.takerTaker.indices.map {
            TradingEngine.isBoundByTouch(policy.takerTaker[$0], allowed[$0], books)
        }
        quoting = policy.makerTaker.map { _ in Quoting() }
        qualities = policy.venues.map { _ in VenueQuality() }
        leads = books.map { LeadLag(venues: $0.books.count) }
        toldLeads = books.map { _ in [] }
        fillRatios = policy.instruments.map { _ in FillRatio() }
        followers = policy.instruments.map { _ in nil }
        loopGuards = TradingEngine.guards(policy, recovery)
        restsUntil = policy.instruments.map { _ in .distantPast }
        priceWindows = policy.instruments.map { _ in PriceWindow(span: policy.limits.window) }
        oldResiduals = policy.instruments.map { _ in nil }
        shortVenue = policy.instruments.map { _ in nil }
        owedSince = policy.instruments.map { _ in nil }
        terms = books.map { $0.books.map { _ in nil } }
        funding = recovery.funding
        resyncs = books.map { $0.books.map { _ in ResyncPace() } }
        mids = policy.instruments.map { _ in .zero }
        smallestHedges = policy.instruments.map { _ in Quantity(raw: .max) }
        watchAllPositions()
        restoreThrottles(recovery.throttleSteps)
        beginWarrants(after: recovery.warrants)
        makeRoom()
        for id in orders.live { reserveAgain(id) }
        governor.flattens = kills.flattensAll
        applyRiskIndex()
    }

    /// Everything decided since the last call, in order.
    public mutating func takeDirectives() -> [Directive] {
        defer { output.removeAll(keepingCapacity: true) }
        return output
    }

    /// The same into an array that the caller keeps: what it held before is gone, its room goes back and
    /// forth, and nothing is allocated.
    public mutating func takeDirectives(into directives: inout [Directive]) {
        directives.removeAll(keepingCapacity: true)
        swap(&directives, &output)
    }

    public var hasDirectives: Bool { !output.isEmpty }

    /// One input that is not a book message.
    public mutating func process(_ event: EngineEvent, at now: Moment) {
        if firstMoment == nil { firstMoment = now }
        ruleWatch.now = now
        // Between a decision and its orders' bytes there is nothing but this.
        if case .durable = event {} else { catchUp(to: now) }
        switch event {
        case .publicStream(let venue, let instruments, let isOpen): stream(venue, instruments, isOpen, now)
        case .bookQuarantined(let venue, let instruments, let reason):
            quarantined(venue, instruments, reason, now)
        case .privateStream(let venue, let isReady, let reason): privateStream(venue, isReady, reason, now)
        case .reconciled(let venue):
            venues[venue.index].isReconciled = true
            venues[venue.index].isDirty = false
        case .drifted(let venue, let detail):
            venues[venue.index].isReconciled = false
            alarm(.ledgerDrift, .critical, venue, detail, now)
        case .dirty(let venue, let detail):
            venues[venue.index].isDirty = true
            alarm(.dirtyStart, .critical, venue, detail, now)
            lowerMode(to: .hold, reason: "DIRTY_START: \(detail)", now)
        case .opened(let venue, let asset, let amount):
            ledger.open(venue, asset, with: amount)
            beginFunding(venue, asset, now)
            output.append(
                .journal(.opened(venue: policy.venues[venue.index].name, asset: asset, amount: amount)))
        case .adjusted(let venue, let asset, let amount, let reason):
            ledger.add(amount, venue, asset)
            takeFundingForBooked(venue, asset, now)
            output.append(
                .journal(
                    .adjusted(
                        venue: policy.venues[venue.index].name, asset: asset, amount: amount, reason: reason))
            )
        case .contract(let venue, let terms): contract(venue, terms, now)
        case .funded(let venue, let payment): funded(venue, payment, now)
        case .durable(let ids): durable(ids, now)
        case .notDurable(let ids, let reason): notDurable(ids, reason, now)
        case .placeAnswered(let id, let answer): placeAnswered(id, answer, now)
        case .queryAnswered(let id, let answer): queryAnswered(id, answer, now)
        case .listsRead(let id, let isWhole, let showsIt): listsRead(id, isWhole, showsIt, now)
        case .cancelAnswered(let id, let answer): cancelAnswered(id, answer, now)
        case .amendAnswered(let amendment, let answer): amendAnswered(amendment, answer, now)
        case .found(let venue, let report): found(venue, report, now)
        case .foreignFill(let venue, let fill): foreignFill(venue, fill, now)
        case .corrected(let venue, let what): corrected(venue, what, now)
        case .venueMode(let venue, let isSafe, let reason, let actor):
            setVenueMode(venue, isSafe, reason, actor, now)
        case .strategyApproved(let name, let reason, let actor): approve(name, reason, actor, now)
        case .store(let health): storeChanged(health, now)
        case .historyDamaged(let detail):
            alarm(.dirtyStart, .pageNow, nil, detail, now)
            lowerMode(to: .hold, reason: "DIRTY_START: \(detail)", now)
        case .cancelAll(let venue): cancelAll(at: venue)
        case .checkpoint: writeCheckpoint(now)
        case .reported(let venue, let report): reported(venue, report, now)
        case .filled(let venue, let fill): filled(venue, fill, now)
        case .mode(let mode, let reason, let actor): changeMode(mode, reason, actor, now)
        case .governance(let word): govern(word, now)
        case .headroom(let venue, let requests): venues[venue.index].headroom = requests
        case .clock(let venue, let offset): venues[venue.index].clockOffset = offset
        case .rule(let name, let isOn, let reason, let actor): switchRule(name, isOn, reason, actor, now)
        case .deadMan(let venue, let isArmed): deadMan(venue, isArmed, now)
        case .canaryOrder(let venue): tryOrder(venue, now)
        case .draining:
            isDraining = true
            pullQuotes(now)
        case .timer: timer(now)
        }
    }

    public var mode: OperatingMode { governor.mode }

    // MARK: Cancels and alarms

    mutating func pullQuotes(_ now: Moment) {
        for index in policy.instruments.indices { tendQuotes(index, mayPlace: false, now) }
    }

    mutating func cancelAll(at venue: VenueID) { cancelLive { $0.venue == venue } }

    /// What is being canceled already is not canceled again: its answer will tell.
    mutating func cancelLive(where isChosen: (OrderIntent) -> Bool) {
        for id in orders.live {
            guard let record = orders[id], record.cancel != .sent, isChosen(record.intent) else {
                continue
            }
            cancel(record)
        }
    }

    mutating func cancel(_ record: OrderRecord) {
        guard record.state.mayFill, record.state != .new, !planted(.noCancelInSafeMode) else { return }
        orders.cancel(.requested, of: record.intent.id)
        ruleMemory.canceled(record.intent, at: ruleWatch.now)
        output.append(.cancel(reference(record), record.intent.venue))
    }

    /// - Parameter subject: what of the node or the venue it is about: each is a case of its own.
    mutating func alarm(
        _ code: IncidentCode, _ severity: Severity, _ venue: VenueID?, about subject: String = "",
        _ detail: String, _ now: Moment
    ) {
        output.append(
            .alarm(
                Incident(
                    code: code, severity: severity, venue: venue, subject: subject, detail: detail, at: now)))
    }

    func reference(_ record: OrderRecord) -> OrderReference {
        OrderReference(
            id: record.intent.id, instrument: record.intent.instrument, side: record.intent.side,
            venueOrderID: record.venueOrderID)
    }

    public func listing(_ venue: VenueID, _ instrument: InstrumentID) -> Listing? {
        listingPlace(venue, instrument).map { policy.venues[venue.index].listings[$0] }
    }

    /// Where it stands in the venue's listings: one number of a listing is read there, without its strings.
    func listingPlace(_ venue: VenueID, _ instrument: InstrumentID) -> Int? {
        let place = listingPlaces[venue.index][instrument.index]
        return place < 0 ? nil : place
    }
}
