import TradingModel

/// One price level of a ladder. A quantity of zero stands for "no such level".
public struct Level: Hashable, Sendable {
    public var price: Price
    public var quantity: Quantity
    @inlinable public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
    public static let none = Level(price: .zero, quantity: .zero)
}

/// One side of a book: flat arrays sorted so that the best level is the last, because most updates land near
/// the touch and then move few elements. Nothing is allocated until a book outgrows the capacity it was
/// given.
public struct Ladder: Sendable {
    /// A venue that never deletes far levels must not grow a node for months: beyond this the worst are
    /// dropped.
    public static let maximumLevels = 16_384

    /// `.buy` holds bids (highest is best), `.sell` asks (lowest is best).
    public let side: Side
    public private(set) var count = 0

    /// A level as it is kept. The key is the price for bids, −price for asks: the best level has the greatest
    /// key on both sides.
    @usableFromInline struct Row: BitwiseCopyable, Sendable {
        @usableFromInline var key: Int64
        @usableFromInline var quantity: Int64
    }

    @usableFromInline private(set) var rows: [Row]
    /// Decimals spelled in price (high byte) and quantity (low byte); empty unless the book is checksummed.
    private var spellings: [UInt16]
    private let keepsSpelling: Bool

    public init(_ side: Side, capacity: Int = 2_048, keepsSpelling: Bool = false) {
        self.side = side
        self.keepsSpelling = keepsSpelling
        rows = Array(repeating: Row(key: 0, quantity: 0), count: capacity)
        spellings = Array(repeating: 0, count: keepsSpelling ? capacity : 0)
    }

    @inlinable public var isEmpty: Bool { count == 0 }

    /// The level nearest to the touch, `Level.none` on an empty side.
    public var best: Level { count == 0 ? .none : self[0] }

    /// The level `depth` places behind the touch (0 is the best); `depth` must be below `count`.
    public subscript(depth: Int) -> Level {
        precondition(depth >= 0 && depth < count, "a depth within the ladder")
        let row = rows[count - 1 - depth]
        return Level(
            price: Price(raw: side == .buy ? row.key : -row.key), quantity: Quantity(raw: row.quantity))
    }

    /// Hands the levels from `depth` outwards to `body`, at most so many, until it answers `false`.
    @inlinable public func withLevels(from depth: Int, atMost most: Int, _ body: (Level) -> Bool) {
        let sign: Int64 = side == .buy ? 1 : -1
        rows.withUnsafeBufferPointer { rows in
            for place in depth..<max(depth, min(count, depth + most)) {
                let row = rows[count - 1 - place]
                guard body(Level(price: Price(raw: sign &* row.key), quantity: Quantity(raw: row.quantity)))
                else { return }
            }
        }
    }

    /// Decimals spelled by the venue at `depth`; zero unless the ladder keeps spellings.
    public func spelledDecimals(_ depth: Int) -> (price: Int, quantity: Int) {
        precondition(depth >= 0 && depth < count, "a depth within the ladder")
        guard keepsSpelling else { return (0, 0) }
        let spelling = spellings[count - 1 - depth]
        return (Int(spelling >> 8), Int(spelling & 0xFF))
    }

    /// The quantity resting exactly at `price`, zero when there is no such level.
    public func quantity(at price: Price) -> Quantity {
        let key = key(of: price)
        let index = lowerBound(key)
        return index < count && rows[index].key == key ? Quantity(raw: rows[index].quantity) : .zero
    }

    /// Everything resting in the best `levels` levels. Saturates rather than overflows.
    public func quantity(inBest levels: Int) -> Quantity {
        sum(from: max(0, count - levels))
    }

    /// Everything resting at `limit` or better. Saturates rather than overflows.
    public func quantity(atOrBetterThan limit: Price) -> Quantity {
        sum(from: lowerBound(key(of: limit)))
    }

    private func sum(from start: Int) -> Quantity {
        var total: Int64 = 0
        for index in start..<count {
            let (sum, overflow) = total.addingReportingOverflow(rows[index].quantity)
            if overflow { return Quantity(raw: .max) }
            total = sum
        }
        return Quantity(raw: total)
    }

    /// Sets the absolute quantity at a price; zero (or less) removes the level.
    public mutating func set(
        _ price: Price, _ quantity: Quantity, priceDecimals: UInt8 = 0, quantityDecimals: UInt8 = 0
    ) {
        let change = LevelChange(
            price: price, quantity: quantity, priceDecimals: priceDecimals, quantityDecimals: quantityDecimals
        )
        withUnsafePointer(to: change) { apply(UnsafeBufferPointer(start: $0, count: 1), backwards: false) }
    }

    /// Applies the changes of one message in order.
    public mutating func apply(_ changes: [LevelChange]) {
        guard !changes.isEmpty else { return }
        changes.withUnsafeBufferPointer { apply($0, backwards: false) }
    }

    /// Replaces everything by a snapshot's levels. Venues list them from the touch outwards; walking them
    /// backwards makes each one an append.
    public mutating func replace(with levels: [LevelChange]) {
        count = 0
        levels.withUnsafeBufferPointer { apply($0, backwards: true) }
    }

    public mutating func removeAll() { count = 0 }

    /// Keeps the best `depth` levels.
    public mutating func truncate(to depth: Int) {
        let surplus = count - depth
        guard surplus > 0 else { return }
        rows.withUnsafeMutableBufferPointer { Ladder.dropFirst($0.baseAddress, surplus, depth) }
        if keepsSpelling {
            spellings.withUnsafeMutableBufferPointer { Ladder.dropFirst($0.baseAddress, surplus, depth) }
        }
        count = depth
    }

    private func key(of price: Price) -> Int64 { side == .buy ? price.raw : -price.raw }

    private func lowerBound(_ key: Int64) -> Int {
        rows.withUnsafeBufferPointer { rows in
            guard let rows = rows.baseAddress else { return 0 }
            return Ladder.lowerBound(rows, count, key, near: count)
        }
    }
}

extension Ladder {
    private mutating func apply(_ changes: UnsafeBufferPointer<LevelChange>, backwards: Bool) {
        reserve(count + changes.count)
        let sign: Int64 = side == .buy ? 1 : -1
        let isSpelled = keepsSpelling
        var count = count
        rows.withUnsafeMutableBufferPointer { rows in
            spellings.withUnsafeMutableBufferPointer { spellings in
                guard let rows = rows.baseAddress else { return }
                let spellings = isSpelled ? spellings.baseAddress : nil
                var place = count
                for offset in 0..<changes.count {
                    let change = changes[backwards ? changes.count - 1 - offset : offset]
                    place = Ladder.put(change, sign &* change.price.raw, rows, spellings, &count, near: place)
                }
            }
        }
        self.count = count
        if count > Ladder.maximumLevels { truncate(to: Ladder.maximumLevels / 8 * 7) }
    }

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
