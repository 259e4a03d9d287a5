import TradingModel

/// A venue's listings, found by the bytes of a frame's symbol without building a `String`.
public struct SymbolTable: Sendable {
    public let listings: [Listing]
    /// By index in `listings`: what a reader of levels needs, without touching a listing's strings.
    let scales: [PlainLevels]
    let instruments: [InstrumentID]
    private var slots: [Int16]
    private let symbols: [[UInt8]]
    /// By index in `listings`.
    private let keys: [Key]
    private let mask: Int

    /// A symbol of at most 16 bytes is told from all others of its length by these; of a longer one they are
    /// the ends.
    private struct Key: Equatable {
        var count: Int
        var head: UInt64
        var tail: UInt64

        @inline(__always)
        init(_ bytes: UnsafeRawBufferPointer) {
            count = bytes.count
            guard count >= 8, let start = bytes.baseAddress else {
                head = 0
                tail = 0
                for byte in bytes { head = head &<< 8 | UInt64(byte) }
                return
            }
            head = start.loadUnaligned(as: UInt64.self)
            tail = start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        }

        @inline(__always)
        var hash: Int {
            let mixed = (head ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15 ^ tail
            return Int(truncatingIfNeeded: (mixed &* 0xFF51_AFD7_ED55_8CCD) &>> 33)
        }
    }

    public init(_ listings: [Listing]) {
        self.listings = listings
        scales = listings.map { PlainLevels($0) }
        instruments = listings.map(\.instrument.id)
        symbols = listings.map { Array($0.symbol.utf8) }
        keys = symbols.map { symbol in symbol.withUnsafeBytes { Key($0) } }
        var capacity = 16
        while capacity < listings.count * 4 { capacity *= 2 }
        mask = capacity - 1
        slots = Array(repeating: -1, count: capacity)
        for (index, key) in keys.enumerated() {
            var slot = key.hash & mask
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
        let key = Key(symbol)
        var slot = key.hash & mask
        while slots[slot] >= 0 {
            let candidate = Int(slots[slot])
            if keys[candidate] == key, symbol.count <= 16 || isSpelled(candidate, symbol) { return candidate }
            slot = (slot + 1) & mask
        }
        return nil
    }

    public func listing(_ instrument: InstrumentID) -> Listing? {
        listings.first { $0.instrument.id == instrument }
    }
    /// The index in `listings` of an instrument that an order of ours names: one that is not listed here is a
    /// defect.
    func place(of instrument: InstrumentID) -> Int {
        guard let place = instruments.firstIndex(of: instrument) else {
            preconditionFailure("an order names an instrument that this venue does not list")
        }
        return place
    }
    public func listing(symbol: String) -> Listing? { listings.first { $0.symbol == symbol } }

    private func isSpelled(_ candidate: Int, _ symbol: UnsafeRawBufferPointer) -> Bool {
        symbols[candidate].withUnsafeBytes { $0.elementsEqual(symbol) }
    }
}
