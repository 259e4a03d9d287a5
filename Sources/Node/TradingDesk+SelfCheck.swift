import Books
import Engine
import Hedging
import Orders
import Ports
import TradingModel
import VenueKit
import Watch

// The node checks itself. While a check fails the risk index may not rise.
extension TradingDesk {
    /// A start is given this long to reconcile its venues before the first check.
    static let checkPatience = Span.seconds(60)
    /// And how long a book may take to be proven again.
    static let bookPatience = Span.seconds(5)
    /// How long the order of a check may take to end.
    static let orderPatience = Span.seconds(10)
    /// The most that a venue's clock may differ from ours: requests are refused beyond about a second.
    static let checkedSkew = Span.seconds(1)

    /// Until the node ends.
    public func keepChecking(_ policy: SelfCheckPolicy, isRealMoney: Bool) async {
        let patience = world.time.now + TradingDesk.checkPatience
        while isRunning, !engine.venues.allSatisfy(\.mayOpen), world.time.now < patience {
            do { try await world.time.sleep(until: world.time.now + .seconds(1)) } catch { return }
        }
        while isRunning {
            let passed = await checkItself(order: policy.sendsOrders(isRealMoney: isRealMoney)).passed
            do {
                try await world.time.sleep(until: world.time.now + (passed ? policy.every : policy.retry))
            } catch { return }  // cancelled: the node ends
        }
    }

    /// - Parameter order: also sends a tiny order to each venue.
    @discardableResult
    public func checkItself(order: Bool) async -> SelfCheck {
        var lines = ownChecks()
        for connector in connectors { lines += await checks(connector, order: order) }
        let check = SelfCheck(at: world.time.now, lines: lines)
        guard isRunning else { return check }
        health.lastCheck = check
        health.canary = check.passed
        for failure in check.failures {
            raise(
                Incident(
                    code: .canaryFail, severity: failure.severity, venue: failure.venue,
                    subject: failure.check, detail: "\(failure.check): \(failure.detail)",
                    at: world.time.now))
        }
        feedRiskIndex(world.time.now)
        return check
    }

    public var lastCheck: SelfCheck? { health.lastCheck }

    private func ownChecks() -> [SelfCheck.Line] {
        func line(_ check: String, _ isSound: Bool, _ found: String, _ otherwise: String) -> SelfCheck.Line {
            SelfCheck.Line(check, isSound ? .passed : .failed, isSound ? found : otherwise)
        }
        let now = world.time.now
        let clock: SelfCheck.Line
        switch health.host.isClockKept {
        case true?:
            clock = line(
                "clock", !health.host.isStrained(HostMeasure.clock.name, nil), "kept by the kernel",
                "the kernel is correcting it by too much")
        // The venues' clocks are compared below, each on its own.
        case false?: clock = SelfCheck.Line("clock", .untried, "nothing keeps this machine's clock")
        case nil: clock = SelfCheck.Line("clock", .untried, "the kernel has not been asked")
        }
        let isRoomy = !health.host.isStrained(HostMeasure.disk.name, nil)
        return [
            clock,
            line(
                "disk", isRoomy && engine.storeHealth == .good && storeRefusedAt == nil,
                "rows are taken, room is ample", "the outbox is slow or refuses, or room is short"),
            line(
                "heartbeats", health.beats.isEveryCriticalFresh(at: now), "every critical one is fresh",
                "a critical one is late (arbctl heartbeats)"),
        ]
    }

    private func checks(_ connector: VenueConnector, order: Bool) async -> [SelfCheck.Line] {
        let venue = connector.venue
        var lines: [SelfCheck.Line] = []
        func add(_ check: String, _ isSound: Bool, _ detail: String) {
            lines.append(SelfCheck.Line(check, venue: venue, isSound ? .passed : .failed, detail))
        }
        do throws(VenueFault) {
            let offset = try await connector.synchroniseClock()
            let trip = await connector.pulse.roundTrip ?? .zero
            add("connection", true, "answered within \(trip.milliseconds) ms")
            add(
                "clock", max(offset, .zero - offset) <= TradingDesk.checkedSkew,
                "\(offset.milliseconds) ms apart")
        } catch { add("connection", false, "\(error)") }
        let books = await provenBooks(venue)
        add("books", books.proven == books.all, "\(books.proven) of \(books.all) proven")
        if paper == nil {
            do throws(VenueFault) {
                _ = try await connector.balances()
                add("keys", true, "a signed question was answered")
            } catch { add("keys", false, "\(error)") }
            lines.append(await scope(connector))
        }
        if order { lines.append(await tryOrder(at: venue)) }
        return lines
    }

    /// A book that is just being fetched anew is given its time.
    private func provenBooks(_ venue: VenueID) async -> (proven: Int, all: Int) {
        let patience = world.time.now + TradingDesk.bookPatience
        while true {
            let books = engine.books.compactMap { $0.book(of: venue) }
            let proven = books.count { $0.isSynced }
            guard proven < books.count, isRunning, world.time.now < patience else {
                return (proven, books.count)
            }
            do { try await world.time.sleep(until: world.time.now + .milliseconds(100)) } catch {
                return (proven, books.count)
            }
        }
    }

    private func scope(_ connector: VenueConnector) async -> SelfCheck.Line {
        do throws(VenueFault) {
            guard let scope = try await connector.keyScope() else {
                return SelfCheck.Line(
                    "key scope", venue: connector.venue, .untried, "the venue does not tell it: look there")
            }
            let problems = scope.problems(at: world.time.now)
            return SelfCheck.Line(
                "key scope", venue: connector.venue, problems.isEmpty ? .passed : .failed,
                problems.isEmpty ? "trades, does not withdraw, is bound" : problems.joined(separator: "; "))
        } catch { return SelfCheck.Line("key scope", venue: connector.venue, .failed, "\(error)") }
    }

    private func tryOrder(at venue: VenueID) async -> SelfCheck.Line {
        let began = world.time.now
        // What was asked just now has spent of it.
        tellHeadroom(connectors[venue.index])
        handle(.canaryOrder(venue))
        guard case .sent(let id)? = engine.canaryOrder(venue) else {
            var why = "unknown"
            if case .untried(let reason)? = engine.canaryOrder(venue) { why = reason }
            return SelfCheck.Line("order", venue: venue, .untried, why)
        }
        while isRunning, engine.orders[id]?.isSettled == false,
            world.time.now - began < TradingDesk.orderPatience
        {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(20)) } catch { break }
        }
        let took = (world.time.now - began).milliseconds
        guard let record = engine.orders[id] else {
            return SelfCheck.Line("order", venue: venue, .failed, "\(id) was forgotten")
        }
        switch record.state {
        case .canceled, .expired:
            return SelfCheck.Line("order", venue: venue, .passed, "sent and ended within \(took) ms")
        case .filled, .partial:
            return SelfCheck.Line("order", venue: venue, .passed, "filled within \(took) ms, and is hedged")
        case .new, .sent, .acked, .unknown, .rejected, .absent:
            return SelfCheck.Line(
                "order", venue: venue, .failed, "\(id) is \(record.state.name) after \(took) ms")
        }
    }
}
