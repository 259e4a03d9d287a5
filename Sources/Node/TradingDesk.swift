import Engine
import Hedging
import Orders
import Ports
import Runbooks
import Tape
import TradingModel
import VenueKit
import Watch

/// Holds the engine and does what it says: journal first, then send. Lives on the connectors' lane, so a
/// frame, its decision and the order it causes are one uninterrupted call on one thread.
public actor TradingDesk {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

    let world: World
    public internal(set) var engine: TradingEngine
    let keeper: OutboxKeeper
    let reserveKeeper: ReserveKeeper
    let connectors: [VenueConnector]
    /// What the Watchkeeper can see without asking the desk.
    let board: WatchBoard
    var cancelWire = CancelWire()
    /// What an urgent word found.
    public internal(set) var beforeUrgent:
        (mode: OperatingMode, reason: String, liveOrders: Int, kills: [KillScope])?
    /// How people call what is configured; never changes.
    public nonisolated let names: NodeNames
    /// Set in a dry run: orders go here and to no venue.
    var paper: PaperExchange?
    /// By venue: from when on an earlier run may have missed fills; `nil`: there was none.
    let fillsSince: [Moment?]
    let startedAt: Moment
    /// When ledger and venue were last seen to agree.
    var agreedAt: [VenueID: Moment] = [:]

    public internal(set) var latency: DeskLatency
    public internal(set) var incidents = IncidentLog()
    public internal(set) var cases: IncidentRegister
    /// Runs of runbooks.
    public internal(set) var runs = RunbookRuns()
    var alertSink: (@Sendable (Alert) -> Void)?
    let tellRows: RowWitness?
    var heldAlerts: [Alert] = []
    var health: DeskHealth
    private let healthPolicy: HealthPolicy
    public nonisolated let pulse = NodePulse()
    let store: StorePolicy
    var queue = OutboxQueue()
    /// Somebody will look at the queue when its rows are due.
    var isGathering = false
    /// When the store last refused a batch; `nil` while it takes them.
    var storeRefusedAt: Moment?
    /// When the last batch became durable, and since when the store has had rows that it may lose.
    var lastBatchAt = Moment.distantPast
    var unsettledSince: Moment?
    /// Checkpoint rows in the store, oldest first.
    var checkpoints: [(sequence: UInt64, at: Moment)]
    var nextCheckpoint: Moment
    var isDiscarding = false
    var nextSpaceLook = Moment.distantPast
    var isSpaceLow = false
    private var isStopped = false
    private var isActing = false
    /// `nil`: nobody wants one, or it was lost.
    var tape: RunningTape?
    /// What is being carried out.
    private var directives: [Directive] = []
    private var reconciling: Set<VenueID> = []
    /// By venue: balances of accounts that are not open yet, as one read told them.
    var firstReads: [[Asset: Amount]]
    /// Venues whose balances a person has accepted as they are, until the ledger has followed: who and why.
    var acceptances: [VenueID: String] = [:]
    /// Where a rotated key comes from; `nil`: nowhere.
    var keySource: KeySource?
    /// Venues whose new key is not in use yet.
    var keyTurns: [VenueID: KeyTurn] = [:]
    /// Orders that wait for a look at their venue's lists.
    var listLooks: [VenueID: LookQueue<OrderReference>] = [:]
    /// Why a venue's last pass of reconciling came to nothing.
    var reconcilingFor: [VenueID: String] = [:]
    /// By venue: how long its last reconciliation took, in passes; for the report.
    public internal(set) var reconciliationPasses: [Int]

    /// How often deadlines, silences and ages are looked at.
    static let beat = Span.milliseconds(5)
    /// While nothing is under way and nothing is owed; what begins meanwhile does not wait for a beat.
    static let idleBeat = Span.milliseconds(50)
    var isIdle: Bool { queue.isIdle && withEngine { $0.isFlat } }

    /// The engine where it lies. What is called on a property of an actor is called on a copy of it, and a
    /// copy of the whole engine costs more than most answers.
    func withEngine<Answer>(_ body: (inout TradingEngine) -> Answer) -> Answer { body(&engine) }

    /// - Parameter connectors: by `VenueID.index`.
    init(
        world: World, engine: TradingEngine, keeper: OutboxKeeper, reserve: ReserveKeeper,
        connectors: [VenueConnector], paper: PaperExchange?, recovery: Recovery, store: StorePolicy,
        board: WatchBoard, health: HealthPolicy = HealthPolicy(), witness: RowWitness? = nil,
        tape: RunningTape? = nil
    ) {
        self.tape = tape
        tellRows = witness
        self.board = board
        names = NodeNames(engine.policy)
        lane = world.socketLane
        self.world = world
        self.engine = engine
        self.keeper = keeper
        reserveKeeper = reserve
        self.connectors = connectors
        latency = DeskLatency(venues: connectors.count)
        cases = IncidentRegister(venues: engine.policy.venues.map(\.name))
        self.health = DeskHealth(health, sweeps: [], at: world.time.now)
        healthPolicy = health
        self.store = store
        fillsSince = connectors.map { recovery.fillsSince(at: $0.venue) }
        checkpoints = recovery.checkpoints
        firstReads = connectors.map { _ in [:] }
        reconciliationPasses = connectors.map { _ in 0 }
        self.paper = paper
        startedAt = world.time.now
        nextCheckpoint = (recovery.checkpoints.last?.at ?? world.time.now) + store.checkpointEvery
    }

    // MARK: Life

    /// Connects everything; trading begins venue by venue as each is reconciled.
    func start(paperBalances: [(VenueID, Asset, Amount)], opening: OutboxOpening) {
        health = DeskHealth(
            healthPolicy,
            sweeps: connectors.map { paper == nil ? sweepInterval($0.venue) : nil }, at: world.time.now)
        journal(.started(epoch: engine.epoch, at: world.time.now))
        world.passes(.startJournaled)
        tell(opening)
        if paper != nil { openPaperAccounts(paperBalances) }
        for connector in connectors { connector.assumeIsolated { $0.start(reporting: self) } }
        world.passes(.connectorsStarted)
        Task(executorPreference: lane) { await self.beat() }
        act()
    }

    private func tell(_ opening: OutboxOpening) {
        switch opening.condition {
        case .intact: return
        case .repaired(let detail): note(.dirtyStart, .warning, nil, "the outbox was repaired: \(detail)")
        case .damaged(let detail): handle(.historyDamaged(detail))
        }
    }

    private func openPaperAccounts(_ balances: [(VenueID, Asset, Amount)]) {
        let now = world.time.now
        for (venue, asset, amount) in balances where !engine.ledger.isOpen(venue, asset) {
            tell(.opened(venue, asset, amount), at: now)
        }
        for connector in connectors {
            tell(.privateStream(connector.venue, isReady: true, reason: ""), at: now)
            tell(.reconciled(connector.venue), at: now)
            // Where the venue has a switch, paper may rest as live orders may.
            let hasSwitch = connector.profile.deadMan != nil
            tell(.deadMan(connector.venue, isArmed: hasSwitch), at: now)
        }
    }

    private func beat() async {
        while !isStopped {
            lookAfterHealth()
            measureHeadroom()
            watchStore()
            writeTape()
            if paper != nil { payFundingOnPaper() }
            handle(.timer)
            do {
                let pause = isIdle ? TradingDesk.idleBeat : TradingDesk.beat
                try await world.time.sleep(until: world.time.now + pause)
            } catch {
                return  // cancelled: the process is going down
            }
        }
    }

    /// A pair is proposed only where both its legs may be sent at once.
    private func measureHeadroom() {
        board.tells(engine.mode)
        for connector in connectors {
            tellHeadroom(connector)
            let (clock, silence) = connector.assumeIsolated { ($0.clockOffset, $0.silentUntil) }
            board.tells(connector.venue, clock: clock, silentUntil: silence)
            // Nothing on paper is stamped with a venue's time: where nobody asks for it none is needed.
            let offset = connector.assumeIsolated { $0.knownClockOffset } ?? (paper == nil ? nil : .zero)
            if engine.venues[connector.venue.index].clockOffset != offset {
                tell(.clock(connector.venue, offset), at: world.time.now)
            }
        }
    }

    /// What the venue's budget allows now; on paper nothing is counted.
    func tellHeadroom(_ connector: VenueConnector) {
        let requests = paper == nil ? connector.assumeIsolated { $0.headroom() } : .max
        guard engine.venues[connector.venue.index].headroom != requests else { return }
        tell(.headroom(connector.venue, requests), at: world.time.now)
    }

    /// No new risk; waits until every order has ended and every hedge is done, or until `deadline`. Answers
    /// whether the node is flat. Books stay live until `close`.
    public func drain(by deadline: Moment) async -> Bool {
        handle(.draining)
        world.passes(.drainBegins)
        while !withEngine({ $0.isFlat }), world.time.now < deadline {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(10)) } catch { break }
        }
        for venue in connectors.map(\.venue) { handle(.cancelAll(venue)) }
        world.passes(.drainEnds)
        return withEngine { $0.isFlat }
    }

    /// Flushes the outbox and closes everything; what is still unwritten at `deadline` is left to the next
    /// start.
    public func close(by deadline: Moment) async {
        var told: Set<InstrumentID> = []
        tellLeft(&told)
        while !queue.isIdle, world.time.now < deadline {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(5)) } catch { break }
            tellLeft(&told)
        }
        world.passes(.closes)
        isStopped = true
        await disarmDeadMen()
        disconnect()
        await endTape(by: deadline)
        await keeper.close()
    }

    /// Ends what people read about an instrument whose fills are not hedged when the node stops.
    public static let leavesOwed = "owed as the node stops: its next start hedges it"

    /// Nobody looks after what is owed from here to the next start: each instrument is told once.
    private func tellLeft(_ told: inout Set<InstrumentID>) {
        for instrument in engine.policy.instruments {
            let owed = engine.obligations[instrument.id.index]
            guard !owed.open.isEmpty, told.insert(instrument.id).inserted else { continue }
            note(
                .hedgeFailure, .critical, nil, about: instrument.symbol,
                "\(instrument.symbol): \(instrument.text(owed.owed)) \(TradingDesk.leavesOwed)")
            act()
        }
    }

    private func disconnect() {
        for connector in connectors { connector.assumeIsolated { $0.stop() } }
    }

    // MARK: Inputs

    func handle(_ event: EngineEvent) {
        tell(event, at: world.time.now)
        act()
    }

    private func market(_ update: BookUpdate, _ venue: VenueID, _ at: Moment) {
        let decoded = world.time.now
        engine.apply(book: update, of: venue, at: at)
        tape?.recorder.book(update, of: venue, at: at)
        latency.judged(venue, readable: at, decoded: decoded, decided: world.time.now)
        if paper != nil { meetOnPaper(venue, update.instrument) }
        act()
    }

    private func take(_ frame: PrivateFrame, _ venue: VenueID) {
        let now = world.time.now
        health.heard(frame, venue, at: now)
        // Fills before states: a final state then finds its fills booked.
        for fill in frame.fills {
            world.passes(.fillArrived)
            tell(.filled(venue, fill), at: now)
            if let id = fill.clientID { latency.filled(id, venue, at: now) }
            world.passes(.fillApplied)
        }
        carryOut()  // a hedge does not wait until the states that came along have been looked at
        for order in frame.orders {
            world.passes(.reportArrived)
            tell(.reported(venue, order), at: now)
            world.passes(.reportApplied)
        }
        act()
    }

    private func setPrivateStream(_ venue: VenueID, _ isReady: Bool, _ reason: String) {
        guard !isStopped else { return }
        world.passes(isReady ? .accountReady : .accountLost)
        health.streams[venue.index].stream(isReady: isReady, at: world.time.now)
        handle(.privateStream(venue, isReady: isReady, reason: reason))
        if isReady { beginReconciling(venue) }
    }

    func beginReconciling(_ venue: VenueID) {
        guard reconciling.insert(venue).inserted else { return }
        reconcilingBegins(venue)
        Task(executorPreference: lane) { await self.reconcileUntilProven(venue) }
    }

    private func reconcileUntilProven(_ venue: VenueID) async {
        defer {
            reconciling.remove(venue)
            reconcilingEnds(venue)
        }
        await Reconciliation(desk: self, venue: venue, fillsSince: historyBegins(venue)).run()
    }

    /// Holds every venue's orders, fills and balances against the ledger once more; answers the venues that
    /// do not agree, or had not answered by `deadline`. On paper there is nothing to compare.
    public func reconcileAll(by deadline: Moment) async -> [String] {
        guard paper == nil else { return [] }
        for connector in connectors { beginReconciling(connector.venue) }
        while !reconciling.isEmpty, world.time.now < deadline, isRunning {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(50)) } catch { break }
        }
        return connectors.map(\.venue).filter {
            reconciling.contains($0) || !engine.venues[$0.index].isReconciled
        }.map { engine.policy.venues[$0.index].name }
    }

    /// Until it closes; what it holds then is its next start's.
    public var isRunning: Bool { !isStopped }

    /// Rows that wait for the store.
    public var backlog: Int { queue.rows.count }

    // MARK: Outputs

    /// Carries out what the engine decided, and hands over what is to be written for it.
    func act() {
        guard !isActing else { return }
        carryOut()
        write()
        engine.tellAfterwards()
    }

    /// Carrying out may cause more inputs at once (paper fills): they queue here.
    private func carryOut() {
        guard !isActing else { return }
        isActing = true
        while engine.hasDirectives {
            engine.takeDirectives(into: &directives)
            tape?.recorder.taken()
            for directive in directives { perform(directive) }
            tape?.recorder.decided(directives)
        }
        isActing = false
    }

    func note(
        _ code: IncidentCode, _ severity: Severity, _ venue: VenueID?, about subject: String = "",
        _ detail: String
    ) {
        raise(
            Incident(
                code: code, severity: severity, venue: venue, subject: subject, detail: detail,
                at: world.time.now))
    }
}

// Connectors call on the desk's own lane: each of these is a plain call.
extension TradingDesk: VenueObserver {
    public nonisolated func bookMessage(_ venue: VenueID, _ update: BookUpdate, at: Moment) {
        assumeIsolated { $0.market(update, venue, at) }
    }

    public nonisolated func contractTerms(_ venue: VenueID, _ terms: ContractTerms, at: Moment) {
        assumeIsolated { $0.handle(.contract(venue, terms)) }
    }

    public nonisolated func bookQuarantined(
        _ venue: VenueID, _ instruments: [InstrumentID], reason: QuarantineReason, at: Moment
    ) {
        assumeIsolated { $0.handle(.bookQuarantined(venue, instruments, reason: reason.rawValue)) }
    }

    public nonisolated func publicStream(
        _ venue: VenueID, _ instruments: [InstrumentID], isOpen: Bool, at: Moment
    ) {
        assumeIsolated { $0.handle(.publicStream(venue, instruments, isOpen: isOpen)) }
    }

    public nonisolated func privateStream(_ venue: VenueID, isReady: Bool, reason: String, at: Moment) {
        assumeIsolated { desk in
            if isReady { desk.keyIsIn(venue) }
            desk.setPrivateStream(venue, isReady, reason)
        }
    }

    public nonisolated func evidence(_ venue: VenueID, _ frame: PrivateFrame, at: Moment) {
        assumeIsolated { $0.take(frame, venue) }
    }

    public nonisolated func trouble(_ incident: Incident) {
        assumeIsolated { $0.raise(incident) }
    }
}
