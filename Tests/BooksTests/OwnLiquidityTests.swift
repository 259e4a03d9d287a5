import Books
import Testing
import TradingModel

/// Nobody can trade with himself: what of ours rests in a venue's book is nothing that a taker of ours meets.
@Suite struct OwnLiquidityTests {
    private static let instrument = Instrument(
        id: InstrumentID(0), base: Asset("BTC"), quote: Asset("USDT"), priceScale: 2, quantityScale: 4)

    private func book(_ bids: [(Int64, Int64)], _ asks: [(Int64, Int64)]) -> ConsolidatedBook {
        var book = ConsolidatedBook(
            OwnLiquidityTests.instrument,
            sources: [.init(venue: VenueID(0), proof: .consecutive, depth: 50, takerFee: .zero)])
        book.connectionOpened(VenueID(0), epoch: 1, at: .distantPast)
        var update = BookUpdate(instrument: InstrumentID(0), kind: .snapshot)
        update.lastSequence = 2
        update.bids = bids.map { LevelChange(price: Price(raw: $0.0), quantity: Quantity(raw: $0.1)) }
        update.asks = asks.map { LevelChange(price: Price(raw: $0.0), quantity: Quantity(raw: $0.1)) }
        _ = book.apply(update, from: VenueID(0), at: .distantPast)
        return book
    }

    private func levels(_ book: ConsolidatedBook, _ side: Side) -> [Level] {
        var found: [Level] = []
        while let level = book.level(side, 0, found.count) { found.append(level) }
        return found
    }

    @Test func `a level that is all our own is passed over, one that is partly so shows the rest`() {
        var book = book([(100, 5), (99, 7)], [(101, 5), (102, 7)])
        book.setOwn(
            [
                OwnLevel(side: .buy, price: Price(raw: 100), quantity: Quantity(raw: 5)),
                OwnLevel(side: .sell, price: Price(raw: 101), quantity: Quantity(raw: 2)),
            ], at: VenueID(0))
        #expect(book.tops[0].bid == Level(price: Price(raw: 99), quantity: Quantity(raw: 7)))
        #expect(book.tops[0].ask == Level(price: Price(raw: 101), quantity: Quantity(raw: 3)))
        #expect(book.bestBid?.bid.price == Price(raw: 99))
        book.setOwn([], at: VenueID(0))
        #expect(book.tops[0].bid.quantity == Quantity(raw: 5))
    }

    @Test func `an order on one side hides nothing on the other, at whatever price`() {
        var book = book([(100, 5)], [(101, 5)])
        book.setOwn(
            [
                OwnLevel(side: .sell, price: Price(raw: 100), quantity: Quantity(raw: 3)),
                OwnLevel(side: .buy, price: Price(raw: 101), quantity: Quantity(raw: 3)),
            ], at: VenueID(0))
        #expect(book.tops[0].bid.quantity == Quantity(raw: 5))
        #expect(book.tops[0].ask.quantity == Quantity(raw: 5))
    }

    @Test func `a book that does not show our order yet is not counted below zero`() {
        var book = book([(100, 5)], [(101, 5)])
        book.setOwn(
            [OwnLevel(side: .buy, price: Price(raw: 100), quantity: Quantity(raw: 9))], at: VenueID(0))
        #expect(!book.tops[0].hasBid)
        book.setOwn([OwnLevel(side: .buy, price: Price(raw: 98), quantity: Quantity(raw: 9))], at: VenueID(0))
        #expect(book.tops[0].bid.quantity == Quantity(raw: 5))
    }

    @Test func `a book with our orders in it is the same as one without them`() {
        var draw = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let prices = (0..<Int.random(in: 1...12, using: &draw)).map { Int64(90 - $0) }
            let others = prices.map { ($0, Int64.random(in: 0...9, using: &draw)) }
            let own = prices.map { ($0, Int64.random(in: 0...3, using: &draw)) }
            let whole = zip(others, own).map { ($0.0, $0.1 + $1.1) }.filter { $0.1 > 0 }
            var mixed = book(whole, [(100, 1)])
            mixed.setOwn(
                own.filter { $0.1 > 0 }.map {
                    OwnLevel(side: .buy, price: Price(raw: $0.0), quantity: Quantity(raw: $0.1))
                }, at: VenueID(0))
            let plain = book(others.filter { $0.1 > 0 }, [(100, 1)])
            #expect(levels(mixed, .sell) == levels(plain, .sell))
            #expect(mixed.tops[0].bid == plain.tops[0].bid)
            for from in 0..<3 {
                var (seen, expected): ([Level], [Level]) = ([], [])
                mixed.withLevels(.sell, 0, from: from, atMost: 4) {
                    seen.append($0)
                    return true
                }
                plain.withLevels(.sell, 0, from: from, atMost: 4) {
                    expected.append($0)
                    return true
                }
                #expect(seen == expected)
            }
        }
    }
}
