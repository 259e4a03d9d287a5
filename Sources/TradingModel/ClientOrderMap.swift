/// Values by client order id, without order: an id is found by one multiplication and, nearly always, one
/// look. The values lie side by side, so that one is changed where it lies; nothing is allocated until they
/// outgrow the room that was asked for.
///
/// The ids' own checksum has mixed their bits. A stranger who makes up ids can only make us look longer for
/// what is not there: none but our own are put in.
public struct ClientOrderMap<Value> {
    @usableFromInline var ids: [ClientOrderID] = []
    @usableFromInline var values: [Value] = []
    /// Places plus one by hash, 0 where there is none; as many as a power of two, at least twice the ids.
    @usableFromInline var cells: [UInt32] = []
    @usableFromInline var mask = 0

    @inlinable public init() {}

    /// Nothing is allocated until there are more than `count`.
    @inlinable public mutating func reserve(_ count: Int) {
        ids.reserveCapacity(count)
        values.reserveCapacity(count)
        if count * 2 > cells.count { spread(over: count * 2) }
    }

    @inlinable public var count: Int { ids.count }
    @inlinable public var isEmpty: Bool { ids.isEmpty }

    /// Where an id's value lies until the next removal; `nil` when it is not there.
    @inlinable public func place(of id: ClientOrderID) -> Int? {
        guard mask > 0 else { return nil }
        var cell = home(id)
        while cells[cell] != 0 {
            let place = Int(cells[cell]) &- 1
            if isAt(place, id) { return place }
            cell = (cell &+ 1) & mask
        }
        return nil
    }

    @inlinable public func contains(_ id: ClientOrderID) -> Bool { place(of: id) != nil }

    /// The value at a place that `place(of:)` told.
    @inlinable public subscript(at place: Int) -> Value {
        _read { yield values[place] }
        _modify { yield &values[place] }
    }

    @inlinable public subscript(_ id: ClientOrderID) -> Value? {
        get { place(of: id).map { values[$0] } }
        set {
            guard let newValue else {
                remove(id)
                return
            }
            if let place = place(of: id) { values[place] = newValue } else { insert(newValue, id) }
        }
    }

    /// The id must not be there. Answers its place.
    @inlinable @discardableResult
    public mutating func insert(_ value: Value, _ id: ClientOrderID) -> Int {
        if (ids.count + 1) * 2 > cells.count { spread(over: max(16, cells.count * 2)) }
        ids.append(id)
        values.append(value)
        cells[freeCell(id)] = UInt32(ids.count)
        return ids.count - 1
    }

    /// Answers what lay there. The last value takes its place.
    @inlinable @discardableResult
    public mutating func remove(_ id: ClientOrderID) -> Value? {
        guard let cell = cell(of: id) else { return nil }
        let place = Int(cells[cell]) - 1
        close(cell)
        let last = ids.count - 1
        if place != last, let moved = self.cell(of: ids[last]) { cells[moved] = UInt32(place + 1) }
        ids.swapAt(place, last)
        values.swapAt(place, last)
        ids.removeLast()
        return values.removeLast()
    }

    // MARK: Cells

    @inlinable @inline(__always) func isAt(_ place: Int, _ id: ClientOrderID) -> Bool {
        ids[place].low == id.low && ids[place].high == id.high
    }

    @inlinable @inline(__always) func home(_ id: ClientOrderID) -> Int {
        let mixed = (id.low ^ id.high &* 0xFF51_AFD7_ED55_8CCD) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed &>> 32) & mask
    }

    @inlinable func cell(of id: ClientOrderID) -> Int? {
        guard mask > 0 else { return nil }
        var cell = home(id)
        while cells[cell] != 0 {
            if isAt(Int(cells[cell]) &- 1, id) { return cell }
            cell = (cell &+ 1) & mask
        }
        return nil
    }

    @inlinable func freeCell(_ id: ClientOrderID) -> Int {
        var cell = home(id)
        while cells[cell] != 0 { cell = (cell &+ 1) & mask }
        return cell
    }

    /// Empties a cell; those behind it that were pushed on move up, so that every search still ends.
    @inlinable mutating func close(_ cell: Int) {
        var hole = cell
        var next = (cell &+ 1) & mask
        while cells[next] != 0 {
            let home = home(ids[Int(cells[next]) - 1])
            if (next &- home) & mask >= (next &- hole) & mask {
                cells[hole] = cells[next]
                hole = next
            }
            next = (next &+ 1) & mask
        }
        cells[hole] = 0
    }

    @inlinable mutating func spread(over least: Int) {
        var size = 16
        while size < least { size *= 2 }
        cells = Array(repeating: 0, count: size)
        mask = size - 1
        for (place, id) in ids.enumerated() { cells[freeCell(id)] = UInt32(place + 1) }
    }
}

extension ClientOrderMap: Sendable where Value: Sendable {}
