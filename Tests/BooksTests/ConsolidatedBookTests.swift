import Testing
import TradingModel

@testable import Books

@Suite struct ConsolidatedBookTests {
    private static let bitcoin = Instrument(
        id: InstrumentID(0), base: Asset("BTC"), quote: Asset("USDT"), priceScale: 0, quantityScale: 0)

    private func open(_ venues: [Int], fees: [Int64] = []) -> ConsolidatedBook {
        var book = ConsolidatedBook(
            ConsolidatedBookTests.bitcoin,
            sources: venues.enumerated().map { index, venue in
                ConsolidatedBook.Source(
                    venue: VenueID(venue), proof: .consecutive, depth: 50,
                    takerFee: Rate(raw: index < fees.count ? fees[index] : 0))
            }, capacity: 8)
        for venue in venues { book.connectionOpened(VenueID(venue), epoch: 1, at: start) }
        return book
    }

    private func seed(
        _ book: inout ConsolidatedBook, _ venue: Int, _ bids: String, _ asks: String, at now: Moment
    ) {
        let outcome = book.apply(
            message(.snapshot, bids: bids, asks: asks, last: 10), from: VenueID(venue), at: now)
        #expect(outcome == .synced)
    }

    @Test func `the best venue follows each message and ties go to the lower slot`() {
        var book = open([1, 5, 63])
        #expect(book.bestBid == nil && book.bestAsk == nil)
        seed(&book, 5, "100x1", "103x1", at: start)
        seed(&book, 63, "101x1", "104x1", at: start)
        seed(&book, 1, "101x2", "103x2", at: start)
        #expect(book.bestBid?.venue == VenueID(1))
        #expect(book.bestAsk?.venue == VenueID(1))
        _ = book.apply(message(.delta, asks: "103x0", last: 11), from: VenueID(1), at: start)
        #expect(book.bestAsk?.venue == VenueID(5))
        _ = book.quarantined(VenueID(1), reason: "html")
        #expect(book.bestBid?.venue == VenueID(63))
        #expect(book.top(of: VenueID(1))?.bid == Level.none)
        #expect(book.slot(of: VenueID(2)) == nil)
        #expect(book.slot(of: VenueID(64)) == nil)
    }

    @Test func `an old or unproved book is not tradable`() {
        var book = open([0, 1])
        seed(&book, 0, "100x1", "103x1", at: start)
        seed(&book, 1, "100x1", "103x1", at: start + .milliseconds(700))
        let now = start + .seconds(1)
        #expect(!book.tradable(VenueID(0), at: now, maximumAge: .milliseconds(500)))
        #expect(book.tradable(VenueID(1), at: now, maximumAge: .milliseconds(500)))
        #expect(book.tradable(at: now, maximumAge: .milliseconds(500)) == SlotSet(bits: 0b10))
        #expect(book.tradable(at: now, maximumAge: .seconds(1)) == SlotSet(bits: 0b11))
        book.connectionLost(VenueID(1))
        #expect(book.tradable(at: now, maximumAge: .seconds(9)) == SlotSet(bits: 0b01))
        #expect(!book.tradable(VenueID(7), at: now, maximumAge: .seconds(9)))
    }

    @Test func `a sweep meets the levels of all venues in the order of their price after fees`() {
        var book = open([0, 1], fees: [1_000_000, 0])  // 1 % and nothing
        seed(&book, 0, "90x1", "100x1 102x1", at: start)
        seed(&book, 1, "89x1", "101x1 102x5 110x1", at: start)
        var sweep = Sweep(.buy, over: book.synced)
        var met: [String] = []
        while let level = sweep.next(in: book) { met.append("\(level.venue.index):\(level.price.raw)") }
        #expect(met == ["0:100", "1:101", "1:102", "0:102", "1:110"], "101 net ties, then 102 before 103.02")
        var left = Sweep(.sell, over: book.synced)
        #expect(left.next(in: book)?.netPrice == Int128(90 * 99_000_000))
        left.leave(1)
        #expect(left.next(in: book) == nil)
        book.setTakerFee(Rate(raw: 3_000_000), of: VenueID(0))
        var dearer = Sweep(.sell, over: book.synced)
        #expect(dearer.next(in: book)?.venue == VenueID(1), "90 less 3 % is worth less than 89")
    }

    @Test(arguments: [UInt64(21), 22, 23])
    func `summary and sweep equal brute force over all books`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let venues = [0, 2, 3, 9, 40]
        var book = open(venues, fees: venues.map { _ in Int64(dice.roll(300_000)) - 20_000 })
        var ids = [Int64](repeating: 10, count: venues.count)
        for step in 0..<3_000 {
            let slot = dice.roll(venues.count)
            let now = start + .milliseconds(Int64(step))
            disturb(&book, VenueID(venues[slot]), &ids[slot], now, &dice)
            expectBestIsBruteForce(book)
            if step % 25 == 0 {
                expectSweepIsBruteForce(book, .buy)
                expectSweepIsBruteForce(book, .sell)
            }
        }
    }

    private func disturb(
        _ book: inout ConsolidatedBook, _ venue: VenueID, _ id: inout Int64, _ now: Moment, _ dice: inout Dice
    ) {
        func some(_ base: Int, _ dice: inout Dice) -> String {
            (0..<dice.roll(4)).map { _ in "\(base + dice.roll(12))x\(dice.roll(4))" }.joined(separator: " ")
        }
        switch dice.roll(20) {
        case 0: _ = book.quarantined(venue, reason: "html")
        case 1:
            book.connectionLost(venue)
            book.connectionOpened(venue, epoch: 2, at: now)
        case 2...5:
            id = 10
            _ = book.apply(
                message(.snapshot, bids: some(90, &dice), asks: some(101, &dice), last: id), from: venue,
                at: now)
        default:
            id += dice.roll(30) == 0 ? 2 : 1
            _ = book.apply(
                message(.delta, bids: some(90, &dice), asks: some(100, &dice), last: id), from: venue, at: now
            )
        }
    }

    private func expectBestIsBruteForce(_ book: ConsolidatedBook) {
        let bids = book.books.indices.filter { !book.books[$0].bids.isEmpty }
        let asks = book.books.indices.filter { !book.books[$0].asks.isEmpty }
        let bid = bids.max {
            (book.books[$0].bids[0].price, -$0) < (book.books[$1].bids[0].price, -$1)
        }
        let ask = asks.min {
            (book.books[$0].asks[0].price, $0) < (book.books[$1].asks[0].price, $1)
        }
        #expect(book.bestBidSlot == bid ?? -1)
        #expect(book.bestAskSlot == ask ?? -1)
        for slot in book.books.indices {
            #expect(book.tops[slot].isSynced == book.books[slot].isSynced)
            #expect(book.synced.contains(slot) == book.books[slot].isSynced)
            #expect(book.tops[slot].bid == book.books[slot].bids.best)
            #expect(book.tops[slot].ask == book.books[slot].asks.best)
            if !book.books[slot].isSynced {
                #expect(book.books[slot].bids.isEmpty && book.books[slot].asks.isEmpty)
            }
        }
    }

    private func expectSweepIsBruteForce(_ book: ConsolidatedBook, _ side: Side) {
        var all: [SweptLevel] = []
        for slot in book.books.indices {
            let ladder = side == .buy ? book.books[slot].asks : book.books[slot].bids
            for depth in 0..<ladder.count {
                let fee = Int128(book.takerFees[slot].raw)
                let factor = Int128(100_000_000) + (side == .buy ? fee : -fee)
                all.append(
                    SweptLevel(
                        slot: slot, venue: book.tops[slot].venue, depth: depth, price: ladder[depth].price,
                        quantity: ladder[depth].quantity, netPrice: Int128(ladder[depth].price.raw) * factor))
            }
        }
        all.sort {
            if $0.netPrice != $1.netPrice {
                return side == .buy ? $0.netPrice < $1.netPrice : $0.netPrice > $1.netPrice
            }
            return ($0.slot, $0.depth) < ($1.slot, $1.depth)
        }
        var sweep = Sweep(side, over: book.synced)
        var met: [SweptLevel] = []
        while let level = sweep.next(in: book) { met.append(level) }
        #expect(met == all)
    }
}
