import Books
import TradingModel

// What the engine begins with for each instrument.
extension EnginePolicy {
    /// One book an instrument, with a source for each venue that lists it.
    var consolidatedBooks: [ConsolidatedBook] {
        instruments.map { instrument in
            ConsolidatedBook(
                instrument,
                sources: venues.enumerated().compactMap { index, venue in
                    venue.listings.first { $0.instrument.id == instrument.id }.map {
                        .init(
                            venue: VenueID(index), proof: venue.proof, depth: venue.bookDepth,
                            takerFee: $0.takerFee, isReference: !$0.isPerpetual)
                    }
                })
        }
    }

    /// By venue and instrument: the place among the venue's listings; -1 where it is not listed.
    var listingPlaces: [[Int]] {
        venues.map { venue in
            instruments.map { instrument in
                venue.listings.firstIndex { $0.instrument.id == instrument.id } ?? -1
            }
        }
    }
}
