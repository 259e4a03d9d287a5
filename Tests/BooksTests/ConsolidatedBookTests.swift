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

    @Test
    func `a taker meets the opposite side from the touch outwards, and pays or receives net of the fee`() {
        var book = open([0, 1], fees: [1_000_000, 0])  // 1 % and nothing
        seed(&book, 0, "90x1", "100x1 102x1 103x4", at: start)
        seed(&book, 1, "89x1", "101x1 102x5 110x1", at: start)
        #expect(levels(book, .buy, 0, from: 1, atMost: 9) == [102, 103])
        #expect(levels(book, .buy, 1, from: 0, atMost: 2) == [101, 102])
        #expect(levels(book, .sell, 0, from: 1, atMost: 9).isEmpty)
        #expect(levels(book, .sell, 1, from: 0, atMost: 9) == [89])
        #expect(book.depth(.buy, 0) == 3 && book.depth(.sell, 0) == 1)
        #expect(book.netPrice(.sell, 0, Price(raw: 90)) == Int128(90 * 99_000_000))
        #expect(book.netPrice(.buy, 0, Price(raw: 100)) == book.netPrice(.buy, 1, Price(raw: 101)))
        book.setTakerFee(Rate(raw: 3_000_000), of: VenueID(0))
        let (fee, free) = (book.netPrice(.sell, 0, Price(raw: 90)), book.netPrice(.sell, 1, Price(raw: 89)))
        #expect(fee < free, "90 less 3 % is worth less than 89")
    }

    @Test func `who has met enough levels is given no more`() {
        var book = open([0], fees: [0])
        seed(&book, 0, "90x1", "100x1 102x1 103x4", at: start)
        var met = 0
        book.withLevels(.buy, 0, from: 0, atMost: 9) { level in
            met += 1
            return level.price.raw < 102
        }
        #expect(met == 2)
    }

    private func levels(
        _ book: ConsolidatedBook, _ side: Side, _ slot: Int, from depth: Int, atMost most: Int
    ) -> [Int64] {
        var prices: [Int64] = []
        book.withLevels(side, slot, from: depth, atMost: most) {
            prices.append($0.price.raw)
            return true
        }
        return prices
    }

    @Test(arguments: [UInt64(21), 22, 23])
    func `summary and levels equal brute force over all books`(seed: UInt64) {
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
                expectLevelsAreTheLadders(book, .buy)
                expectLevelsAreTheLadders(book, .sell)
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

    private func expectLevelsAreTheLadders(_ book: ConsolidatedBook, _ side: Side) {
        for slot in book.books.indices {
            let ladder = side == .buy ? book.books[slot].asks : book.books[slot].bids
            var met: [Level] = []
            book.withLevels(side, slot, from: 0, atMost: .max / 2) {
                met.append($0)
                return true
            }
            #expect(met == (0..<ladder.count).map { ladder[$0] })
            #expect(met.count == book.depth(side, slot))
        }
    }
}
