import TradingModel

/// One price level of a ladder. A quantity of zero stands for "no such level".
public struct Level: Hashable, Sendable {
    public var price: Price
    public var quantity: Quantity
    @inlinable public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
    @inlinable public static var none: Level { Level(price: .zero, quantity: .zero) }
}

/// One side of a book: the levels around the touch in a window with a slot for every tick (`near`), what lies
/// behind it in sorted rows (`far`). The tick is learnt from the prices. A book that a venue checksums must
/// know how each level was spelled and is all rows.
///
/// Nothing is allocated until a book outgrows what its snapshot needed.
public struct Ladder: Sendable {
    /// A venue that never deletes far levels must not grow a node for months: beyond this the worst are
    /// dropped.
    public static let maximumLevels = 16_384

    /// `.buy` holds bids (highest is best), `.sell` asks (lowest is best).
    public let side: Side
    /// Every key here is above every key in `far`.
    @usableFromInline private(set) var near = TickWindow()
    @usableFromInline private(set) var far: SortedLevels
    private let keepsSpelling: Bool

    public init(_ side: Side, capacity: Int = 2_048, keepsSpelling: Bool = false) {
        self.side = side
        self.keepsSpelling = keepsSpelling
        far = SortedLevels(capacity: capacity, keepsSpelling: keepsSpelling)
    }

    @inlinable public var count: Int { near.count + far.count }
    @inlinable public var isEmpty: Bool { count == 0 }

    /// 1 for bids, −1 for asks: a key is a price times this, the best level has the greatest key.
    @inlinable var sign: Int64 { side == .buy ? 1 : -1 }

    /// The level nearest to the touch, `Level.none` on an empty side. Kept, because it is read after every
    /// message: a ladder that lies within other values would be copied to be asked.
    public private(set) var best = Level.none

    /// The level `depth` places behind the touch (0 is the best); `depth` must be below `count`.
    public subscript(depth: Int) -> Level {
        if depth < near.count {
            let slot = near.slot(depth: depth)
            return level(near.key(slot), near.quantity(slot: slot))
        }
        let row = far.row(depth - near.count)
        return level(row.key, row.quantity)
    }

    /// Hands the levels from `depth` outwards to `body`, at most so many, until it answers `false`.
    @inlinable public func withLevels(from depth: Int, atMost most: Int, _ body: (Level) -> Bool) {
        var left = min(most, count - depth)
        guard left > 0 else { return }
        if depth < near.count {
            var slot = near.slot(depth: depth)
            while slot >= 0 {
                guard body(level(near.key(slot), near.quantity(slot: slot))) else { return }
                left -= 1
                guard left > 0 else { return }
                slot = near.slot(below: slot)
            }
        }
        let first = max(0, depth - near.count)
        for place in first..<first + left {
            let row = far.row(place)
            guard body(level(row.key, row.quantity)) else { return }
        }
    }

    @inlinable func level(_ key: Int64, _ quantity: Int64) -> Level {
        Level(price: Price(raw: sign &* key), quantity: Quantity(raw: quantity))
    }

    /// Decimals spelled by the venue at `depth`; zero unless the ladder keeps spellings.
    public func spelledDecimals(_ depth: Int) -> (price: Int, quantity: Int) {
        guard keepsSpelling else { return (0, 0) }
        let spelling = far.spelling(depth)
        return (Int(spelling >> 8), Int(spelling & 0xFF))
    }

    /// The quantity resting exactly at `price`, zero when there is no such level.
    public func quantity(at price: Price) -> Quantity {
        let key = sign &* price.raw
        return Quantity(raw: near.quantity(key) ?? far.quantity(key))
    }

    /// Everything resting in the best `levels` levels. Saturates rather than overflows.
    public func quantity(inBest levels: Int) -> Quantity {
        var total: Int64 = 0
        withLevels(from: 0, atMost: levels) { Ladder.add($0.quantity, to: &total) }
        return Quantity(raw: total)
    }

    /// Everything resting at `limit` or better. Saturates rather than overflows.
    public func quantity(atOrBetterThan limit: Price) -> Quantity {
        let key = sign &* limit.raw
        var total: Int64 = 0
        withLevels(from: 0, atMost: .max) { level in
            sign &* level.price.raw >= key && Ladder.add(level.quantity, to: &total)
        }
        return Quantity(raw: total)
    }

    /// `false` once the sum is as large as it can be.
    private static func add(_ quantity: Quantity, to total: inout Int64) -> Bool {
        let (sum, overflow) = total.addingReportingOverflow(quantity.raw)
        total = overflow ? .max : sum
        return !overflow
    }
}

extension Ladder {
    /// Sets the absolute quantity at a price; zero (or less) removes the level.
    public mutating func set(
        _ price: Price, _ quantity: Quantity, priceDecimals: UInt8 = 0, quantityDecimals: UInt8 = 0
    ) {
        let change = LevelChange(
            price: price, quantity: quantity, priceDecimals: priceDecimals, quantityDecimals: quantityDecimals
        )
        withUnsafePointer(to: change) { apply(UnsafeBufferPointer(start: $0, count: 1)) }
    }

    /// Applies the changes of one message in order.
    public mutating func apply(_ changes: [LevelChange]) {
        guard !changes.isEmpty else { return }
        changes.withUnsafeBufferPointer { apply($0) }
    }

    /// Replaces everything by a snapshot's levels.
    public mutating func replace(with levels: [LevelChange]) {
        removeAll()
        levels.withUnsafeBufferPointer { far.apply($0, sign: sign, backwards: true) }
        bound()
        stand(unit: 0)
        noteBest()
    }

    public mutating func removeAll() {
        near.leave()
        far.removeAll()
        best = .none
    }

    /// Keeps the best `depth` levels.
    public mutating func truncate(to depth: Int) {
        near.truncate(to: depth)
        far.truncate(to: max(0, depth - near.count))
        noteBest()
    }

    private mutating func apply(_ changes: UnsafeBufferPointer<LevelChange>) {
        if keepsSpelling {
            far.apply(changes, sign: sign, backwards: false)
        } else {
            var done = near.apply(changes, from: 0, sign: sign)
            while done < changes.count {
                applyOutside(UnsafeBufferPointer(rebasing: changes[done...done]))
                done = near.apply(changes, from: done + 1, sign: sign)
            }
            if near.top < near.width / 8, !far.isEmpty { stand(unit: near.unit) }
        }
        bound()
        noteBest()
    }

    private mutating func noteBest() {
        if near.count > 0 {
            best = level(near.key(near.top), near.quantity(slot: near.top))
        } else {
            best = far.best.map { level($0.key, $0.quantity) } ?? .none
        }
    }

    /// One change that has no slot in the window as it stands.
    private mutating func applyOutside(_ change: UnsafeBufferPointer<LevelChange>) {
        let key = sign &* change[0].price.raw
        // An empty window stands nowhere, so that what follows comes behind this change and not before it.
        if near.count == 0 { near.leave() }
        guard near.count > 0, !near.isBelow(key) else {
            return far.apply(change, sign: sign, backwards: false)
        }
        // Better than all the window can hold, or between two of its ticks.
        guard change[0].quantity.raw > 0 else { return }
        retreat()
        far.apply(change, sign: sign, backwards: false)
        stand(unit: near.unit)
    }

    private mutating func bound() {
        if count > Ladder.maximumLevels { truncate(to: Ladder.maximumLevels / 8 * 7) }
    }

    // MARK: Where the window stands

    /// Everything becomes rows.
    private mutating func retreat() {
        var far = far
        self.far = SortedLevels(capacity: 0, keepsSpelling: false)
        near.empty { far.append($0, $1) }
        self.far = far
    }

    /// Moves the window to the touch. `unit`: a multiple of the tick that is known already, 0 for none.
    private mutating func stand(unit known: UInt64) {
        retreat()
        guard !keepsSpelling, let best = far.best, best.key.magnitude < 1 << 62 else { return near.leave() }
        var unit = known
        if unit == 0 {
            unit = TickWindow.coarsestUnit
            for depth in 0..<far.count { unit = Ladder.divisor(unit, far.row(depth).key.magnitude) }
        }
        unit = Ladder.divisor(unit, best.key.magnitude)
        let slots = slots(unit, best.key)
        near.stand(at: best.key, unit: unit, slots: slots)
        while let row = far.best, !near.isBelow(row.key) {
            guard near.put(row.key, row.quantity) else {
                // Between two ticks: a finer grid, and once more.
                return stand(unit: Ladder.divisor(unit, row.key.magnitude))
            }
            far.removeBest(1)
        }
    }

    /// Twice what the levels span, within bounds; never fewer than before.
    private func slots(_ unit: UInt64, _ best: Int64) -> Int {
        let span = UInt64(bitPattern: best &- far.row(far.count - 1).key) / unit
        var slots = max(near.room, TickWindow.smallest)
        while slots < TickWindow.largest, UInt64(slots) < span &* 2 { slots *= 2 }
        return slots
    }

    /// The greatest common one; `a` must be positive.
    private static func divisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
