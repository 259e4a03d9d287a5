import Books
import Engine
import Hedging
import Node
import Orders
import Risk
import SimulatedWorld
import TradingModel

/// Sees what the node cannot: every venue's truth beside the node's rows and state. Keeps the first invariant
/// that does not hold.
final class Judge {
    let simulation: Simulation
    let log: RowLog
    let policy: EnginePolicy
    private(set) var venues: [VenueLedger]
    private(set) var failure: SeedResult.Failure?
    let start: Moment
    /// Overfills are armed: an order may fill beyond its quantity by the venue's own doing.
    var toleratesOverfill = false
    var isDryRun = false
    private var silentUntil: [String: Moment] = [:]
    private var recentRequests: [String: [Moment]] = [:]
    /// Book messages that were lost on the way: the node must notice by the next one.
    private var lostFrames: [Int: (at: Moment, noticed: Int64)] = [:]
    private var deafUntil = Moment.distantPast
    private var lostText: [Int: [UInt8]] = [:]
    /// By venue: the last few messages that were carried; a venue may send one twice.
    private var carried: [Int: [[UInt8]]] = [:]
    /// By venue: what its books had noticed at the last look, and when that last rose.
    private var lastNoticed: [Int: (count: Int64, at: Moment)] = [:]
    /// What the living node's books of a venue have noticed so far.
    var noticed: ((VenueID) -> Int64?)?
    private(set) var maxUnhedgedAge = Span.zero
    private(set) var duplicates = 0
    /// How old the living node's book of an order's venue is.
    var bookAge: ((OrderIntent) -> Span?)?

    init(_ simulation: Simulation, policy: EnginePolicy, doubles: [any SimulatedVenue], start: Moment) {
        self.simulation = simulation
        self.policy = policy
        self.start = start
        log = RowLog(policy: policy)
        venues = doubles.map { VenueLedger($0) }
        log.report = { [unowned self] in fail($0, $1) }
    }

    func fail(_ invariant: String, _ detail: String) {
        guard failure == nil else { return }
        failure = SeedResult.Failure(
            invariant: invariant, step: simulation.steps,
            virtualSeconds: Double((simulation.now - start).nanoseconds) / 1e9, detail: detail)
    }

    // MARK: The wire

    /// A request is about to leave the node.
    func sends(_ host: String, _ method: String, _ target: String, _ body: [UInt8]) {
        if let until = silentUntil[host], simulation.now < until {
            fail("S12", "\(method) \(target) to \(host), which asked for silence")
        }
        countRequest(to: host)
        if Canary.stands(in: target) || Canary.stands(in: body) {
            fail("S14", "\(method) to \(host) holds a secret outside its headers")
        }
        if isDryRun, method != "GET" { fail("S13", "\(method) \(target) in a dry run") }
        if target.hasPrefix("/0/private/AmendOrder") { return amends(host, body) }
        guard method == "POST", Judge.placing.contains(where: { target.hasPrefix($0) }) else { return }
        guard let id = Judge.clientID(in: target, body) else {
            return fail("S2", "an order without a client id went to \(host)")
        }
        guard let intent = log.covered(id) else {
            return fail("S2", "\(id) went to \(host) before its row was durable")
        }
        if intent.purpose == .open, log.mode >= .hold, !log.mayLoseRows {
            fail("S5", "\(id) opens at \(host) in mode \(log.mode.name)")
        }
        if !log.mayLoseRows, let scope = log.killing(intent, at: simulation.now) {
            fail("S16", "\(id) (\(intent.purpose)) goes to \(host) after a kill of \(scope)")
        }
        if intent.purpose == .open, log.safeVenues.contains(host), !log.mayLoseRows {
            fail("S5", "\(id) opens at \(host), which is in SAFE_MODE")
        }
        if intent.purpose == .open, let age = bookAge?(intent),
            age > policy.limits.bookAge + .milliseconds(200)
        {
            fail("S9", "\(id) was priced from a book that is \(age.milliseconds) ms old")
        }
        if simulation.now > intent.sendBefore { fail("S5", "\(id) was sent after its time") }
    }

    /// Incidents of this process that were looked through.
    private var seenIncidents = 0

    /// More requests to one venue in a second than a node in order ever makes.
    static let stormLimit = 60

    private func countRequest(to host: String) {
        let now = simulation.now
        recentRequests[host, default: []].removeAll { now - $0 > .seconds(1) }
        recentRequests[host, default: []].append(now)
        let count = recentRequests[host]?.count ?? 0
        if count > Judge.stormLimit { fail("S12", "\(count) requests to \(host) in one second") }
    }

    func silenced(_ host: String, until moment: Moment) {
        silentUntil[host] = max(silentUntil[host] ?? .distantPast, moment)
    }

    private static let placing = [
        "/api/v3/order", "/api/v5/trade/order", "/v5/order/create", "/0/private/AddOrder",
    ]

    /// The first run of 32 hex digits that is an id of ours.
    static func clientID(in target: String, _ body: [UInt8]) -> ClientOrderID? {
        var run: [UInt8] = []
        for byte in Array(target.utf8) + [0] + body + [0] {
            if (48...57).contains(byte) || (97...102).contains(byte) {
                run.append(byte)
                continue
            }
            if run.count == 32, let id = ClientOrderID(String(decoding: run, as: UTF8.self)) { return id }
            run.removeAll(keepingCapacity: true)
        }
        return nil
    }

    // MARK: The venues

    /// What the venues took and filled since the last look.
    func lookAtVenues() {
        for index in venues.indices {
            let news = venues[index].news()
            for order in news.orders where order.isNodeNamed && !order.isForeign { judge(order, index) }
            for fill in news.executions { simulation.mark(UInt64(bitPattern: fill.tradeID)) }
        }
    }

    private func judge(_ order: VenueTruth.Order, _ venue: Int) {
        let name = policy.venues[venue].name
        guard let id = ClientOrderID(order.clientID) else { return }
        guard let intent = log.covered(id) else {
            return fail("S2", "\(name) holds \(id), which has no durable row")
        }
        if (venues[venue].orders[order.clientID]?.count ?? 0) > 1 {
            duplicates += 1
            fail("S1", "\(name) holds two orders of \(id)")
        }
        let instrument = policy.instruments[intent.instrument.index]
        if !log.mayLoseRows, !log.stands(id, order, instrument: instrument),
            !log.isWarranted(id, order, instrument: instrument)
        {
            fail("S2", "\(name) holds \(id) at terms that no durable row has")
        }
        if intent.venue.index != venue { fail("S1", "\(id) went to \(name), which is not its venue") }
        if !toleratesOverfill, order.filled > instrument.baseAmount(log.most(id)) {
            fail("S1", "\(id) filled more than its quantity at \(name)")
        }
    }

    // MARK: The node

    /// Bounds and deadlines that hold at any moment of a living node.
    func look(at desk: isolated TradingDesk) {
        let lines = desk.incidents.lines
        // A desk that has closed hears no timer any more: what is late then was told while it closed.
        let wasTold =
            !desk.isRunning
            && lines.contains { $0.incident.detail.hasSuffix(TradingDesk.leavesOwed) }
        desk.inspect { look(at: $0, wasTold) }
        for line in lines.dropFirst(seenIncidents) where Canary.stands(in: line.incident.detail) {
            fail("S14", "\(line.incident.code.rawValue) tells a secret")
        }
        seenIncidents = lines.count
        if desk.backlog > 5_000 { fail("S17", "\(desk.backlog) rows wait for the store") }
    }

    private func look(at engine: TradingEngine, _ wasTold: Bool) {
        let now = simulation.now
        for index in policy.instruments.indices {
            for obligation in engine.obligations[index].open {
                maxUnhedgedAge = max(maxUnhedgedAge, now - obligation.opened)
                let overdue = now - obligation.deadline
                if overdue > .seconds(1), !obligation.isLate, !wasTold {
                    fail("S10", "an obligation is \(overdue.milliseconds) ms late and nobody was told")
                }
            }
            if !wasTold, engine.neglectsHedge(index, for: .seconds(1), at: now) {
                fail("S10", "\(policy.instruments[index].symbol) is owed, late, and nothing is done about it")
            }
            for top in engine.books[index].tops where top.isSynced && top.hasBid && top.hasAsk {
                if top.bid.price >= top.ask.price {
                    fail("S9", "a crossed book of \(policy.venues[top.venue.index].name) has size")
                }
            }
        }
        watchReservations(engine)
        watchLostFrames(engine)
        let live = engine.orders.live.count
        if live > 500 { fail("S17", "\(live) live orders") }
        let ghosts = engine.counters.ghostFills
        if ghosts > 0 { fail("S2", "\(ghosts) fill(s) of orders taken for absent or refused") }
        simulation.mark(UInt64(bitPattern: Int64(engine.orders.count)))
    }

    private func watchReservations(_ engine: TradingEngine) {
        let live = engine.orders.live
        let mayFill = live.count { engine.orders[$0]?.state.mayFill == true }
        let followed = engine.followedLegs
        if let ended = followed.first(where: { !live.contains($0) }) {
            fail("S6", "\(ended) has ended, and a claim still follows it")
        }
        let held = engine.reservationCount - followed.count
        if held < mayFill { fail("S6", "\(mayFill) orders may fill, \(held) have their claim reserved") }
        if held > live.count { fail("S6", "\(held) reservations for \(live.count) unsettled orders") }
    }

    /// A book message is on its way to this venue's node: perhaps the second copy of a lost one, or one with
    /// a wrong proof, which must be noticed like a lost one.
    func carriedFrame(_ host: String, _ text: [UInt8]) {
        guard let venue = policy.venues.firstIndex(where: { $0.name == host }) else { return }
        if lostText[venue] == text { lostFrames[venue] = nil }
        carried[venue, default: []].append(text)
        if carried[venue]?.count ?? 0 > Judge.copies { carried[venue]?.removeFirst() }
        guard venues[venue].double.mischief.wrongChecksums.contains(text), host == "kraken",
            let count = noticed?(VenueID(venue))
        else { return }
        lostText[venue] = text
        lostFrames[venue] = (max(simulation.now, deafUntil), count)
    }

    /// A venue repeats one of its last messages, if any.
    private static let copies = 24

    /// A book message to this venue's node was lost.
    func lostFrame(_ host: String, _ text: [UInt8]) {
        guard let venue = policy.venues.firstIndex(where: { $0.name == host }), lostFrames[venue] == nil,
            Judge.isBookChange(text)
        else { return }
        guard let count = noticed?(VenueID(venue)) else { return }
        // A snapshot taken since the message was made may hold what it told.
        if let last = lastNoticed[venue], last.count != count || simulation.now - last.at < .seconds(1) {
            return
        }
        guard carried[venue]?.contains(text) != true else { return }
        lostText[venue] = text
        lostFrames[venue] = (max(simulation.now, deafUntil), count)
    }

    /// The node is stopped, or one of its threads: messages wait, and what it takes then came before.
    func nodeIsDeaf(until moment: Moment) {
        deafUntil = max(deafUntil, moment)
        forget()
    }

    /// Messages whose loss must show at the next one. OKX's keep-alives change nothing; what Kraken changes
    /// below the top ten its checksum does not cover.
    private static func isBookChange(_ text: [UInt8]) -> Bool {
        let frame = String(decoding: text, as: UTF8.self)
        return frame.contains("depthUpdate")
            || frame.contains("\"action\":\"update\"") && !frame.contains("\"asks\":[],\"bids\":[]")
            || frame.contains("orderbook") && frame.contains("\"delta\"")
    }

    /// Every book of the venue counts what it noticed: by the time later messages came, that must have risen.
    private func watchLostFrames(_ engine: TradingEngine) {
        for venue in venues.indices {
            let count = Judge.noticed(engine, VenueID(venue))
            if lastNoticed[venue]?.count != count { lastNoticed[venue] = (count, simulation.now) }
        }
        for venue in lostFrames.keys.sorted() {
            guard let lost = lostFrames[venue] else { continue }
            let noticed = Judge.noticed(engine, VenueID(venue))
            var isWhole = true
            for book in engine.books {
                guard let own = book.book(of: VenueID(venue)) else { continue }
                // Messages came and were taken since.
                if !own.isSynced || own.provedAt <= lost.at + .milliseconds(200) { isWhole = false }
            }
            if noticed > lost.noticed || !isWhole && simulation.now - lost.at < .seconds(8) {
                if noticed > lost.noticed { lostFrames[venue] = nil }
            } else if isWhole {
                fail(
                    "S9",
                    "\(policy.venues[venue].name) lost a book message and its book is still believed: "
                        + String(decoding: (lostText[venue] ?? []).prefix(300), as: UTF8.self))
            } else {
                lostFrames[venue] = nil
            }
        }
    }

    static func noticed(_ engine: TradingEngine, _ venue: VenueID) -> Int64 {
        var sum: Int64 = 0
        for index in engine.books.indices {
            guard let slot = engine.books[index].slot(of: venue) else { continue }
            let own = engine.books[index].books[slot].counters
            sum += own.gaps + own.checksumsFailed + own.snapshots + own.quarantined
        }
        return sum
    }

    /// A node that died knows nothing of frames that were lost before.
    func nodeDied() {
        log.forgetOrders()
        forget()
    }

    private func forget() {
        seenIncidents = 0
        lostFrames = [:]
        lastNoticed = [:]
        // Nor of how long a venue wanted it to be silent.
        silentUntil = [:]
    }
}
