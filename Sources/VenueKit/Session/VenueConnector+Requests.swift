import Ports
import TradingModel

/// Requests: signed, budgeted, each with a deadline. None is ever sent twice by itself.
extension VenueConnector {
    /// How long an answer may take. It decides nothing about an order: an order without an answer is UNKNOWN.
    static let patience = Span.seconds(3)

    typealias Completion = @Sendable (RequestOutcome, Moment) -> Void

    // MARK: Orders

    /// Sends an order that is durable and approved. `mayGo` is asked at the last moment: an order may have
    /// waited behind others, and been canceled or forbidden meanwhile. `sent` tells when its last byte was
    /// handed to TLS; `done` comes once.
    public func place(
        _ order: OrderIntent, mayGo: @escaping @Sendable () -> Bool = { true },
        sent: @escaping @Sendable (Moment) -> Void,
        done: @escaping @Sendable (PlaceAnswer, Moment) -> Void
    ) {
        guard let access else { return done(.neverSent("no keys for this venue"), world.time.now) }
        let dialect = dialect
        send(
            order.purpose.reducesRisk ? .hedge : .newRisk, mayGo: mayGo, sent: sent,
            notAfter: order.sendBefore,
            { stamp in dialect.place(order, stamp, access) },
            completion: { outcome, at in done(dialect.decodePlace(outcome), at) })
    }

    /// `sent` as in `place`.
    public func cancel(
        _ order: OrderReference, sent: (@Sendable (Moment) -> Void)? = nil,
        done: @escaping @Sendable (CancelAnswer, Moment) -> Void
    ) {
        guard let access else { return done(.refused(code: "no-keys", message: ""), world.time.now) }
        let dialect = dialect
        send(
            .cancel, sent: sent, { stamp in dialect.cancel(order, stamp, access) },
            completion: { outcome, at in done(dialect.decodeCancel(outcome), at) })
    }

    /// Moves an order that rests; `mayGo` as in `place`, `done` comes once.
    public func amend(
        _ amendment: Amendment, mayGo: @escaping @Sendable () -> Bool,
        done: @escaping @Sendable (AmendAnswer, Moment) -> Void
    ) {
        guard let access else { return done(.neverSent("no keys for this venue"), world.time.now) }
        let dialect = dialect
        send(
            .newRisk, mayGo: mayGo, notAfter: amendment.sendBefore,
            { stamp in
                guard let plan = dialect.amend(amendment, stamp, access) else {
                    preconditionFailure("an amend goes where quotes are amended")
                }
                return plan
            },
            completion: { outcome, at in done(dialect.decodeAmend(outcome), at) })
    }

    /// How many orders of new risk the rate budget allows now.
    public func headroom() -> Int { budget.available(to: .newRisk, at: world.time.now) }

    // MARK: Account

    /// What one sweep of open orders and balances costs of the rate budget.
    public var sweepCost: Int {
        guard let access else { return 1 }
        let stamp = RequestStamp(venueTime: world.time.now, nonce: nonces.last)
        return dialect.balances(stamp, access).weight
            + (dialect.positions(stamp, access)?.weight ?? 0)
            + (dialect.fundings(since: stamp.venueTime, page: nil, stamp, access)?.weight ?? 0)
            + batches.reduce(0) { $0 + dialect.openOrders($1.first, stamp, access).weight }
    }

    public func openOrders(_ batch: InstrumentBatch) async throws(VenueFault) -> [OrderReport] {
        guard let access else { return [] }
        let response = try await answer(.query) { stamp, dialect in
            dialect.openOrders(batch.first, stamp, access)
        }
        var open: [OrderReport] = []
        for instrument in batch.instruments {
            open += try dialect.decodeOpenOrders(response, of: instrument)
        }
        return open
    }

    /// Every fill of a batch since a moment, each once, oldest first; the caller drops those it knows.
    /// Throws when a page cannot be read or the history does not end: never a part for the whole.
    public func fills(_ batch: InstrumentBatch, since: Moment) async throws(VenueFault) -> [FillReport] {
        guard let access else { return [] }
        var history = FillsGathering()
        let first = dialect.firstFillsPage(since: since, at: clock.venueTime(at: world.time.now))
        repeat {
            let asked = history.next ?? first
            let response = try await answer(.query) { stamp, dialect in
                dialect.fills(batch.first, since: since, page: asked, stamp, access)
            }
            var page = try dialect.decodeFills(response, of: batch.first, page: asked)
            for instrument in batch.instruments.dropFirst() {
                page.fills += try dialect.decodeFills(response, of: instrument, page: asked).fills
            }
            try history.add(page)
        } while history.next != nil
        return history.fills
    }

    public func balances() async throws(VenueFault) -> [BalanceReport] {
        guard let access else { return [] }
        let response = try await answer(.query) { stamp, dialect in dialect.balances(stamp, access) }
        let balances = try dialect.decodeBalances(response)
        guard dialect.profile.perpetual != nil else { return balances }
        let told = try await answer(.query) { stamp, dialect in
            guard let plan = dialect.positions(stamp, access) else {
                preconditionFailure("a venue of perpetuals tells its positions")
            }
            return plan
        }
        return balances.atCost(try dialect.decodePositions(told), dialect.symbols.listings)
    }

    /// What of the account's settings for perpetuals is not as the node needs it; empty where only spot is
    /// traded.
    public func accountProblems() async throws(VenueFault) -> [String] {
        guard let access, dialect.accountMode(stamp(), access) != nil else { return [] }
        let response = try await answer(.query) { stamp, dialect in
            guard let plan = dialect.accountMode(stamp, access) else {
                preconditionFailure("a venue of perpetuals tells how the account is set up")
            }
            return plan
        }
        return try dialect.decodeAccountMode(response)
    }

    /// Every funding payment since a moment, oldest first; none where only spot is traded.
    public func fundings(since: Moment) async throws(VenueFault) -> [FundingReport] {
        guard let access, dialect.profile.perpetual != nil else { return [] }
        var payments: [FundingReport] = []
        var next: FillsCursor?
        for _ in 0..<VenueConnector.longestFundings {
            let asked = next
            let response = try await answer(.query) { stamp, dialect in
                guard let plan = dialect.fundings(since: since, page: asked, stamp, access) else {
                    preconditionFailure("a venue of perpetuals tells its funding")
                }
                return plan
            }
            let page = try dialect.decodeFundings(
                response, since: since, page: asked, at: clock.venueTime(at: world.time.now))
            payments += page.payments
            next = page.next
            if next == nil { return payments.sorted { $0.venueTime < $1.venueTime } }
        }
        throw .endlessHistory(pages: VenueConnector.longestFundings)
    }

    /// Pages of funding payments read at most: a week of a hundred instruments every hour.
    private static let longestFundings = 400

    public func filters() async throws(VenueFault) -> [ListingFilters] {
        let response = try await answer(.query) { _, dialect in dialect.filtersRequest() }
        return try dialect.decodeFilters(response)
    }

    /// Measures the venue's clock; answers its offset.
    @discardableResult
    public func synchroniseClock() async throws(VenueFault) -> Span {
        let response = try await answer(.query) { _, dialect in dialect.timeRequest() }
        let venueTime = try dialect.decodeTime(response)
        clock.observe(sent: response.sentAt, venue: venueTime, received: response.receivedAt)
        return clock.offset
    }

    // MARK: The way out

    func stamp() -> RequestStamp {
        let now = world.time.now
        return RequestStamp(venueTime: clock.venueTime(at: now), nonce: nonces.next(at: now))
    }

    /// A response with a 2xx status, or why there is none.
    func answer(
        _ lane: BudgetLane, _ plan: @escaping @Sendable (RequestStamp, any VenueDialect) -> RequestPlan
    ) async throws(VenueFault) -> HTTPResponse {
        switch await outcome(lane, plan) {
        case .fault(let fault): throw .transport(fault)
        case .response(let response):
            guard (200..<300).contains(response.status) else {
                let text = String(decoding: response.body.prefix(200), as: UTF8.self)
                throw .refused(
                    status: response.status, code: "", message: text,
                    retryAfter: VenueConnector.retryAfter(response))
            }
            return response
        }
    }

    func outcome(
        _ lane: BudgetLane, _ plan: @escaping @Sendable (RequestStamp, any VenueDialect) -> RequestPlan
    ) async -> RequestOutcome {
        let dialect = dialect
        await awaitHeadroom(plan(stamp(), dialect), lane)
        return await withCheckedContinuation { continuation in
            send(
                lane, { stamp in plan(stamp, dialect) },
                completion: { outcome, _ in continuation.resume(returning: outcome) })
        }
    }

    /// Questions wait for the budget to refill; only orders and cancels are refused at once, because they
    /// would be late.
    private func awaitHeadroom(_ plan: RequestPlan, _ lane: BudgetLane) async {
        let patience = world.time.now + .seconds(20)
        while available(to: lane, plan.counter) < plan.weight, world.time.now < patience {
            guard await pause(.milliseconds(100)) else { return }
        }
    }

    private func available(to lane: BudgetLane, _ counter: RequestCounter) -> Int {
        let now = world.time.now
        if counter == .queries, let left = queryBudget?.available(to: lane, at: now) { return left }
        return budget.available(to: lane, at: now)
    }

    private func take(_ plan: RequestPlan, _ lane: BudgetLane, at now: Moment) -> Bool {
        if planted(.ignoreRateBudget) { return true }
        if plan.counter == .queries, let taken = queryBudget?.take(plan.weight, lane: lane, at: now) {
            return taken
        }
        return budget.take(plan.weight, lane: lane, at: now)
    }

    /// The venue's own count lowers ours.
    private func correct(_ usage: StatedUsage, at now: Moment) {
        if usage.counter == .queries, queryBudget != nil {
            queryBudget?.corrected(used: usage.used, limit: usage.limit, at: now)
        } else {
            budget.corrected(used: usage.used, limit: usage.limit, at: now)
        }
    }

    func send(
        _ lane: BudgetLane, mayGo: @escaping @Sendable () -> Bool = { true },
        sent: (@Sendable (Moment) -> Void)? = nil, notAfter: Moment = .distantFuture,
        _ plan: @escaping @Sendable (RequestStamp) -> RequestPlan, completion: @escaping Completion
    ) {
        guard dialect.requiresOrderedNonces else {
            return dispatch(lane, mayGo, sent, notAfter, plan, completion)
        }
        let start = queue.submit(lane) {
            self.assumeIsolated { connector in
                connector.dispatch(lane, mayGo, sent, notAfter, plan) { outcome, at in
                    completion(outcome, at)
                    connector.assumeIsolated { $0.queue.finished()?() }
                }
            }
        }
        start?()
    }

    private func dispatch(
        _ lane: BudgetLane, _ mayGo: () -> Bool, _ sent: (@Sendable (Moment) -> Void)?, _ notAfter: Moment,
        _ plan: (RequestStamp) -> RequestPlan, _ completion: @escaping Completion
    ) {
        let now = world.time.now
        guard now <= notAfter || planted(.sendLateLeg) else {
            return completion(.fault(.neverSent("its time had passed")), now)
        }
        guard mayGo() else { return completion(.fault(.neverSent("it was withdrawn")), now) }
        let plan = plan(stamp())
        world.passes(.requestSigned)
        guard take(plan, lane, at: now) else {
            return completion(.fault(.neverSent("rate budget exhausted")), now)
        }
        world.passes(.requestCharged)
        counters.requests += 1
        let request = HTTPRequest(
            method: plan.method, origin: profile.restOrigin, target: plan.target, headers: plan.headers,
            body: plan.body, deadline: now + VenueConnector.patience, notAfter: notAfter)
        world.transport.perform(request, lane: self.lane, onSent: sent) { result in
            self.assumeIsolated { connector in
                connector.world.passes(.responseArrived)
                let now = connector.world.time.now
                switch result {
                case .success(let response):
                    connector.heed(response, at: now)
                    completion(.response(response), response.receivedAt)
                case .failure(let fault):
                    connector.counters.requestFaults += 1
                    completion(.fault(fault), now)
                }
            }
        }
        world.passes(.requestHanded)
    }

    /// A venue that says stop is obeyed by every later request.
    private func heed(_ response: HTTPResponse, at now: Moment) {
        if let usage = dialect.statedUsage(response) { correct(usage, at: now) }
        if dialect.refusesNonce(response) { nonces.refused() }
        guard response.status == 429 || response.status == 418 || response.status == 403 else { return }
        if planted(.ignoreRetryAfter) { return }
        let wait =
            VenueConnector.retryAfter(response) ?? (response.status == 429 ? .seconds(1) : .seconds(60))
        budget.block(for: wait, at: now)
        queryBudget?.block(for: wait, at: now)
        report(.rateLimited, .critical, "HTTP \(response.status): silent for \(wait.milliseconds) ms")
    }

    private static func retryAfter(_ response: HTTPResponse) -> Span? {
        response.header("retry-after").flatMap { Int64($0) }.map { .seconds(min(max($0, 0), 86_400)) }
    }
}
