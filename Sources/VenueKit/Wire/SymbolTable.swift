import TradingModel

/// A venue's listings, found by the bytes of a frame's symbol without building a `String`.
public struct SymbolTable: Sendable {
    public let listings: [Listing]
    /// By index in `listings`: what a reader of levels needs, without touching a listing's strings.
    let scales: [PlainLevels]
    let instruments: [InstrumentID]
    private var slots: [Int16]
    private let symbols: [[UInt8]]
    private let mask: Int

    public init(_ listings: [Listing]) {
        self.listings = listings
        scales = listings.map { PlainLevels($0) }
        instruments = listings.map(\.instrument.id)
        symbols = listings.map { Array($0.symbol.utf8) }
        var capacity = 16
        while capacity < listings.count * 4 { capacity *= 2 }
        mask = capacity - 1
        slots = Array(repeating: -1, count: capacity)
        for (index, symbol) in symbols.enumerated() {
            var slot = symbol.withUnsafeBytes { SymbolTable.hash($0) } & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int16(index)
        }
    }

    /// The listing whose symbol these bytes spell exactly.
    public func find(_ symbol: UnsafeRawBufferPointer) -> Listing? {
        index(symbol).map { listings[$0] }
    }

    /// The index in `listings` of the symbol these bytes spell exactly.
    public func index(_ symbol: UnsafeRawBufferPointer) -> Int? {
        var slot = SymbolTable.hash(symbol) & mask
        while slots[slot] >= 0 {
            let candidate = Int(slots[slot])
            if symbols[candidate].count == symbol.count,
                symbols[candidate].withUnsafeBytes({ candidate in
                    candidate.elementsEqual(symbol)
                })
            {
                return candidate
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    public func listing(_ instrument: InstrumentID) -> Listing? {
        listings.first { $0.instrument.id == instrument }
    }
    public func listing(symbol: String) -> Listing? { listings.first { $0.symbol == symbol } }

    /// FNV-1a.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash >> 1)
    }
}
