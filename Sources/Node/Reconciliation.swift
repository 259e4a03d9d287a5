import Engine
import Orders
import Ports
import TradingModel
import VenueKit

/// Holds one venue's word against the ledger until they agree: at every start and after every gap of its
/// private stream. Starting is recovering: a first start merely finds nothing to ask about.
///
/// Order (field lessons §4a): live orders by client id → fills → open orders → balances → ledger equation.
/// Only then may new risk go there. Nothing is believed that only one read says: an account opens, and a
/// drift is acted on, when two reads agree.
struct Reconciliation {
    let desk: TradingDesk
    let venue: VenueID
    let fillsSince: Moment

    /// Disagreeing passes before the start counts as dirty; stale replicas answer wrongly once, rarely twice.
    static let passesUntilDirty = 5
    /// Between passes: doubling, so that a venue's request counter, once full (Kraken: 20, −1 a second),
    /// empties far enough for a whole pass.
    static let firstPause = Span.milliseconds(200)
    static let longestPause = Span.seconds(8)
    /// An account does not open so soon after an order of ours ended there: a late fill or a trade history
    /// that lags may tell of a trade which the balance holds already, and it would be booked on top of it.
    static let restBeforeOpening = Span.seconds(10)
    /// Venues print at most this many decimals of a balance; what lies below is rounding, not money.
    static let tolerance = Amount(raw: 10_000_000_000)
    /// A wallet at cost is known only as well as the venue prints an entry price and rounds each profit: to a
    /// cent.
    static let toleranceAtCost = Amount(raw: 10_000_000_000_000_000)

    /// One asset of which ledger and venue differ, and by how much.
    struct Difference: Hashable, Sendable {
        struct Line: Hashable, Sendable {
            var asset: Asset
            var ledger: Amount
            var venue: Amount
        }
        var name: String
        var lines: [Line]
        var text: String {
            name + ": "
                + lines.map { "\($0.asset) ledger \($0.ledger) venue \($0.venue)" }.joined(separator: ", ")
        }
    }

    enum Finding: Hashable, Sendable {
        case agrees
        /// Orders are still moving, or the venue did not answer: nothing can be compared yet.
        case notYet(String)
        case differs(Difference)
    }

    func run() async {
        var disagreements = 0
        var compared = 0
        var last: Difference?
        var pause = Reconciliation.firstPause
        desk.world.passes(.reconcileBegins)
        if planted(.skipReconcile) { return await desk.reconciled(venue, passes: 1) }
        while await desk.isRunning, await desk.isAccountReady(venue) {
            switch await pass() {
            case .agrees:
                await desk.reconciled(venue, passes: compared + 1)
                return
            case .notYet(let why): await desk.reconcilingWaits(venue, why)
            case .differs(let difference):
                compared += 1
                disagreements += 1
                if difference == last, await desk.adjust(difference, at: venue) { continue }
                last = difference
                if disagreements == Reconciliation.passesUntilDirty {
                    await desk.handle(.dirty(venue, detail: difference.text))
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
        guard await quiet() != nil else { return .notYet(await desk.unsettled(venue)) }
        var strangers: [FillReport] = []
        for batch in desk.connectors[venue.index].batches where !planted(.skipFillsAfterGap) {
            let before = await desk.booked(venue)
            guard let rest = await desk.fetchFills(venue, batch, since: fillsSince) else {
                return .notYet("no trade history")
            }
            let found = await desk.booked(venue) - before
            if found > 0 {
                await desk.handle(
                    .corrected(venue, "\(found) fill(s) booked from the trade history after a gap"))
            }
            strangers += rest
        }
        return await compareQuietly(strangers)
    }

    /// A sweep while all is believed well: open orders and balances; the trade history only when they differ.
    func audit() async -> Finding {
        desk.world.passes(.auditBegins)
        do throws(VenueFault) { _ = try await bookFunding() } catch {
            // The comparison goes on: what was paid then shows as a difference.
            await desk.note(.venueRefused, .warning, venue, "funding: \(error)")
        }
        return await compareQuietly([])
    }

    /// Compares only what stood still meanwhile: no order of ours live there, no fill booked.
    private func compareQuietly(_ strangers: [FillReport]) async -> Finding {
        let connector = desk.connectors[venue.index]
        do throws(VenueFault) {
            for batch in connector.batches {
                let open = try await connector.openOrders(batch)
                desk.world.passes(.openOrdersRead)
                for order in open { await desk.meet(order, at: venue) }
            }
            // A busy venue stands still only between two orders: the read is tried where it does.
            for _ in 0..<Reconciliation.quietTries {
                guard let stamp = await quiet() else { continue }
                let began = desk.world.time.now
                let balances = try await connector.balances()
                desk.world.passes(.balancesRead)
                guard await desk.stillness(venue) == stamp else { continue }
                if let fill = await desk.firstInDoubt(strangers, at: venue) {
                    return .notYet("trade \(fill.tradeID) may be that of an order in doubt")
                }
                for fill in strangers { await desk.handle(.foreignFill(venue, fill)) }
                // One of them may have shown that the last run's hedges are to be asked after.
                if let fill = await desk.firstInDoubt(strangers, at: venue) {
                    return .notYet("trade \(fill.tradeID) may be that of a hedge of the last run's")
                }
                let finding = await desk.compare(balances, at: venue)
                if finding == .agrees { await desk.agreed(venue, at: began) }
                guard case .differs = finding, try await bookFunding() else { return finding }
                return .notYet("funding was booked")
            }
            return .notYet("orders were moving all the time")
        } catch {
            await desk.note(.venueRefused, .warning, venue, "reconciling: \(error)")
            return .notYet("\(error)")
        }
    }
}

extension Reconciliation {
    static let quietTries = 5

    /// A wallet of perpetuals also moves by funding: what the venue's history tells and the ledger does not
    /// know yet. Answers whether there was any.
    private func bookFunding() async throws(VenueFault) -> Bool {
        guard let since = await desk.fundingSince(venue) else { return false }
        let before = await desk.fundingBooked
        for payment in try await desk.connectors[venue.index].fundings(since: since) {
            await desk.handle(.funded(venue, payment))
        }
        return await desk.fundingBooked != before
    }

    /// Waits, at most half a second, until no order of ours is open there.
    private func quiet() async -> Int? {
        for _ in 0..<25 {
            if let stamp = await desk.stillness(venue) { return stamp }
            do { try await desk.world.time.sleep(until: desk.world.time.now + .milliseconds(20)) } catch {
                return nil  // cancelled: the process is going down
            }
        }
        return nil
    }
}

// What reconciliation asks of the desk; each is one step on the desk's lane.
extension TradingDesk {
    func isAccountReady(_ venue: VenueID) -> Bool { engine.venues[venue.index].isAccountReady }

    func booked(_ venue: VenueID) -> Int { engine.venues[venue.index].fills }

    func fundingSince(_ venue: VenueID) -> Moment? { engine.fundingSince(venue) }
    var fundingBooked: Amount { engine.counters.funding }

    /// Why the last pass could not compare, for whoever waits for the venue.
    func reconcilingWaits(_ venue: VenueID, _ why: String) {
        reconcilingFor[venue] = why
        reconcilingGoesOn(venue)
    }

    /// The orders that keep the venue's part of the ledger moving.
    func unsettled(_ venue: VenueID) -> String {
        let open = engine.orders.live.compactMap { engine.orders[$0] }.filter { $0.intent.venue == venue }
        return "open orders: " + open.map { "\($0.intent.id) \($0.state.name)" }.joined(separator: ", ")
    }

    func firstInDoubt(_ fills: [FillReport], at venue: VenueID) -> FillReport? {
        fills.first { engine.mayBeOurs($0, at: venue) }
    }

    /// Changes whenever the venue's part of the ledger may have changed; `nil` while an order there may be
    /// changing it.
    func stillness(_ venue: VenueID) -> Int? {
        guard engine.isStill(venue) else { return nil }
        return engine.venues[venue.index].fills + engine.venues[venue.index].orders
    }

    /// A working order that the venue lists.
    func meet(_ order: OrderReport, at venue: VenueID) {
        if order.clientID.map({ engine.orders[$0] == nil }) ?? true { world.passes(.strangerFound) }
        handle(.found(venue, order))
    }

    func reconciled(_ venue: VenueID, passes: Int) {
        reconciliationPasses[venue.index] = passes
        reconcilingFor[venue] = nil
        acceptances[venue] = nil
        handle(.reconciled(venue))
        world.passes(.reconciled)
    }

    func agreed(_ venue: VenueID, at moment: Moment) { agreedAt[venue] = moment }

    /// From when on fills may be missing. Where ledger and venue agreed, all before that are booked: a run of
    /// days would else read its whole history after each gap, and one day more of it than a venue's pages
    /// allow (simulation seed 72 over a day: Bybit was never reconciled again after 4,000 trades).
    func historyBegins(_ venue: VenueID) -> Moment {
        let begin = fillsSince[venue.index] ?? startedAt - Recovery.historyMargin
        return agreedAt[venue].map { max(begin, $0 - Recovery.historyMargin) } ?? begin
    }

    /// Opens accounts whose balance two reads agree on; holds all others against the ledger.
    func compare(_ balances: [BalanceReport], at venue: VenueID) -> Reconciliation.Finding {
        accountCompared(venue)
        var lines: [Reconciliation.Difference.Line] = []
        var waits = false
        // Nothing can be traded with nothing; a venue that answers so is more likely wrong than right.
        guard
            assets(of: venue).contains(where: { asset in
                engine.ledger.isOpen(venue, asset)
                    || balances.contains { $0.asset == asset && $0.total != .zero }
            }) || planted(.trustOneBalanceRead)
        else { return .notYet("every balance is told as zero: fund the account") }
        let hasRested = !engine.orders.hasSettled(
            at: venue, since: world.time.now - Reconciliation.restBeforeOpening)
        for asset in assets(of: venue) {
            let total = balances.first { $0.asset == asset }?.total ?? .zero
            guard engine.ledger.isOpen(venue, asset) else {
                if !hasRested, !planted(.trustOneBalanceRead) {
                    waits = true
                } else if firstReads[venue.index][asset] == total || planted(.trustOneBalanceRead) {
                    world.passes(.accountFunded)
                    handle(.opened(venue, asset, total))
                } else {
                    firstReads[venue.index][asset] = total
                    waits = true
                }
                continue
            }
            let expected = engine.ledger.balance(venue, asset)
            let tolerance =
                engine.policy.venues[venue.index].margin != nil && isQuote(asset, at: venue)
                ? Reconciliation.toleranceAtCost : Reconciliation.tolerance
            if (total - expected).magnitude > tolerance {
                lines.append(.init(asset: asset, ledger: expected, venue: total))
            }
        }
        if waits {
            return .notYet(
                hasRested ? "a first balance needs a second look" : "an order ended here a moment ago")
        }
        return lines.isEmpty
            ? .agrees : .differs(.init(name: engine.policy.venues[venue.index].name, lines: lines))
    }

    /// Where a person has accepted the venue's word, the ledger follows a difference that two reads agree on.
    func adjust(_ difference: Reconciliation.Difference, at venue: VenueID) -> Bool {
        guard let word = acceptances.removeValue(forKey: venue) else { return false }
        // The moment tells one acceptance from another, and a row from its copy.
        let reason = "\(word) at \(world.time.now.milliseconds)"
        for line in difference.lines {
            handle(.adjusted(venue, line.asset, by: line.venue - line.ledger, reason: reason))
        }
        handle(.corrected(venue, "\(difference.text); \(reason)"))
        return true
    }

    private func isQuote(_ asset: Asset, at venue: VenueID) -> Bool {
        engine.policy.venues[venue.index].listings.contains { $0.instrument.quote == asset }
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
