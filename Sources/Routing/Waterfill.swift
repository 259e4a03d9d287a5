import Books
import TradingModel

/// Fills a quantity from several venues' books, the cheapest unit first, and keeps it so while the venues'
/// bounds change: each change moves only what it must. Books are read no further than they are asked for.
///
/// Between its bounds a venue's share is free here; lots and minimums are `SplitSearch`'s.
struct Waterfill: ~Copyable {
    /// One level of one venue's book.
    struct Level: BitwiseCopyable {
        /// All-in cost of one unit; negative proceeds when selling.
        var cost: Int128
        var price: Int64
        /// What lies before its end.
        var end: Int64
    }

    /// What may be taken at one venue, and what is.
    struct Venue: BitwiseCopyable {
        var slot: Int
        var lot: Int64
        /// Whole lots; 0 when any lot will do.
        var minimum: Int64
        /// Whole lots; less once the book turns out to hold less.
        var most: Int64
        /// What one raw unit of price costs, fees and penalty included; negative when selling.
        var weight: Int64
        fileprivate(set) var low: Int64 = 0
        fileprivate(set) var high: Int64 = 0
        fileprivate(set) var share: Int64 = 0
        /// The level that holds the next unit, or the number of levels read.
        fileprivate var level = 0
        fileprivate var count = 0
        fileprivate var isRead = false
        /// Of the next unit and of the last one taken, where the bounds allow that they move.
        fileprivate var next = Int128.max
        fileprivate var last = Int128.min
        /// Where its levels are kept.
        fileprivate var first = 0

        init(slot: Int, lot: Int64, minimum: Int64, most: Int64, weight: Int64) {
            self.slot = slot
            self.lot = lot
            self.minimum = minimum
            self.most = most
            self.weight = weight
        }
    }

    let count: Int
    private let book: ConsolidatedBook
    private let side: Side
    private let limit: Price
    private let venues: UnsafeMutablePointer<Venue>
    private let levels: UnsafeMutablePointer<Level>
    /// What all shares cost.
    private(set) var cost: Int128 = 0

    init(_ book: ConsolidatedBook, _ side: Side, limit: Price, venues: [Venue]) {
        self.book = book
        self.side = side
        self.limit = limit
        count = venues.count
        self.venues = .allocate(capacity: max(1, venues.count))
        var size = 0
        for (number, venue) in venues.enumerated() {
            self.venues[number] = venue
            self.venues[number].first = size
            self.venues[number].high = venue.most
            size += book.depth(side, venue.slot)
        }
        levels = .allocate(capacity: max(1, size))
    }

    deinit {
        venues.deallocate()
        levels.deallocate()
    }

    subscript(_ venue: Int) -> Venue {
        precondition(venue >= 0 && venue < count, "a venue of this fill")
        return venues[venue]
    }

    /// The levels that hold a venue's units from `start` up to `quantity`, and how many of them each.
    func forEachLevel(_ venue: Int, from start: Int64, to quantity: Int64, _ body: (Level, Int64) -> Void) {
        let rows = levels + venues[venue].first
        var number = venues[venue].level
        while number > 0, rows[number - 1].end > start { number -= 1 }
        var begin = number > 0 ? max(start, rows[number - 1].end) : start
        while number < venues[venue].count, begin < quantity {
            let taken = min(rows[number].end, quantity) - begin
            if taken > 0 { body(rows[number], taken) }
            begin = max(begin, rows[number].end)
            number += 1
        }
    }

    /// The next `settle` keeps the venue's share within these; beyond `most` there is nothing.
    mutating func bound(_ venue: Int, from low: Int64, to high: Int64) {
        venues[venue].low = low
        venues[venue].high = min(high, venues[venue].most)
    }

    /// Reads a venue's book up to so many units; answers whether it can give them.
    mutating func has(_ venue: Int, _ quantity: Int64) -> Bool {
        while held(venue) < quantity, read(venue) {}
        return quantity <= venues[venue].most
    }

    private func held(_ venue: Int) -> Int64 {
        let venue = venues[venue]
        return venue.count > 0 ? levels[venue.first + venue.count - 1].end : 0
    }

    /// Where a level begins.
    private func start(_ venue: Int, _ level: Int) -> Int64 {
        level > 0 ? levels[venues[venue].first + level - 1].end : 0
    }

    /// Sets a share that its levels hold.
    mutating func place(_ venue: Int, _ share: Int64) {
        let (before, rows) = (venues[venue].share, levels + venues[venue].first)
        var moved: Int128 = 0
        forEachLevel(venue, from: min(before, share), to: max(before, share)) {
            moved += $0.cost &* Int128($1)
        }
        cost += share > before ? moved : -moved
        venues[venue].share = share
        var number = venues[venue].level
        while number > 0, rows[number - 1].end > share { number -= 1 }
        while number < venues[venue].count, rows[number].end <= share { number += 1 }
        venues[venue].level = number
    }

    /// Shares within their bounds that cost the least; answers what of `wanted` found no place, `nil` when
    /// the bounds ask for more than is wanted or than there is.
    mutating func settle(_ wanted: Int64) -> Int64? {
        var rest = wanted
        var owed = wanted
        for number in 0..<count {
            let low = venues[number].low
            owed -= low
            if low > 0, !has(number, low) { return nil }
            let high = min(venues[number].high, venues[number].most)
            venues[number].high = high
            guard low <= high else { return nil }
            let share = venues[number].share
            if share < low { place(number, low) } else if share > high { place(number, high) }
            price(number)
            rest -= venues[number].share
        }
        guard owed >= 0 else { return nil }
        while true {
            if rest > 0 {
                guard let left = pour(rest) else { return rest }
                rest = left
            } else {
                let dearest = dearest
                if rest < 0 {
                    precondition(dearest >= 0, "what is above the lower bounds can be given back")
                    rest += giveBack(dearest, atMost: -rest)
                } else {
                    let cheapest = cheapest
                    guard cheapest >= 0, dearest >= 0, venues[cheapest].next < venues[dearest].last else {
                        return 0
                    }
                    rest = -take(cheapest, atMost: room(dearest))
                }
            }
        }
    }

    /// Takes from the venue whose next unit is the cheapest, for as long as it is; answers what is left then,
    /// `nil` when there is nothing more.
    private mutating func pour(_ rest: Int64) -> Int64? {
        var (cheapest, next, second) = (-1, Int128.max, Int128.max)
        for number in 0..<count {
            let cost = venues[number].next
            if cost < next {
                (cheapest, next, second) = (number, cost, next)
            } else if cost < second {
                second = cost
            }
        }
        guard cheapest >= 0 else { return nil }
        var rest = rest
        repeat { rest -= take(cheapest, atMost: rest) } while rest > 0 && venues[cheapest].next < second
        return rest
    }

    private var cheapest: Int {
        var (found, next) = (-1, Int128.max)
        for number in 0..<count where venues[number].next < next {
            (found, next) = (number, venues[number].next)
        }
        return found
    }

    private var dearest: Int {
        var (found, last) = (-1, Int128.min)
        for number in 0..<count where venues[number].last > last {
            (found, last) = (number, venues[number].last)
        }
        return found
    }

    /// What can be given back of a venue's dearest level.
    private func room(_ venue: Int) -> Int64 {
        venues[venue].share - max(venues[venue].low, start(venue, lastLevel(venue)))
    }

    /// The level of the last unit taken.
    private func lastLevel(_ venue: Int) -> Int {
        let number = venues[venue].level
        return number < venues[venue].count && start(venue, number) < venues[venue].share
            ? number : number - 1
    }

    /// - Returns: what was taken; less than nothing when the book turned out to hold no whole lot more.
    private mutating func take(_ venue: Int, atMost quantity: Int64) -> Int64 {
        let before = venues[venue].share
        let level = levels[venues[venue].first + venues[venue].level]
        let taken = min(quantity, min(level.end, venues[venue].high) - before)
        cost += level.cost &* Int128(taken)
        venues[venue].share = before + taken
        if before + taken == level.end { venues[venue].level += 1 }
        price(venue)
        return venues[venue].share - before
    }

    private mutating func giveBack(_ venue: Int, atMost quantity: Int64) -> Int64 {
        let taken = min(quantity, room(venue))
        let level = lastLevel(venue)
        cost -= levels[venues[venue].first + level].cost &* Int128(taken)
        venues[venue].level = level
        venues[venue].share -= taken
        price(venue)
        return taken
    }

    /// What the next and the last unit cost. Reading on may find the book's end before the bound: then the
    /// share is cut to whole lots.
    private mutating func price(_ number: Int) {
        let venue = venues + number
        while venue.pointee.share < venue.pointee.high, venue.pointee.level == venue.pointee.count {
            guard read(number) else {
                let most = venue.pointee.most
                venue.pointee.high = min(venue.pointee.high, most)
                if venue.pointee.share > most { place(number, max(most, venue.pointee.low)) }
                break
            }
        }
        let share = venue.pointee.share
        let rows = levels + venue.pointee.first
        venue.pointee.next = share < venue.pointee.high ? rows[venue.pointee.level].cost : .max
        venue.pointee.last = share > venue.pointee.low ? rows[lastLevel(number)].cost : .min
    }

    /// Reads some more levels; `false` at the end of what may be used, where `most` becomes what there is.
    private mutating func read(_ number: Int) -> Bool {
        let venue = venues + number
        guard !venue.pointee.isRead else { return false }
        let rows = levels + venue.pointee.first
        let (depth, slot) = (venue.pointee.count, venue.pointee.slot)
        var end = held(number)
        let (most, weight) = (venue.pointee.most, Int128(venue.pointee.weight))
        let (isBuy, limit) = (side == .buy, limit)
        var count = depth
        if end < most {
            book.withLevels(side, slot, from: depth, atMost: 8) { level in
                guard isBuy ? level.price <= limit : level.price >= limit, end < most else { return false }
                end += level.quantity.raw
                rows[count] = Level(
                    cost: Int128(level.price.raw) &* weight, price: level.price.raw, end: end)
                count += 1
                return true
            }
        }
        venue.pointee.count = count
        if count > depth { return true }
        venue.pointee.isRead = true
        let whole = min(end, most) / venue.pointee.lot * venue.pointee.lot
        venue.pointee.most = whole < venue.pointee.minimum ? 0 : whole
        return false
    }
}
