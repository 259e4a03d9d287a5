import Books
import Engine
import Hedging
import Node
import Orders
import SimulatedWorld
import TradingModel

// Safety first, then liveness.
extension Trial {
    func run() -> SeedResult {
        isCrashArmed = plan.crashPoint != nil
        startNode()
        watch()
        FaultDriver(self).schedule()
        let end = Trial.start + plan.safety
        advance(until: end)
        judgeLegDeaths()
        if judge.failure == nil { calm() }
        if judge.failure == nil { proveLiveness() }
        if judge.failure == nil { finish() }
        if judge.failure == nil { judgeTapes() }
        return close()
    }

    private func advance(until moment: Moment) {
        simulation.run(until: moment) { judge.failure != nil }
    }

    /// The judge looks at everything that moved, many times a second.
    private func watch() {
        let pause = Span.milliseconds(isCalm ? 100 : 50)
        simulation.schedule(at: simulation.now + pause) { [self] in
            look()
            watch()
        }
    }

    func look() {
        judge.lookAtVenues()
        nonisolated(unsafe) let judge = judge
        guard simulation.now >= stoppedUntil else { return }
        visit { judge.look(at: $0) }
        if options.isTraced { traceIncidents() }
    }

    private func traceIncidents() {
        let lines = visit { $0.incidents.lines } ?? []
        for line in lines {
            let key =
                "\(line.incident.code.rawValue) \(line.incident.venue.map { plan.venues[$0.index] } ?? "")"
            guard told[key] != line.count else { continue }
            told[key] = line.count
            trace("\(key) ×\(line.count): \(line.incident.detail)")
        }
    }

    /// Faults stop; venues are healthy; a process that is dead is started.
    private func calm() {
        isCalm = true
        for (index, double) in doubles.enumerated() {
            network.setReachable(plan.venues[index], true)
            network.weather(at: plan.venues[index]) { $0 = VenueWeather() }
            heal(double)
            // What is paid from here on would come between two looks at the end.
            if WorldPlan.perpetuals.contains(plan.venues[index]) { double.fundingInterval = .seconds(86_400) }
        }
        disk.heal()
        if process?.isAlive != true { startNode() }
    }

    /// A market that moves now and then: enough to trade on, cheap to simulate.
    private static let sleepy = MarketPace(
        quoteEvery: 1_500...3_000, takeEvery: 3_000...8_000, levels: 6)
    /// Nobody trades on it any more; it only shows that books stay alive.
    private static let asleep = MarketPace(
        quoteEvery: 4_000...6_000, takeEvery: 8_000...12_000, levels: 6)
    private static let sleepyBeat = Span.milliseconds(200)
    private static let settleLimit = Span.seconds(10)

    /// L1, L3 … L7: everything that was broken mends itself, in time; what people must release, they release.
    private func proveLiveness() {
        let calmAt = simulation.now
        // A few seconds of a lively market right after the faults, then a quiet one.
        advance(until: calmAt + .seconds(4))
        for double in doubles { double.pace = Trial.sleepy }
        network.marketBeat = max(network.marketBeat, Trial.sleepyBeat)
        advance(until: calmAt + Trial.settleLimit)
        guard judge.failure == nil else { return }
        if !isRunning { return judge.fail("L10", "the node does not run 10 s after the last fault") }
        if let book = unsyncedBook() { return judge.fail("L3", "no book of \(book) after 10 s") }
        release("the simulated operator has looked")
        advance(until: calmAt + .seconds(16))
        release("the simulated operator has looked again")
        // Unknown orders have a minute; most need a few seconds.
        let limit = calmAt + .seconds(60)
        while simulation.now < limit, judge.failure == nil, !isSettled() {
            advance(until: simulation.now + .milliseconds(500))
            if simulation.now - calmAt > .seconds(20) { release("found out late") }
        }
        guard judge.failure == nil else { return }
        if let trouble = unsettled() { judge.fail(trouble.0, trouble.1) }
    }

    private func unsyncedBook() -> String? {
        let names = plan.venues
        return visit { desk -> String? in
            for book in desk.engine.books {
                for top in book.tops where !top.isSynced {
                    return "\(names[top.venue.index]) \(book.instrument.symbol)"
                }
            }
            return nil
        } ?? nil
    }

    /// What people do once they have looked: modes go back to normal.
    private func release(_ reason: String) {
        let mayLoseRows = judge.log.mayLoseRows
        visit { desk in
            // Only what lost rows cannot explain is taken on a venue's word.
            for index in desk.engine.venues.indices where desk.engine.venues[index].isDirty && mayLoseRows {
                desk.accept(VenueID(index), reason: reason, actor: "operator")
            }
            let people = ["operator", "second operator"]
            if desk.engine.mode != .normal {
                _ = desk.loosen(.mode(.normal), reason: reason, people: people)
            }
            for block in desk.engine.kills.blocks where block.scope != .all {
                _ = desk.loosen(.lift(block.scope), reason: reason, people: people)
            }
            for index in desk.engine.venues.indices where desk.engine.venues[index].safeReason != nil {
                desk.release(VenueID(index), reason: reason, actor: "operator")
            }
        }
    }

    private func isSettled() -> Bool { unsettled() == nil }

    private func unsettled() -> (String, String)? {
        let names = plan.venues
        let found = visit { desk -> (String, String)? in
            let engine = desk.engine
            if let unknown = engine.orders.live.first(where: { engine.orders[$0]?.state == .unknown }) {
                return ("L1", "\(unknown) is still UNKNOWN")
            }
            for (index, venue) in engine.venues.enumerated() where !venue.mayOpen {
                return (
                    "L7",
                    "\(names[index]): ready \(venue.isAccountReady), reconciled \(venue.isReconciled), "
                        + "dirty \(venue.isDirty), safe \(venue.safeReason ?? "no")"
                )
            }
            for index in engine.policy.instruments.indices
            where engine.obligations[index].deviation.magnitude >= engine.smallestHedges[index] {
                return ("L4", "\(engine.policy.instruments[index].symbol) is not hedged")
            }
            return nil
        }
        return found ?? ("L10", "the node does not run")
    }

    /// Drained, the node's ledger is the venues', to the last unit.
    private func finish() {
        guard judge.failure == nil, let node, !isEnding else { return }
        nonisolated(unsafe) var isFlat: Bool?
        let desk = node.desk
        let deadline = simulation.now + .seconds(20)
        Task(executorPreference: desk.lane) { isFlat = await desk.drain(by: deadline) }
        simulation.run(until: deadline + .seconds(1)) { isFlat != nil || judge.failure != nil }
        guard judge.failure == nil else { return }
        if isFlat != true { return judge.fail("L4", "the node did not get flat in 20 s of draining") }
        // A node that waits is still a node: sweeps, refreshes and heartbeats go on.
        for double in doubles { double.pace = Trial.asleep }
        advance(until: max(simulation.now, Trial.start + plan.safety + WorldPlan.tail))
        guard judge.failure == nil else { return }
        look()
        compareLedgers()
        nonisolated(unsafe) var isClosed = false
        let closing = simulation.now + .seconds(5)
        Task(executorPreference: desk.lane) {
            await desk.close(by: closing)
            isClosed = true
        }
        simulation.run(until: closing + .seconds(1)) { isClosed }
        if !isClosed { judge.fail("L6", "the outbox did not drain") }
    }

    private func compareLedgers() {
        guard let accounts = visit({ $0.engine.ledger.accounts }) else { return }
        for account in accounts where account.isOpen && !plan.isDryRun {
            let held =
                doubles[account.venue.index].observer.balances.first { $0.asset == account.asset.code }?.total
                ?? .zero
            if held != account.balance {
                judge.fail(
                    "S7",
                    "\(plan.venues[account.venue.index]) \(account.asset): ledger \(account.balance), "
                        + "venue \(held)")
            }
        }
        compareDeviations()
        lookForGaps(accounts.count { $0.isOpen })
        for (index, venue) in judge.venues.enumerated() {
            for order in venue.observer.openOrders() where !plan.isDryRun {
                if order.isNodeNamed {
                    judge.fail("L2", "\(plan.venues[index]) still holds \(order.clientID)")
                } else if plan.foreignOrders == .cancel {
                    judge.fail("L2", "\(plan.venues[index]) still holds a stranger's \(order.venueOrderID)")
                }
            }
        }
    }

    /// What the node believes to be off must be what its own orders moved, by the venues' word.
    private func compareDeviations() {
        // A node that lost rows was told so; what it lost at venues whose histories name nobody stays lost.
        for index in judge.policy.instruments.indices where !plan.isDryRun && !judge.log.mayLoseRows {
            let instrument = judge.policy.instruments[index]
            let moved = judge.venues.reduce(Amount.zero) {
                $0 + ($1.deviations[instrument.symbol] ?? .zero)
            }
            guard let own = visit({ $0.engine.obligations[index].deviation }) else { return }
            let fills = judge.venues.reduce(0) { $0 + $1.nodeFills }
            // With any of the zombies: what is known of them depends on who was told when.
            var truths = [moved]
            for zombie in judge.venues.flatMap(\.zombies.values) where zombie.symbol == instrument.symbol {
                truths += truths.map { $0 + zombie.moved }
            }
            let isTrue = truths.contains {
                (instrument.quantity(ofBase: $0) - own).magnitude.raw <= Int64(fills) + 1
            }
            if !isTrue {
                judge.fail(
                    "S3",
                    "\(instrument.symbol): the node is off by \(instrument.text(own)), the venues say "
                        + instrument.text(instrument.quantity(ofBase: moved)))
            }
        }
    }

    private func lookForGaps(_ accounts: Int) {
        let expected = plan.venues.count * (plan.symbols.count + 1)
        if !plan.isDryRun, accounts < expected {
            judge.fail("L7", "\(accounts) of \(expected) accounts were ever opened")
        }
        for (venue, path) in Trial.deadManPaths where plan.venues.contains(venue) && !plan.isDryRun {
            if network.requests["POST \(venue).test\(path)"] == nil {
                judge.fail("L2", "the dead-man switch of \(venue) was never armed")
            }
        }
    }

    private static let deadManPaths = [
        ("okx", "/api/v5/trade/cancel-all-after"), ("kraken", "/0/private/CancelAllOrdersAfter"),
    ]

    private func close() -> SeedResult {
        result.virtualSeconds = Double((simulation.now - Trial.start).nanoseconds) / 1e9
        result.steps = simulation.steps
        result.hash = simulation.trace
        result.failure = judge.failure
        result.escapedJobs = EscapeWatch.escaped
        result.disabledStrategies = judge.log.timesDisabled
        result.orders = judge.venues.reduce(0) { $0 + $1.nodeOrders }
        result.fills = judge.venues.reduce(0) { $0 + $1.nodeFills }
        result.duplicateOrders = judge.duplicates
        result.maxUnhedgedAgeMs = Double(judge.maxUnhedgedAge.nanoseconds) / 1e6
        result.orphanOrders = judge.failure?.invariant == "L2" || judge.failure?.invariant == "S2" ? 1 : 0
        result.ghostFills = visit { $0.engine.counters.ghostFills } ?? 0
        process?.kill()
        node = nil
        return result
    }
}
