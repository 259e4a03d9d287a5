import Engine
import Orders
import Ports
import TradingModel
import VenueKit

/// Holds one venue's word against the ledger until they agree: at every start and after every gap of its
/// private stream. Starting is recovering: a first start merely finds nothing to ask about.
///
/// Order (field lessons §4a): live orders by client id → fills → open orders → balances → ledger equation.
/// Only then may new risk go there.
struct Reconciliation {
    let desk: TradingDesk
    let venue: VenueID
    let fillsSince: Moment

    /// Disagreeing passes before the start counts as dirty; stale replicas answer wrongly once, rarely twice.
    static let passesUntilDirty = 5
    /// Between passes: doubling, so that a venue's request counter, once full (Kraken: 20, −1 a second),
    /// empties far enough for a whole pass.
    static let firstPause = Span.milliseconds(200)
    static let longestPause = Span.seconds(15)
    /// Venues print at most this many decimals of a balance; what lies below is rounding, not money.
    static let tolerance = Amount(raw: 10_000_000_000)

    enum Finding: Hashable, Sendable {
        case agrees
        /// Orders are still moving, or the venue did not answer: nothing can be compared yet.
        case notYet(String)
        case differs(String)
    }

    func run() async {
        var disagreements = 0
        var pause = Reconciliation.firstPause
        while await desk.isRunning, await desk.isAccountReady(venue) {
            switch await pass() {
            case .agrees:
                await desk.handle(.reconciled(venue))
                return
            case .notYet: break
            case .differs(let detail):
                disagreements += 1
                if disagreements == Reconciliation.passesUntilDirty {
                    await desk.handle(.dirty(venue, detail: detail))
                }
            }
            do {
                try await desk.world.time.sleep(until: desk.world.time.now + pause)
            } catch { return }  // cancelled: the process is going down
            pause = min(pause * 2, Reconciliation.longestPause)
        }
    }

    /// While orders are live the engine itself asks after each of them, at its own pace; what they did is
    /// only compared once they have ended, so that waiting costs the rate budget nothing.
    private func pass() async -> Finding {
        guard await desk.liveOrders(venue) == 0 else { return .notYet("orders are still open") }
        let connector = desk.connectors[venue.index]
        do throws(VenueFault) {
            for instrument in await desk.instruments(of: venue) {
                guard await desk.fetchFills(venue, instrument, since: fillsSince) else {
                    return .notYet("no trade history")
                }
                for order in try await connector.openOrders(instrument) {
                    await desk.judgeFound(order, at: venue)
                }
            }
            let balances = try await connector.balances()
            guard await desk.liveOrders(venue) == 0 else { return .notYet("orders were sent meanwhile") }
            return await desk.compare(balances, at: venue)
        } catch {
            await desk.note(.venueRefused, .warning, venue, "reconciling: \(error)")
            return .notYet("\(error)")
        }
    }
}

// What reconciliation asks of the desk; each is one step on the desk's lane.
extension TradingDesk {
    func isAccountReady(_ venue: VenueID) -> Bool { engine.venues[venue.index].isAccountReady }

    func instruments(of venue: VenueID) -> [InstrumentID] {
        engine.policy.venues[venue.index].listings.map(\.instrument.id)
    }

    func liveOrders(_ venue: VenueID) -> Int {
        engine.orders.live.count { engine.orders[$0]?.intent.venue == venue }
    }

    /// An open order found at the venue. Ours by id but without a row: it was never meant to live, so it is
    /// canceled. A stranger's is left alone and reported.
    func judgeFound(_ order: OrderReport, at venue: VenueID) {
        guard let id = order.clientID else {
            return note(
                .foreignOrder, .warning, venue, "open order \(order.venueOrderID) is not ours; left alone")
        }
        if engine.orders[id] != nil { return handle(.reported(venue, order)) }
        guard id.node == engine.policy.node else {
            return note(
                .foreignOrder, .warning, venue, "open order \(id) belongs to node \(id.node); left alone")
        }
        note(.foreignOrder, .critical, venue, "open order \(id) is ours without a row: canceled")
        let reference = OrderReference(
            id: id, instrument: order.instrument, side: order.side, venueOrderID: order.venueOrderID)
        connectors[venue.index].assumeIsolated { $0.cancel(reference) { _, _ in } }
    }

    /// Opens accounts seen for the first time; holds all others against the ledger.
    func compare(_ balances: [BalanceReport], at venue: VenueID) -> Reconciliation.Finding {
        var differences: [String] = []
        for asset in assets(of: venue) {
            let total = balances.first { $0.asset == asset }?.total ?? .zero
            guard engine.ledger.isOpen(venue, asset) else {
                handle(.opened(venue, asset, total))
                continue
            }
            let expected = engine.ledger.balance(venue, asset)
            if (total - expected).magnitude > Reconciliation.tolerance {
                differences.append("\(asset) ledger \(expected) venue \(total)")
            }
        }
        guard differences.isEmpty else {
            return .differs(
                engine.policy.venues[venue.index].name + ": " + differences.joined(separator: ", "))
        }
        return .agrees
    }

    func assets(of venue: VenueID) -> [Asset] {
        var assets: [Asset] = []
        for listing in engine.policy.venues[venue.index].listings {
            for asset in [listing.instrument.base, listing.instrument.quote] where !assets.contains(asset) {
                assets.append(asset)
            }
        }
        return assets
    }
}
