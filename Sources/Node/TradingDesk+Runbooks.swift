import Books
import Engine
import Hedging
import Orders
import Runbooks
import TradingModel
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
        guard let venue else { return facts }
        let status = engine.venues[venue.index]
        var place = RunbookFacts.Venue(name: status.name)
        place.isReady = status.isAccountReady
        place.isReconciled = status.isReconciled
        place.isSafe = status.safeReason != nil
        place.isArmed = status.isDeadManArmed
        place.booksSynced = engine.books.allSatisfy { $0.book(of: venue)?.isSynced ?? true }
        place.liveOrders = live.count { $0.intent.venue == venue }
        place.unknownOrders = live.count { $0.intent.venue == venue && $0.state == .unknown }
        facts.venue = place
        return facts
    }
}
