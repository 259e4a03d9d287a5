import TradingModel

/// Orders that are not settled, in order of creation. To add one, to remove one and to look one up cost the
/// same however many there are.
public struct LiveOrders: Sendable, Sequence, ExpressibleByArrayLiteral {
    /// Places of removed ones are empty until they are half of all.
    private var slots: [ClientOrderID?] = []
    private var places = ClientOrderMap<Int>()
    /// Where the next turn begins.
    private var cursor = 0

    public init() {}
    public init(arrayLiteral elements: ClientOrderID...) { for id in elements { insert(id) } }

    public var count: Int { places.count }
    public var isEmpty: Bool { places.isEmpty }
    public func contains(_ id: ClientOrderID) -> Bool { places.contains(id) }

    mutating func reserve(_ count: Int) {
        places.reserve(count)
        // Twice as many places as orders: half of them may be empty.
        slots.reserveCapacity(count * 2)
    }

    /// `false` when it is there.
    @discardableResult
    mutating func insert(_ id: ClientOrderID) -> Bool {
        guard !places.contains(id) else { return false }
        places.insert(slots.count, id)
        slots.append(id)
        return true
    }

    /// `false` when it is not there.
    @discardableResult
    mutating func remove(_ id: ClientOrderID) -> Bool {
        guard let place = places.remove(id) else { return false }
        slots[place] = nil
        if slots.count > 32, slots.count > places.count * 2 { close() }
        return true
    }

    private mutating func close() {
        var kept: [ClientOrderID?] = []
        kept.reserveCapacity(places.count)
        var next = 0
        for (place, id) in slots.enumerated() {
            if place == cursor { next = kept.count }
            guard let id else { continue }
            places[id] = kept.count
            kept.append(id)
        }
        cursor = cursor < slots.count ? next : kept.count
        slots = kept
    }

    /// The next ones in turn, round and round, each at most once: all of them where they are no more than
    /// `most`.
    mutating func takeTurn(_ most: Int) -> [ClientOrderID] {
        guard count > most else { return Array(self) }
        var turn: [ClientOrderID] = []
        turn.reserveCapacity(most)
        while turn.count < most {
            if cursor >= slots.count { cursor = 0 }
            if let id = slots[cursor] { turn.append(id) }
            cursor += 1
        }
        return turn
    }

    /// In order of creation. What is removed meanwhile is still handed out.
    public func makeIterator() -> Iterator { Iterator(slots: slots) }

    public struct Iterator: IteratorProtocol {
        private let slots: [ClientOrderID?]
        private var place = 0

        fileprivate init(slots: [ClientOrderID?]) { self.slots = slots }

        public mutating func next() -> ClientOrderID? {
            while place < slots.count {
                defer { place += 1 }
                if let id = slots[place] { return id }
            }
            return nil
        }
    }
}

extension LiveOrders: Equatable {
    public static func == (a: LiveOrders, b: LiveOrders) -> Bool { a.elementsEqual(b) }
}
