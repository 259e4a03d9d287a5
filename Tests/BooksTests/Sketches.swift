import TradingModel

@testable import Books

/// Levels written the way a trader reads them: `sketch("100x5 99x2")`. Scale 0; `x0` deletes.
func sketch(_ text: String, priceDecimals: UInt8 = 0, quantityDecimals: UInt8 = 0) -> [LevelChange] {
    text.split(separator: " ").map { word in
        let parts = word.split(separator: "x")
        return LevelChange(
            price: Price(raw: Int64(parts[0]) ?? -1), quantity: Quantity(raw: Int64(parts[1]) ?? -1),
            priceDecimals: priceDecimals, quantityDecimals: quantityDecimals)
    }
}

extension Ladder {
    /// The ladder from the touch outwards, as `sketch` writes it.
    var sketched: String {
        (0..<count).map { "\(self[$0].price.raw)x\(self[$0].quantity.raw)" }.joined(separator: " ")
    }
}

extension VenueBook {
    /// `bids | asks`, or `unsynced`; an unsynced book with levels would be shown as such.
    var sketched: String {
        if !isSynced && bids.isEmpty && asks.isEmpty { return "unsynced" }
        return (isSynced ? "" : "UNPROVED ") + bids.sketched + " | " + asks.sketched
    }
}

let start = Moment(nanoseconds: 1_700_000_000_000_000_000)

func message(
    _ kind: BookUpdate.Kind, bids: String = "", asks: String = "", first: Int64 = -1, last: Int64 = -1,
    previous: Int64 = BookUpdate.none, checksum: UInt32? = nil, instrument: Int = 0
) -> BookUpdate {
    var update = BookUpdate(instrument: InstrumentID(instrument), kind: kind)
    update.bids = sketch(bids)
    update.asks = sketch(asks)
    update.firstSequence = first
    update.lastSequence = last
    update.previousSequence = previous
    update.checksum = checksum
    return update
}

func openBook(_ proof: BookProof, depth: Int = 10) -> VenueBook {
    var book = VenueBook(BookRule(proof: proof, priceScale: 0, quantityScale: 0, depth: depth), capacity: 16)
    book.connectionOpened(epoch: 1, at: start)
    return book
}

/// A small generator of our own (SplitMix64), so that a failing case can be run again.
struct Dice {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
    /// 0 ..< bound
    mutating func roll(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
