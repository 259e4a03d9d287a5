import TradingModel

/// The levels around a touch, one slot a tick: setting one is an index, not a search. A bit a slot says which
/// levels are there, a bit a word of those says which words hold any, so that the next level is found in a
/// few steps however far away it is.
///
/// Keys are those of `SortedLevels`; slot 0 holds `base`, slot *n* holds `base` + *n*·`unit`.
@usableFromInline struct TickWindow: Sendable {
    /// At most 64 KB a side.
    @inlinable static var largest: Int { 8_192 }
    static let smallest = 1_024
    /// No venue's tick is larger than 10^12 units or prime to it in a way that matters: ticks divide powers
    /// of ten. It also keeps `unit` × slots far from overflow.
    static let coarsestUnit: UInt64 = 1_000_000_000_000

    @usableFromInline private(set) var count = 0
    /// Slots in use; 0 while the window stands nowhere.
    @usableFromInline private(set) var width = 0
    /// The best level's slot, −1 when there is none.
    @usableFromInline private(set) var top = -1
    @usableFromInline private(set) var base: Int64 = 0
    @usableFromInline private(set) var unit: UInt64 = 0
    /// `unit` = odd · 2^`shift`, `inverse` · odd = 1 (mod 2^64): multiplying and rotating divides exactly.
    private var inverse: UInt64 = 1
    private var shift: UInt64 = 0
    /// A bit for each of `words` that is not zero, then `words`, then the quantities: one allocation.
    @usableFromInline private(set) var cells: [UInt64] = []

    @inlinable static var summaries: Int { largest / 4_096 }
    @inlinable static var header: Int { summaries + largest / 64 }

    /// Slots that it has memory for.
    var room: Int { max(0, cells.count - TickWindow.header) }

    init() {}

    /// Stands on a grid around `key`, which is to be its best: a quarter is left for better ones. The window
    /// must be empty.
    mutating func stand(at key: Int64, unit: UInt64, slots: Int) {
        precondition(count == 0 && unit > 0 && slots <= TickWindow.largest, "an empty window moves")
        if cells.count < TickWindow.header + slots {
            cells = Array(repeating: 0, count: TickWindow.header + slots)
        }
        width = slots
        self.unit = unit
        base = key - Int64(unit) * Int64(slots / 4 * 3)
        shift = UInt64(unit.trailingZeroBitCount)
        let odd = unit >> shift
        // Newton: each step doubles the number of right bits, the first three come for free.
        var inverse = odd
        for _ in 0..<5 { inverse = inverse &* (2 &- odd &* inverse) }
        self.inverse = inverse
        top = -1
    }

    /// Stands nowhere, empty.
    mutating func leave() {
        empty { _, _ in }
        width = 0
    }

    /// The key's slot; at least `width` for a key outside of the window or between two ticks: exactly the
    /// multiples of `unit` come out below 2^64 / `unit`.
    @inline(__always)
    private static func slot(_ key: Int64, _ base: Int64, _ inverse: UInt64, _ shift: UInt64) -> UInt64 {
        let product = UInt64(bitPattern: key &- base) &* inverse
        return product &>> shift | product &<< (64 &- shift)
    }

    func isBelow(_ key: Int64) -> Bool { key < base }

    /// `nil` where the key has no slot.
    func quantity(_ key: Int64) -> Int64? {
        let slot = TickWindow.slot(key, base, inverse, shift)
        guard slot < UInt64(width) else { return nil }
        return Int64(bitPattern: cells[TickWindow.header + Int(slot)])
    }

    /// Applies changes from `start` on, up to the first that has no slot; answers its place.
    mutating func apply(_ changes: UnsafeBufferPointer<LevelChange>, from start: Int, sign: Int64) -> Int {
        guard width > 0 else { return start }
        var (place, count) = (start, count)
        let (base, inverse, shift, width) = (base, inverse, shift, UInt64(width))
        cells.withUnsafeMutableBufferPointer { cells in
            guard let summary = cells.baseAddress else { return }
            let words = summary + TickWindow.summaries
            let quantities = summary + TickWindow.header
            while place < changes.count {
                let change = changes[place]
                let found = TickWindow.slot(sign &* change.price.raw, base, inverse, shift)
                guard found < width else { break }
                let slot = Int(truncatingIfNeeded: found)
                let quantity = UInt64(bitPattern: max(0, change.quantity.raw))
                let isNew: UInt64 = quantity == 0 ? 0 : 1
                let wasThere: UInt64 = quantities[slot] == 0 ? 0 : 1
                quantities[slot] = quantity
                count &+= Int(truncatingIfNeeded: isNew) &- Int(truncatingIfNeeded: wasThere)
                let word = slot &>> 6
                let bits = words[word] ^ (isNew ^ wasThere) &<< UInt64(slot & 63)
                words[word] = bits
                let group = word &>> 6
                let bit = UInt64(word & 63)
                let holds: UInt64 = bits == 0 ? 0 : 1
                summary[group] = summary[group] & ~(1 &<< bit) | holds &<< bit
                place &+= 1
            }
        }
        self.count = count
        top = slot(below: Int(width))
        return place
    }

    /// Puts a level that is not there yet; `false` where the key has no slot.
    mutating func put(_ key: Int64, _ quantity: Int64) -> Bool {
        let change = LevelChange(price: Price(raw: key), quantity: Quantity(raw: quantity))
        return withUnsafePointer(to: change) {
            apply(UnsafeBufferPointer(start: $0, count: 1), from: 0, sign: 1) == 1
        }
    }

    /// Hands out every level, the worst first, and forgets it.
    mutating func empty(_ body: (Int64, Int64) -> Void) {
        guard count > 0 else { return }
        for word in 0..<width / 64 {
            var bits = cells[TickWindow.summaries + word]
            guard bits != 0 else { continue }
            cells[TickWindow.summaries + word] = 0
            while bits != 0 {
                let slot = word * 64 + bits.trailingZeroBitCount
                bits &= bits &- 1
                body(key(slot), Int64(bitPattern: cells[TickWindow.header + slot]))
                cells[TickWindow.header + slot] = 0
            }
        }
        for group in 0..<TickWindow.summaries { cells[group] = 0 }
        count = 0
        top = -1
    }

    /// Keeps the best `depth`.
    mutating func truncate(to depth: Int) {
        while count > depth {
            guard let group = (0..<TickWindow.summaries).first(where: { cells[$0] != 0 }) else { return }
            let word = group * 64 + cells[group].trailingZeroBitCount
            let slot = word * 64 + cells[TickWindow.summaries + word].trailingZeroBitCount
            cells[TickWindow.header + slot] = 0
            cells[TickWindow.summaries + word] &= cells[TickWindow.summaries + word] &- 1
            if cells[TickWindow.summaries + word] == 0 { cells[group] &= cells[group] &- 1 }
            count -= 1
        }
        if count == 0 { top = -1 }
    }

    // MARK: Reading

    @inlinable func key(_ slot: Int) -> Int64 { base &+ Int64(bitPattern: unit &* UInt64(slot)) }

    @inlinable func quantity(slot: Int) -> Int64 {
        Int64(bitPattern: cells[TickWindow.header + slot])
    }

    /// The next worse level's slot, −1 when there is none.
    @inlinable func slot(below slot: Int) -> Int {
        cells.withUnsafeBufferPointer { cells in
            let words = TickWindow.summaries
            let word = slot &>> 6
            if slot & 63 != 0 {
                let bits = cells[words &+ word] & (1 &<< UInt64(slot & 63) &- 1)
                if bits != 0 { return word &<< 6 | 63 &- bits.leadingZeroBitCount }
            }
            var group = word &>> 6
            var summary = word & 63 == 0 ? 0 : cells[group] & (1 &<< UInt64(word & 63) &- 1)
            while summary == 0 {
                group &-= 1
                guard group >= 0 else { return -1 }
                summary = cells[group]
            }
            let found = group &<< 6 | 63 &- summary.leadingZeroBitCount
            return found &<< 6 | 63 &- cells[words &+ found].leadingZeroBitCount
        }
    }

    /// The slot of the level `depth` places behind the best; `depth` must be below `count`.
    @inlinable func slot(depth: Int) -> Int {
        precondition(depth >= 0 && depth < count, "a depth within the window")
        var slot = top
        var rest = depth
        while rest > 0 {
            let word = slot >> 6
            // Of this level's word: itself and what is worse.
            var bits = cells[TickWindow.summaries + word] & (2 &<< UInt64(slot & 63) &- 1)
            let levels = bits.nonzeroBitCount
            guard rest < levels else {
                rest -= levels
                slot = self.slot(below: word << 6)
                continue
            }
            for _ in 0..<rest { bits ^= 1 &<< UInt64(63 &- bits.leadingZeroBitCount) }
            return word << 6 | 63 - bits.leadingZeroBitCount
        }
        return slot
    }
}
