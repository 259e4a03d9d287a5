import Engine
import Hedging
import Orders
import Ports
import TradingModel
import VenueKit

/// Holds the engine and does what it says: journal first, then send. Lives on the connectors' lane, so a
/// frame, its decision and the order it causes are one uninterrupted call on one thread.
public actor TradingDesk {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

    let world: World
    var engine: TradingEngine
    let keeper: OutboxKeeper
    let connectors: [VenueConnector]
    /// Set in a dry run: orders go here and to no venue.
    private var paper: PaperExchange?
    private let fillsSince: Moment?
    let startedAt: Moment

    public private(set) var latency = DeskLatency()
    public private(set) var incidents = IncidentLog()
    private var rows: [[UInt8]] = []
    private var waiting: [ClientOrderID] = []
    private var isWriting = false
    private var isStopped = false
    private var isActing = false
    private var reconciling: Set<VenueID> = []

    /// How often deadlines, silences and ages are looked at.
    static let beat = Span.milliseconds(5)

    /// - Parameter connectors: by `VenueID.index`.
    init(
        world: World, engine: TradingEngine, keeper: OutboxKeeper, connectors: [VenueConnector],
        isDryRun: Bool,
        fillsSince: Moment?
    ) {
        lane = world.socketLane
        self.world = world
        self.engine = engine
        self.keeper = keeper
        self.connectors = connectors
        self.fillsSince = fillsSince
        paper = isDryRun ? PaperExchange(run: engine.epoch) : nil
        startedAt = world.time.now
    }

    // MARK: Life

    /// Connects everything; trading begins venue by venue as each is reconciled.
    func start(paperBalances: [(VenueID, Asset, Amount)]) {
        journal(.started(epoch: engine.epoch, at: world.time.now))
        if paper != nil { openPaperAccounts(paperBalances) }
        for connector in connectors { connector.assumeIsolated { $0.start(reporting: self) } }
        Task(executorPreference: lane) { await self.beat() }
        act()
    }

    private func openPaperAccounts(_ balances: [(VenueID, Asset, Amount)]) {
        let now = world.time.now
        for (venue, asset, amount) in balances where !engine.ledger.isOpen(venue, asset) {
            engine.process(.opened(venue, asset, amount), at: now)
        }
        for connector in connectors {
            engine.process(.privateStream(connector.venue, isReady: true, reason: ""), at: now)
            engine.process(.reconciled(connector.venue), at: now)
        }
    }

    private func beat() async {
        while !isStopped {
            measureHeadroom()
            handle(.timer)
            do {
                try await world.time.sleep(until: world.time.now + TradingDesk.beat)
            } catch {
                return  // cancelled: the process is going down
            }
        }
    }

    /// A pair is proposed only where both its legs may be sent at once.
    private func measureHeadroom() {
        for connector in connectors {
            let requests = paper == nil ? connector.assumeIsolated { $0.headroom() } : .max
            engine.process(.headroom(connector.venue, requests), at: world.time.now)
        }
    }

    /// No new risk; waits until every order has ended and every hedge is done, or until `deadline`. Answers
    /// whether the node is flat. Books stay live until `close`.
    public func drain(by deadline: Moment) async -> Bool {
        handle(.draining)
        while !engine.isFlat, world.time.now < deadline {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(10)) } catch { break }
        }
        cancelLeftovers()
        return engine.isFlat
    }

    /// Flushes the outbox and closes everything; what is still unwritten at `deadline` is left to the next
    /// start.
    public func close(by deadline: Moment) async {
        while isWriting || !rows.isEmpty, world.time.now < deadline {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(5)) } catch { break }
        }
        isStopped = true
        await disarmDeadMen()
        disconnect()
        await keeper.close()
    }

    private func disconnect() {
        for connector in connectors { connector.assumeIsolated { $0.stop() } }
    }

    private func cancelLeftovers() {
        for id in engine.orders.live {
            guard let record = engine.orders[id], record.state.mayFill else { continue }
            perform(
                .cancel(
                    OrderReference(
                        id: id, instrument: record.intent.instrument, side: record.intent.side,
                        venueOrderID: record.venueOrderID), record.intent.venue))
        }
    }

    // MARK: Inputs

    func handle(_ event: EngineEvent) {
        engine.process(event, at: world.time.now)
        act()
    }

    private func market(_ update: BookUpdate, _ venue: VenueID, _ at: Moment) {
        engine.apply(book: update, of: venue, at: at)
        latency.frameToDecision.record(world.time.now - at)
        act()
    }

    private func take(_ frame: PrivateFrame, _ venue: VenueID) {
        let now = world.time.now
        // Fills before states: a final state then finds its fills booked.
        for fill in frame.fills { engine.process(.filled(venue, fill), at: now) }
        for order in frame.orders { engine.process(.reported(venue, order), at: now) }
        act()
    }

    private func setPrivateStream(_ venue: VenueID, _ isReady: Bool, _ reason: String) {
        guard !isStopped else { return }
        handle(.privateStream(venue, isReady: isReady, reason: reason))
        if isReady { beginReconciling(venue) }
    }

    private func beginReconciling(_ venue: VenueID) {
        guard reconciling.insert(venue).inserted else { return }
        Task(executorPreference: lane) { await self.reconcileUntilProven(venue) }
    }

    private func reconcileUntilProven(_ venue: VenueID) async {
        defer { reconciling.remove(venue) }
        let since = fillsSince ?? startedAt - .seconds(60)
        await Reconciliation(desk: self, venue: venue, fillsSince: since).run()
    }

    var isRunning: Bool { !isStopped }

    // MARK: Outputs

    /// Carries out what the engine decided. Carrying out may cause more inputs at once (paper fills): they
    /// queue here.
    func act() {
        guard !isActing else { return }
        isActing = true
        while engine.hasDirectives {
            for directive in engine.takeDirectives() { perform(directive) }
        }
        isActing = false
    }

    private func perform(_ directive: Directive) {
        switch directive {
        case .journal(let record): journal(record)
        case .persist(let intents): persist(intents)
        case .transmit(let intent): transmit(intent)
        case .cancel(let order, let venue):
            guard paper == nil else { return }
            connectors[venue.index].assumeIsolated { connector in
                connector.cancel(order) { answer, _ in
                    if case .ambiguous(let code) = answer {
                        self.assumeIsolated {
                            $0.note(.orderUnknown, .warning, venue, "cancel of \(order.id): \(code)")
                        }
                    }
                }
            }
        case .query(let order, let venue):
            guard paper == nil else {
                // The paper exchange remembers nothing beyond its process: what it had not filled never was.
                return engine.process(.queryAnswered(order.id, .absent), at: world.time.now)
            }
            Task(executorPreference: lane) {
                let answer = await self.connectors[venue.index].query(order)
                await self.handle(.queryAnswered(order.id, answer))
            }
        case .fetchFills(let venue, let instrument):
            guard paper == nil else { return }
            Task(executorPreference: lane) {
                await self.fetchFills(venue, instrument, since: self.recentFills)
            }
        case .resynchronise(let venue, let instrument):
            connectors[venue.index].assumeIsolated { $0.resynchronise(instrument) }
        case .alarm(let incident): incidents.add(incident)
        }
    }

    private nonisolated var recentFills: Moment { world.time.now - .seconds(300) }

    /// Books what the venue's trade history holds; `false` when it did not answer.
    @discardableResult
    func fetchFills(_ venue: VenueID, _ instrument: InstrumentID, since: Moment) async -> Bool {
        do throws(VenueFault) {
            let fills = try await connectors[venue.index].fills(instrument, since: since)
            let now = world.time.now
            for fill in fills { engine.process(.filled(venue, fill), at: now) }
            act()
            return true
        } catch {
            note(.venueRefused, .warning, venue, "trade history: \(error)")
            return false
        }
    }

    private func transmit(_ intent: OrderIntent) {
        let isHedge = intent.purpose.reducesRisk
        let trigger = engine.obligations[intent.instrument.index].open.first?.opened
        if paper != nil {
            let now = world.time.now
            latency.sent(intent, trigger: isHedge ? trigger : nil, at: now)
            for event in paper?.execute(intent, engine, at: now) ?? [] { engine.process(event, at: now) }
            return
        }
        connectors[intent.venue.index].assumeIsolated { connector in
            connector.place(
                intent,
                sent: { at in
                    self.assumeIsolated { $0.latency.sent(intent, trigger: isHedge ? trigger : nil, at: at) }
                },
                done: { answer, _ in self.assumeIsolated { $0.handle(.placeAnswered(intent.id, answer)) } })
        }
    }

    // MARK: The outbox, one batch at a time (group commit)

    private func journal(_ record: OutboxRecord) {
        rows.append(record.encoded())
        write()
    }

    private func persist(_ intents: [OrderIntent]) {
        for intent in intents {
            rows.append(
                OutboxRecord.intended(
                    intent, venue: engine.policy.venues[intent.venue.index].name,
                    symbol: engine.policy.instruments[intent.instrument.index].symbol
                ).encoded())
            waiting.append(intent.id)
        }
        write()
    }

    private func write() {
        guard !isWriting, !rows.isEmpty else { return }
        isWriting = true
        let batch = rows
        let ids = waiting
        rows.removeAll()
        waiting.removeAll()
        let began = world.time.now
        Task(executorPreference: lane) {
            let fault = await self.keeper.append(batch)
            await self.written(ids, fault, began)
        }
    }

    private func written(_ ids: [ClientOrderID], _ fault: OutboxFault?, _ began: Moment) {
        isWriting = false
        latency.durableWrite.record(world.time.now - began)
        if let fault {
            handle(.notDurable(ids, reason: "\(fault)"))
        } else if !ids.isEmpty {
            handle(.durable(ids))
        }
        write()
    }

    func note(_ code: IncidentCode, _ severity: Severity, _ venue: VenueID?, _ detail: String) {
        incidents.add(
            Incident(code: code, severity: severity, venue: venue, detail: detail, at: world.time.now))
    }
}

// Connectors call on the desk's own lane: each of these is a plain call.
extension TradingDesk: VenueObserver {
    public nonisolated func bookMessage(_ venue: VenueID, _ update: BookUpdate, at: Moment) {
        assumeIsolated { $0.market(update, venue, at) }
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
        assumeIsolated { $0.setPrivateStream(venue, isReady, reason) }
    }

    public nonisolated func evidence(_ venue: VenueID, _ frame: PrivateFrame, at: Moment) {
        assumeIsolated { $0.take(frame, venue) }
    }

    public nonisolated func trouble(_ incident: Incident) {
        assumeIsolated { $0.incidents.add(incident) }
    }
}
