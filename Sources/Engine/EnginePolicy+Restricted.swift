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
        func moved(_ venues: Set<VenueID>?) -> Set<VenueID>? {
            venues.map { old in
                Set(
                    old.compactMap { id in
                        policy.venues.firstIndex { $0.name == self.venues[id.index].name }.map { VenueID($0) }
                    })
            }
        }
        policy.takerTaker = takerTaker.compactMap { strategy in
            guard let number = places.firstIndex(of: strategy.instrument.index) else { return nil }
            var strategy = strategy
            strategy.instrument = InstrumentID(number)
            strategy.manifest.venues = moved(strategy.manifest.venues)
            return strategy
        }
        policy.makerTaker = makerTaker.compactMap { strategy in
            let name = venues[strategy.quoteVenue.index].name
            guard let number = places.firstIndex(of: strategy.instrument.index),
                let venue = policy.venues.firstIndex(where: { $0.name == name }),
                policy.venues[venue].listings.contains(where: { $0.instrument.id.index == number })
            else { return nil }
            var strategy = strategy
            strategy.instrument = InstrumentID(number)
            strategy.quoteVenue = VenueID(venue)
            strategy.manifest.venues = moved(strategy.manifest.venues)
            return strategy
        }
        return policy
    }
}
