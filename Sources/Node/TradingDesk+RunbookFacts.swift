import Books
import Engine
import Hedging
import Orders
import Risk
import Runbooks
import TradingModel
import VenueKit
import Watch

// What runbooks ask of the node.
extension TradingDesk {
    /// The node's state as conditions see it; with a venue, that venue's too. Reads only.
    public func runbookFacts(at venue: VenueID?) -> RunbookFacts {
        var facts = RunbookFacts()
        facts.mode = engine.mode
        let live = engine.orders.live.compactMap { engine.orders[$0] }
        facts.liveOrders = live.count
        facts.unknownOrders = live.count { $0.state == .unknown }
        facts.openHedges = engine.obligations.reduce(0) { $0 + $1.open.count }
        facts.redHeartbeats = heartbeats.count { $0.vitality == .red }
        facts.deadChannels = health.deadChannels.count
        facts.isStoreGood = engine.storeHealth == .good && storeRefusedAt == nil
        facts.isKilled = engine.kills[.all] != nil
        facts.isInMaintenance = engine.isInMaintenance
        facts.riskTarget = engine.riskIndex?.target ?? 0
        facts.riskIndex = engine.riskIndex?.value ?? 0
        facts.riskCeiling = engine.riskIndex?.ceiling ?? 0
        facts.safeVenues = engine.venues.count { $0.safeReason != nil }
        facts.venuesReady = engine.venues.allSatisfy(\.isAccountReady)
        facts.venuesReconciled = engine.venues.allSatisfy(\.isReconciled)
        facts.booksSynced = connectors.allSatisfy { hasBooks($0.venue) }
        if let venue { facts.venue = place(venue, live, &facts) }
        return facts
    }

    private func place(_ venue: VenueID, _ live: [OrderRecord], _ facts: inout RunbookFacts)
        -> RunbookFacts.Venue
    {
        let status = engine.venues[venue.index]
        var place = RunbookFacts.Venue(name: status.name)
        place.isReady = status.isAccountReady
        place.isReconciled = status.isReconciled
        place.isKeyInUse = keyTurns[venue] == nil
        place.isSafe = status.safeReason != nil
        place.isArmed = status.isDeadManArmed
        place.booksSynced = hasBooks(venue)
        place.liveOrders = live.count { $0.intent.venue == venue }
        place.unknownOrders = live.count { $0.intent.venue == venue && $0.state == .unknown }
        let offset = connectors[venue.index].assumeIsolated { $0.knownClockOffset }
        place.isClockGood = offset.map { max($0, .zero - $0) <= .seconds(1) } ?? (paper != nil)
        facts.isKilled = facts.isKilled || engine.kills[.venue(status.name)] != nil
        return place
    }

    private func hasBooks(_ venue: VenueID) -> Bool {
        engine.books.allSatisfy { $0.book(of: venue)?.isSynced ?? true }
    }
}
