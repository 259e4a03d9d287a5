import Ports
import TradingModel

/// One venue's wires: its sockets, its request budget, its clock. It decodes and forwards; it decides nothing
/// about trading. It lives on the desk's lane: the desk calls it, and it calls the desk, synchronously.
public actor VenueConnector {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

    public nonisolated let venue: VenueID
    public nonisolated let profile: VenueProfile
    /// The venue's instruments, as its lists of orders and trades tell of them.
    public nonisolated let batches: [InstrumentBatch]
    /// See `VenueDialect`.
    public nonisolated let historyNamesOrders: Bool
    /// Whoever else signs for this venue shares it.
    public nonisolated let key: VenueKey
    let world: World
    var access: VenueAccess? { key.access }
    weak var observer: (any VenueObserver)?

    var dialect: any VenueDialect
    private var frame = PublicFrame()
    private(set) var market: [MarketStream] = []
    private var accountSession: StreamSession
    /// Books whose snapshot is being asked for.
    private var snapshotsAsked: Set<InstrumentID> = []
    private var accountSocket: (any VenueSocket)?
    private var token = ""
    private(set) var isAccountReady = false
    private var isStopping = false

    public var counters = ConnectorCounters()
    var clock = ClockOffset()
    public var clockOffset: Span { clock.offset }
    /// Until when the venue wants to hear nothing of us.
    public var silentUntil: Moment { budget.blockedUntil }
    /// `nil` before it was measured.
    public var knownClockOffset: Span? { clock.isKnown ? clock.offset : nil }
    var budget: RateBudget
    /// `nil` where the venue counts questions with everything else.
    var queryBudget: RateBudget?
    var nonces = NonceSource()
    /// Requests of a venue whose nonces must arrive in order wait here for the one under way.
    var queue = RequestQueue()
    /// Questions after orders that share looks.
    var looks = LookQueue<OrderQuestion>()

    /// `nil` without keys, and where the venue has no switch or it is off.
    var deadMan: DeadManSwitch?
    /// What the observer and people were last told about it.
    var wasDeadManArmed = false
    var isDeadManLost = false
    var isDeadManFired = false
    var deadManFault = "no answer"

    struct MarketStream {
        var plan: StreamPlan
        var session: StreamSession
        var socket: (any VenueSocket)?
    }

    /// How often streams are looked after (keep-alive, silence).
    static let careInterval = Span.milliseconds(500)
    static let clockInterval = Span.seconds(10)
    /// The most a venue's clock may differ from ours before an incident.
    static let skewLimit = Span.seconds(1)

    /// - Parameter access: `nil` runs public data only (dry run without keys, recording).
    public init(venue: VenueID, dialect: any VenueDialect, access: VenueAccess?, world: World) {
        lane = world.socketLane
        self.venue = venue
        self.world = world
        key = VenueKey(access)
        self.dialect = dialect
        profile = dialect.profile
        historyNamesOrders = dialect.historyNamesOrders
        batches = InstrumentBatch.batches(
            of: dialect.symbols.listings.map(\.instrument.id), together: dialect.listsWholeAccount)
        accountSession = StreamSession(keepAlive: dialect.keepAlive)
        budget = RateBudget(rule: dialect.profile.budget, at: world.time.now)
        queryBudget = dialect.profile.queryBudget.map { RateBudget(rule: $0, at: world.time.now) }
        if access != nil, !planted(.skipDeadMan) {
            deadMan = dialect.profile.deadMan.map { DeadManSwitch(rule: $0) }
        }
        market = dialect.publicStreams().map {
            MarketStream(plan: $0, session: StreamSession(keepAlive: dialect.keepAlive))
        }
    }

    // MARK: Life

    /// Opens everything and keeps it open until `stop`.
    public func start(reporting observer: any VenueObserver) {
        self.observer = observer
        world.transport.warm(profile.restOrigin, connections: access == nil ? 1 : 3, lane: lane)
        for index in market.indices { openMarket(index) }
        Task(executorPreference: lane) { await self.care() }
        Task(executorPreference: lane) { await self.keepClock() }
        if access != nil { Task(executorPreference: lane) { await self.openAccount() } }
    }

    public func stop() {
        isStopping = true
        for stream in market { stream.socket?.close() }
        accountSocket?.close()
    }

    /// Closes every connection; each opens anew as after a loss.
    public func reconnect() {
        for stream in market { stream.socket?.close() }
        accountSocket?.close()
    }

    /// The private stream lives and tells nothing of our orders: it is opened anew.
    public func reopenAccount() {
        guard accountSocket != nil else { return }
        report(.privateStreamLost, .critical, "it lives and does not tell of our orders: opened anew")
        accountSocket?.close()
    }

    /// Keep-alives and silence for every stream, and the dead-man switch.
    private func care() async {
        while !isStopping {
            let now = world.time.now
            for index in market.indices {
                perform(market[index].session.duty(at: now), socket: market[index].socket) {
                    market[index].session.spoke(at: now)
                }
            }
            perform(accountSession.duty(at: now), socket: accountSocket) { accountSession.spoke(at: now) }
            if !isAccountReady, accountSession.isOverdue(at: now) { accountSocket?.close() }
            keepDeadMan(at: now)
            guard await pause(VenueConnector.careInterval) else { return }
        }
    }

    private func perform(_ duty: StreamSession.Duty, socket: (any VenueSocket)?, spoke: () -> Void) {
        switch duty {
        case .nothing: return
        case .giveUp: socket?.close()
        case .speak:
            if let text = dialect.keepAlive.frame, socket?.send(text) == true { spoke() }
        }
    }

    private func keepClock() async {
        while !isStopping {
            do throws(VenueFault) {
                try await synchroniseClock()
                if max(clock.offset, .zero - clock.offset) > VenueConnector.skewLimit {
                    report(
                        .clockSkew, .warning,
                        "the venue's clock differs by \(clock.offset.milliseconds) ms; "
                            + "requests are signed with its time"
                    )
                }
            } catch { report(.venueRefused, .warning, "time of day: \(error)") }
            guard await pause(VenueConnector.clockInterval) else { return }
        }
    }

    /// `false` once the task is cancelled or the connector stops.
    func pause(_ span: Span) async -> Bool {
        do {
            try await world.time.sleep(until: world.time.now + span)
            return !isStopping
        } catch {
            return false  // cancelled: the caller ends
        }
    }

    // MARK: Streams

    private func openMarket(_ index: Int) {
        guard !isStopping else { return }
        market[index].session.connecting()
        market[index].socket = world.transport.connect(
            market[index].plan.url, lane: lane, receiver: StreamReceiver(self, .market(index)))
    }

    private func openAccount() async {
        guard !isStopping, let access else { return }
        if clock.isKnown == false {
            // Signed stamps need the venue's time first; a failure is retried with the stream's own backoff.
            do throws(VenueFault) { try await synchroniseClock() } catch {
                return retryAccount("time of day: \(error)")
            }
        }
        if let plan = dialect.privateTokenRequest(stamp(), access) {
            do throws(VenueFault) {
                // The first plan only told whether a token is needed; the stamp of the one sent is made when
                // it is sent.
                _ = plan
                let response = try await answer(.query) { stamp, dialect in
                    dialect.privateTokenRequest(stamp, access) ?? plan
                }
                token = try dialect.decodePrivateToken(response)
            } catch { return retryAccount("token: \(error)") }
        }
        guard !isStopping, accountSession.state == .closed else { return }
        accountSession.connecting()
        accountSocket = world.transport.connect(
            dialect.privateStream(), lane: lane, receiver: StreamReceiver(self, .account))
    }

    private func retryAccount(_ reason: String) {
        report(.privateStreamLost, .warning, reason)
        let wait = accountSession.closed(at: world.time.now, jitter: world.entropy.next())
        Task(executorPreference: lane) {
            if await self.pause(wait) { await self.openAccount() }
        }
    }

    func opened(_ role: StreamRole, _ socket: any VenueSocket) {
        let now = world.time.now
        counters.connections += 1
        switch role {
        case .market(let index):
            market[index].session.opened(at: now)
            world.passes(.marketOpened)
            observer?.publicStream(venue, market[index].plan.instruments, isOpen: true, at: now)
            for text in market[index].plan.greetings { socket.send(text) }
        case .account:
            accountSession.opened(at: now)
            world.passes(.accountOpened)
            guard let access else { return }
            for text in dialect.privateLogin(stamp(), access, token: token) { socket.send(text) }
        }
    }

    func received(_ role: StreamRole, _ bytes: UnsafeRawBufferPointer, at now: Moment) {
        switch role {
        case .market(let index):
            market[index].session.heard(at: now)
            counters.frames += 1
            dialect.decodePublic(bytes, into: &frame)
            deliver(of: index, at: now)
        case .account:
            accountSession.heard(at: now)
            counters.privateFrames += 1
            deliver(dialect.decodePrivate(bytes, token: token), at: now)
        }
    }

    /// An account on which nothing happens is silent for hours, and its connection is sound: whether it still
    /// tells what happens is found out otherwise (`EchoWatch`). Market data is never silent.
    func pinged(_ role: StreamRole, at now: Moment) {
        if role == .account { accountSession.heard(at: now) }
    }

    func closed(_ role: StreamRole, reason: String) {
        let now = world.time.now
        let jitter = world.entropy.next()
        switch role {
        case .market(let index):
            market[index].socket = nil
            let wait = market[index].session.closed(at: now, jitter: jitter)
            observer?.publicStream(venue, market[index].plan.instruments, isOpen: false, at: now)
            guard !isStopping else { return }
            report(.venueDisconnected, .warning, "market data: \(reason)")
            Task(executorPreference: lane) {
                if await self.pause(wait) { await self.openMarket(index) }
            }
        case .account:
            accountSocket = nil
            setAccountReady(false, reason)
            guard !isStopping else { return }
            let wait = accountSession.closed(at: now, jitter: jitter)
            Task(executorPreference: lane) {
                if await self.pause(wait) { await self.openAccount() }
            }
        }
    }

    private func deliver(of index: Int, at now: Moment) {
        switch frame.kind {
        case .book:
            for book in 0..<frame.bookCount { observer?.bookMessage(venue, frame.books[book], at: now) }
        case .terms: for terms in frame.terms { observer?.contractTerms(venue, terms, at: now) }
        case .quarantinedTerms(let reason):
            counters.quarantined[reason, default: 0] += 1
            report(.frameQuarantined, .warning, "mark price or funding: \(reason.rawValue)")
        case .trades, .alive, .irrelevant: return
        case .refused(let text): report(.venueRefused, .critical, "market data: \(text)")
        case .reconnectRequested(let text):
            report(.venueDisconnected, .info, "asked to reconnect: \(text)")
            market[index].socket?.close()
        case .quarantined(let reason):
            counters.quarantined[reason, default: 0] += 1
            let lost = frame.quarantinedInstrument.map { [$0] } ?? market[index].plan.instruments
            observer?.bookQuarantined(venue, lost, reason: reason, at: now)
        }
    }

    private func deliver(_ frame: PrivateFrame, at now: Moment) {
        for reply in frame.replies { accountSocket?.send(reply) }
        if let refused = frame.refused {
            report(.privateStreamLost, .critical, refused)
            accountSocket?.close()
            return
        }
        if !frame.orders.isEmpty || !frame.fills.isEmpty || !frame.balances.isEmpty {
            observer?.evidence(venue, frame, at: now)
        }
        if let reason = frame.quarantine {
            // Its good rows were used; what else was in it is unknown: everything it could have said must be
            // asked for.
            counters.quarantined[reason, default: 0] += 1
            report(.frameQuarantined, .critical, "private frame: \(reason.rawValue)")
            accountSocket?.close()
            return
        }
        if frame.ready { setAccountReady(true, "") }
    }

    private func setAccountReady(_ ready: Bool, _ reason: String) {
        guard ready != isAccountReady else { return }
        isAccountReady = ready
        observer?.privateStream(venue, isReady: ready, reason: reason, at: world.time.now)
    }

    /// Asks for a fresh snapshot of one book, by the venue's way.
    public func resynchronise(_ instrument: InstrumentID) {
        guard !isStopping else { return }
        if dialect.snapshotRequest(instrument) != nil {
            // The engine asks again before a venue that refuses has answered: one question at a time.
            guard snapshotsAsked.insert(instrument).inserted else { return }
            Task(executorPreference: lane) {
                while await !self.fetchSnapshot(instrument), await self.pause(.seconds(1)) {}
                await self.snapshotEnded(instrument)
            }
            return
        }
        let frames = dialect.resubscribe(instrument)
        for stream in market where stream.plan.instruments.contains(instrument) {
            for text in frames { stream.socket?.send(text) }
        }
    }

    private func snapshotEnded(_ instrument: InstrumentID) { snapshotsAsked.remove(instrument) }

    /// Whether nothing is left to ask for.
    private func fetchSnapshot(_ instrument: InstrumentID) async -> Bool {
        guard let plan = dialect.snapshotRequest(instrument) else { return true }
        do throws(VenueFault) {
            let response = try await answer(.snapshot) { _, _ in plan }
            world.passes(.snapshotArrived)
            response.body.withUnsafeBytes { dialect.decodeSnapshot($0, of: instrument, into: &frame) }
            if let index = market.firstIndex(where: { $0.plan.instruments.contains(instrument) }) {
                deliver(of: index, at: response.receivedAt)
            }
            return true
        } catch {
            report(.venueRefused, .warning, "book snapshot: \(error)")
            return false
        }
    }

    func report(_ code: IncidentCode, _ severity: Severity, _ detail: String) {
        let detail = planted(.tellSecret) ? detail + (access?.passphrase ?? "") : detail
        observer?.trouble(
            Incident(code: code, severity: severity, venue: venue, detail: detail, at: world.time.now))
    }
}
