import TradingModel

/// One side's levels as flat arrays sorted by key, so that the best level is the last: most updates land near
/// the touch and then move few elements. Nothing is allocated until they outgrow the capacity given.
///
/// A key is the price for bids, −price for asks: the best level has the greatest key on both sides.
@usableFromInline struct SortedLevels: Sendable {
    @usableFromInline struct Row: BitwiseCopyable, Sendable {
        @usableFromInline var key: Int64
        @usableFromInline var quantity: Int64
    }

    @usableFromInline private(set) var count = 0
    @usableFromInline private(set) var rows: [Row]
    /// Decimals spelled in price (high byte) and quantity (low byte); empty unless the book is checksummed.
    private var spellings: [UInt16]
    private let keepsSpelling: Bool

    init(capacity: Int, keepsSpelling: Bool) {
        self.keepsSpelling = keepsSpelling
        rows = Array(repeating: Row(key: 0, quantity: 0), count: capacity)
        spellings = Array(repeating: 0, count: keepsSpelling ? capacity : 0)
    }

    var isEmpty: Bool { count == 0 }
    /// `nil` when empty.
    var best: Row? { count == 0 ? nil : rows[count - 1] }

    /// `depth` must be below `count`.
    @inlinable func row(_ depth: Int) -> Row {
        precondition(depth >= 0 && depth < count, "a depth within the ladder")
        return rows[count - 1 - depth]
    }

    func spelling(_ depth: Int) -> UInt16 {
        precondition(depth >= 0 && depth < count, "a depth within the ladder")
        return keepsSpelling ? spellings[count - 1 - depth] : 0
    }

    func quantity(_ key: Int64) -> Int64 {
        let index = lowerBound(key)
        return index < count && rows[index].key == key ? rows[index].quantity : 0
    }

    mutating func removeAll() { count = 0 }

    /// Forgets the best `number`.
    mutating func removeBest(_ number: Int) { count -= number }

    /// A key above all others.
    mutating func append(_ key: Int64, _ quantity: Int64) {
        reserve(count + 1)
        rows[count] = Row(key: key, quantity: quantity)
        count += 1
    }

    /// Keeps the best `depth`.
    mutating func truncate(to depth: Int) {
        let surplus = count - depth
        guard surplus > 0 else { return }
        rows.withUnsafeMutableBufferPointer { SortedLevels.dropFirst($0.baseAddress, surplus, depth) }
        if keepsSpelling {
            spellings.withUnsafeMutableBufferPointer {
                SortedLevels.dropFirst($0.baseAddress, surplus, depth)
            }
        }
        count = depth
    }

    /// Applies changes in order, or from the last to the first: venues list a snapshot from the touch
    /// outwards, and walking it backwards makes each level an append.
    mutating func apply(_ changes: UnsafeBufferPointer<LevelChange>, sign: Int64, backwards: Bool) {
        reserve(count + changes.count)
        let isSpelled = keepsSpelling
        var count = count
        rows.withUnsafeMutableBufferPointer { rows in
            spellings.withUnsafeMutableBufferPointer { spellings in
                guard let rows = rows.baseAddress else { return }
                let spellings = isSpelled ? spellings.baseAddress : nil
                var place = count
                for offset in 0..<changes.count {
                    let change = changes[backwards ? changes.count - 1 - offset : offset]
                    place = SortedLevels.put(
                        change, sign &* change.price.raw, rows, spellings, &count, near: place)
                }
            }
        }
        self.count = count
    }

    private func lowerBound(_ key: Int64) -> Int {
        rows.withUnsafeBufferPointer { rows in
            guard let rows = rows.baseAddress else { return 0 }
            return SortedLevels.lowerBound(rows, count, key, near: count)
        }
    }
}

extension SortedLevels {
    private mutating func reserve(_ needed: Int) {
        guard needed > rows.count else { return }
        let added = max(needed, rows.count * 2) - rows.count
        rows.append(contentsOf: repeatElement(Row(key: 0, quantity: 0), count: added))
        if keepsSpelling { spellings.append(contentsOf: repeatElement(0, count: added)) }
    }

    /// Applies one change and answers where it was, for the search of the next.
    @inline(__always)
    private static func put(
        _ change: LevelChange, _ key: Int64, _ rows: UnsafeMutablePointer<Row>,
        _ spellings: UnsafeMutablePointer<UInt16>?, _ count: inout Int, near place: Int
    ) -> Int {
        let index = lowerBound(rows, count, key, near: place)
        let isFound = index < count && rows[index].key == key
        if change.quantity.raw <= 0 {
            guard isFound else { return index }
            close(rows, index, count)
            if let spellings { close(spellings, index, count) }
            count &-= 1
            return index
        }
        if isFound {
            rows[index].quantity = change.quantity.raw
        } else {
            open(rows, index, count)
            if let spellings { open(spellings, index, count) }
            rows[index] = Row(key: key, quantity: change.quantity.raw)
            count &+= 1
        }
        if let spellings {
            spellings[index] = UInt16(change.priceDecimals) << 8 | UInt16(change.quantityDecimals)
        }
        return index
    }

    /// The first index whose key is not below `key`. Venues sort the levels of a message, so the search
    /// starts from where the last one ended, in doubling steps, and halves what they enclose without
    /// branches. Keys of one ladder have one sign, so their differences do not overflow.
    @inline(__always)
    private static func lowerBound(_ rows: UnsafePointer<Row>, _ count: Int, _ key: Int64, near place: Int)
        -> Int
    {
        var low = place  // rows below `low` have smaller keys, rows from `high` on do not
        var high = place
        var step = 1
        if place < count, rows[place].key < key {
            low = place &+ 1
            high = place &+ 2
            while high < count, rows[high &- 1].key < key {
                low = high
                step &<<= 1
                high &+= step
            }
            high = min(high, count)
        } else {
            low = place &- 1
            while low >= 0, rows[low].key >= key {
                high = low
                low &-= step
                step &<<= 1
            }
            low = max(low &+ 1, 0)
        }
        var length = high &- low
        while length > 1 {
            let half = length &>> 1
            let isBelow = Int(truncatingIfNeeded: (rows[low &+ half &- 1].key &- key) >> 63)  // −1 or 0
            low &+= half & isBelow
            length &-= half
        }
        if length == 1, rows[low].key < key { low &+= 1 }
        return low
    }

    @inline(__always)
    private static func open<T: BitwiseCopyable>(_ base: UnsafeMutablePointer<T>, _ index: Int, _ count: Int)
    {
        if index < count { (base + index + 1).update(from: base + index, count: count &- index) }
    }

    @inline(__always)
    private static func close<T: BitwiseCopyable>(_ base: UnsafeMutablePointer<T>, _ index: Int, _ count: Int)
    {
        let behind = count &- index &- 1
        if behind > 0 { (base + index).update(from: base + index + 1, count: behind) }
    }

    private static func dropFirst<T: BitwiseCopyable>(
        _ base: UnsafeMutablePointer<T>?, _ surplus: Int, _ kept: Int
    ) {
        guard let base else { return }
        base.update(from: base + surplus, count: kept)
    }
}
