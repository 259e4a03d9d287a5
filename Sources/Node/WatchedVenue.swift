import Orders
import Ports
import Synchronization
import TradingModel
import VenueKit

/// One venue as the Watchkeeper reaches it: it cancels, and it reads what is open. Rate budgets are not
/// asked: this happens once, and what it cancels was paid for. All of it runs on the Watchkeeper's lane.
final class WatchedVenue: @unchecked Sendable {
    let id: VenueID
    private let dialect: any VenueDialect
    private let key: VenueKey
    private var access: VenueAccess? { key.access }
    private let batches: [InstrumentBatch]
    private let node: UInt16
    private let board: WatchBoard
    private let world: World
    private var nonces = NonceSource()
    private(set) var outcome: KillOutcome.Venue
    private var ownSilence = Moment.distantPast
    /// Of the orders that the desk said may rest: until when each may still reach the venue.
    private var arrivesBy: [ClientOrderID: Moment] = [:]

    static let patience = Span.seconds(2)
    static let pause = Span.milliseconds(100)
    /// A venue that answers nothing is left to the desk after this.
    static let persistence = Span.seconds(60)

    init(
        _ id: VenueID, _ dialect: any VenueDialect, _ key: VenueKey, _ batches: [InstrumentBatch],
        node: UInt16, board: WatchBoard, world: World
    ) {
        self.id = id
        self.dialect = dialect
        self.key = key
        self.node = node
        self.board = board
        self.world = world
        self.batches = batches
        outcome = KillOutcome.Venue(venue: id)
    }

    var isClear: Bool { outcome.isClear || access == nil || world.watch == nil }

    func warm() {
        guard access != nil, let watch = world.watch else { return }
        watch.transport.warm(dialect.profile.restOrigin, connections: 2, lane: watch.lane)
    }

    func begin() { outcome = KillOutcome.Venue(venue: id) }

    /// Cancels these, then whatever of ours the venue's list still shows, until it shows nothing.
    func clear(_ resting: [OrderIntent], _ scope: KillScope) async {
        guard let access, world.watch != nil, !planted(.watchkeeperSleeps) else { return }
        outcome.open = resting.map(\.id)
        // Until then a request that the desk has handed over may still reach the venue.
        let window = dialect.profile.orderWindow
        arrivesBy = Dictionary(uniqueKeysWithValues: resting.map { ($0.id, $0.sendBefore + window) })
        let limit = world.time.now + WatchedVenue.persistence
        var targets = resting.map { OrderReference(id: $0.id, instrument: $0.instrument, side: $0.side) }
        while world.time.now < limit {
            guard await keepSilence(until: limit) else { return }
            targets = await cancel(targets, access)
            if let open = await readOpen(scope, access) {
                outcome.open = open.map(\.id)
                let onTheirWay = targets.filter { mayArrive($0.id) }
                if open.isEmpty, onTheirWay.isEmpty {
                    outcome.clearAt = world.time.now
                    return
                }
                let listed = Set(open.map(\.id))
                targets = open + onTheirWay.filter { !listed.contains($0.id) }
            }
            do { try await world.time.sleep(until: world.time.now + WatchedVenue.pause) } catch { return }
        }
    }

    /// After a ban every request makes it longer, a cancel too.
    private func keepSilence(until limit: Moment) async -> Bool {
        let silence = min(max(board.silence(id), ownSilence), limit)
        guard silence > world.time.now else { return true }
        do { try await world.time.sleep(until: silence) } catch { return false }
        return true
    }

    /// Answers those that the venue has not settled: only they are canceled again, until its list tells more.
    private func cancel(_ orders: [OrderReference], _ access: VenueAccess) async -> [OrderReference] {
        let replies = orders.map { _ in Reply<CancelAnswer>() }
        for (order, reply) in zip(orders, replies) {
            outcome.canceled += 1
            send(dialect.cancel(order, stamp(), access), isCancel: true) { [dialect] in
                reply.put(dialect.decodeCancel($0))
            }
            // Nonces must arrive in order: the next goes when this one is answered.
            if dialect.requiresOrderedNonces { await wait { reply.value != nil } }
        }
        await wait { replies.allSatisfy { $0.value != nil } }
        return zip(orders, replies).filter { !isSettled($0.0.id, $0.1.value) }.map(\.0)
    }

    private func isSettled(_ id: ClientOrderID, _ answer: CancelAnswer?) -> Bool {
        switch answer {
        case .accepted: true
        case .unknownOrder: !mayArrive(id)
        case .refused, .ambiguous, nil: false
        }
    }

    private func mayArrive(_ id: ClientOrderID) -> Bool {
        arrivesBy[id].map { world.time.now <= $0 } ?? false
    }

    /// Ours that are open in the scope; `nil` when the venue did not tell.
    private func readOpen(_ scope: KillScope, _ access: VenueAccess) async -> [OrderReference]? {
        var open: [OrderReference] = []
        for batch in batches {
            let reply = Reply<RequestOutcome>()
            send(dialect.openOrders(batch.first, stamp(), access)) { reply.put($0) }
            await wait { reply.value != nil }
            guard case .response(let response)? = reply.value, (200..<300).contains(response.status) else {
                return nil
            }
            for instrument in batch.instruments {
                do throws(VenueFault) {
                    open += try dialect.decodeOpenOrders(response, of: instrument).compactMap {
                        ours($0, scope)
                    }
                } catch { return nil }
            }
        }
        return open
    }

    private func ours(_ report: OrderReport, _ scope: KillScope) -> OrderReference? {
        guard let name = report.clientID, name.node == node else { return nil }
        let intent = OrderIntent(
            id: name, venue: id, instrument: report.instrument, side: report.side,
            quantity: report.quantity, limit: .zero, timeInForce: .goodTillCanceled, purpose: .open,
            decidedAt: report.venueTime, sendBefore: report.venueTime)
        guard board.covers(scope, intent) else { return nil }
        return OrderReference(
            id: name, instrument: report.instrument, side: report.side, venueOrderID: report.venueOrderID)
    }

    private func stamp() -> RequestStamp {
        let now = world.time.now
        return RequestStamp(venueTime: now + board.clock(id), nonce: nonces.next(at: now))
    }

    private func send(
        _ plan: RequestPlan, isCancel: Bool = false, done: @escaping @Sendable (RequestOutcome) -> Void
    ) {
        guard let watch = world.watch else { return done(.fault(.neverSent("no connections of its own"))) }
        let request = HTTPRequest(
            method: plan.method, origin: dialect.profile.restOrigin, target: plan.target,
            headers: plan.headers, body: plan.body, deadline: world.time.now + WatchedVenue.patience)
        watch.transport.perform(
            request, lane: watch.lane,
            onSent: { at in
                if isCancel { self.outcome.wireAt = max(self.outcome.wireAt ?? at, at) }
            },
            completion: { result in
                switch result {
                case .success(let response):
                    if [429, 418, 403].contains(response.status) {
                        let wait = response.header("retry-after").flatMap { Int64($0) } ?? 1
                        self.ownSilence = self.world.time.now + .seconds(min(max(wait, 1), 60))
                    }
                    if self.dialect.refusesNonce(response) { self.nonces.refused() }
                    done(.response(response))
                case .failure(let fault): done(.fault(fault))
                }
            })
    }

    /// Every request ends by its own deadline.
    private func wait(_ isOver: () -> Bool) async {
        while !isOver() {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(1)) } catch { return }
        }
    }
}
