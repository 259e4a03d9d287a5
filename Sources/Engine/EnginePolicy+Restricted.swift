import Risk
import Strategies
import TradingModel

extension EnginePolicy {
    /// The same rules for the listings that `keeps` names. Venues and instruments without any go, and those
    /// that stay are numbered anew.
    public func restricted(_ keeps: (VenuePolicy, Listing) -> Bool) -> EnginePolicy {
        let kept = venues.map { venue in venue.listings.filter { keeps(venue, $0) } }
        let symbols = Set(kept.joined().map(\.instrument.symbol))
        let places = instruments.indices.filter { symbols.contains(instruments[$0].symbol) }
        var policy = self
        policy.instruments = places.enumerated().map { number, place in
            instruments[place].numbered(InstrumentID(number))
        }
        policy.limits.orderQuantity = places.map { limits.orderQuantity[$0] }
        policy.venues = []
        for (venue, listings) in zip(venues, kept) where !listings.isEmpty {
            var venue = venue
            let id = VenueID(policy.venues.count)
            venue.listings = listings.compactMap { listing in
                policy.instruments.first { $0.symbol == listing.instrument.symbol }.map {
                    listing.moved(to: id, as: $0)
                }
            }
            policy.venues.append(venue)
        }
        func moved(_ id: VenueID) -> VenueID? {
            policy.venues.firstIndex { $0.name == venues[id.index].name }.map { VenueID($0) }
        }
        func lists(_ venue: VenueID, _ number: Int) -> Bool {
            policy.venues[venue.index].listings.contains { $0.instrument.id.index == number }
        }
        policy.takerTaker = takerTaker.compactMap { strategy in
            guard let number = places.firstIndex(of: strategy.instrument.index) else { return nil }
            var strategy = strategy
            strategy.instrument = InstrumentID(number)
            strategy.manifest.venues = strategy.manifest.venues.map { Set($0.compactMap(moved)) }
            guard let basis = strategy.basis else { return strategy }
            guard let perpetual = moved(basis.perpetual), lists(perpetual, number) else { return nil }
            strategy.basis?.perpetual = perpetual
            return strategy
        }
        policy.makerTaker = makerTaker.compactMap { strategy in
            guard let number = places.firstIndex(of: strategy.instrument.index),
                let venue = moved(strategy.quoteVenue), lists(venue, number)
            else { return nil }
            var strategy = strategy
            strategy.instrument = InstrumentID(number)
            strategy.quoteVenue = venue
            strategy.manifest.venues = strategy.manifest.venues.map { Set($0.compactMap(moved)) }
            return strategy
        }
        return policy
    }
}
