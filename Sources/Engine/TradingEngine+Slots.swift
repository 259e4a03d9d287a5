import Books
import Orders
import Strategies
import TradingModel

// Where strategies may trade, as their manifests let them.
extension TradingEngine {
    /// By strategy, makers after takers.
    static func allowed(_ policy: EnginePolicy, _ books: [ConsolidatedBook]) -> [SlotSet] {
        policy.takerTaker.map { slots($0.manifest, books[$0.instrument.index]) }
            + policy.makerTaker.map { slots($0.manifest, books[$0.instrument.index]) }
    }

    private static func slots(_ manifest: StrategyManifest, _ book: ConsolidatedBook) -> SlotSet {
        var slots = SlotSet()
        // Perpetuals only where they are named: a spot strategy takes no basis for an edge.
        for (slot, top) in book.tops.enumerated()
        where manifest.venues?.contains(top.venue) ?? book.reference.contains(slot) {
            slots.insert(slot)
        }
        return slots
    }

    static func signalStarts(_ policy: EnginePolicy) -> [Fingerprint] {
        policy.takerTaker.enumerated().map { number, strategy in
            var print = Fingerprint()
            print.add(Int64(number))
            print.add(policy.instruments[strategy.instrument.index].symbol)
            return print
        }
    }

    /// Whether the best prices of reference bound what it can earn: then a message behind which they cannot
    /// earn enough is not worth a look at each venue.
    static func isBoundByTouch(
        _ strategy: TakerTakerPolicy, _ slots: SlotSet, _ books: [ConsolidatedBook]
    ) -> Bool {
        strategy.basis == nil && strategy.minimumEdge >= .zero
            && slots.subtracting(books[strategy.instrument.index].reference).isEmpty
    }
}
