import Testing
import TradingModel

@testable import Books

@Suite struct LadderTests {
    @Test func `bids put the highest price at the touch and asks the lowest`() {
        var bids = Ladder(.buy)
        var asks = Ladder(.sell)
        bids.apply(sketch("99x1 101x2 100x3"))
        asks.apply(sketch("99x1 101x2 100x3"))
        #expect(bids.sketched == "101x2 100x3 99x1")
        #expect(asks.sketched == "99x1 100x3 101x2")
        #expect(bids.best == Level(price: Price(raw: 101), quantity: Quantity(raw: 2)))
    }

    @Test func `a level is absolute, zero deletes it, deleting what is not there changes nothing`() {
        var bids = Ladder(.buy)
        bids.apply(sketch("100x5 100x7 99x0 98x1 98x0"))
        #expect(bids.sketched == "100x7")
        bids.apply(sketch("100x0"))
        #expect(bids.isEmpty)
        #expect(bids.best == .none)
    }

    @Test func `a snapshot in any order replaces everything`() {
        var asks = Ladder(.sell, capacity: 2)
        asks.apply(sketch("1x1 2x2"))
        asks.replace(with: sketch("30x1 10x2 20x3 40x0"))
        #expect(asks.sketched == "10x2 20x3 30x1")
    }

    @Test func `truncation keeps the best`() {
        var asks = Ladder(.sell)
        asks.apply(sketch("5x1 4x1 3x1 2x1 1x1"))
        asks.truncate(to: 3)
        #expect(asks.sketched == "1x1 2x1 3x1")
        asks.truncate(to: 10)
        #expect(asks.count == 3)
    }

    @Test func `depth totals count from the touch`() {
        var bids = Ladder(.buy)
        bids.apply(sketch("100x1 99x2 98x4"))
        #expect(bids.quantity(inBest: 2).raw == 3)
        #expect(bids.quantity(inBest: 9).raw == 7)
        #expect(bids.quantity(atOrBetterThan: Price(raw: 99)).raw == 3)
        #expect(bids.quantity(atOrBetterThan: Price(raw: 101)).raw == 0)
        #expect(bids.quantity(at: Price(raw: 98)).raw == 4)
        #expect(bids.quantity(at: Price(raw: 97)).raw == 0)
    }

    @Test func `totals saturate where venues send absurd quantities`() {
        var bids = Ladder(.buy)
        bids.apply(sketch("100x\(Int64.max) 99x\(Int64.max)"))
        #expect(bids.quantity(inBest: 2).raw == .max)
    }

    @Test func `a ladder that is never trimmed by its venue stays bounded and loses the worst`() {
        var asks = Ladder(.sell, capacity: 4)
        for price in 1...Int64(Ladder.maximumLevels + 5_000) {
            asks.set(Price(raw: price), Quantity(raw: 1))
        }
        #expect(asks.count <= Ladder.maximumLevels)
        #expect(asks[0].price.raw == 1)
        #expect(asks[10_000].price.raw == 10_001)
    }

    @Test(arguments: [Side.buy, .sell], [UInt64(1), 2, 3, 4])
    func `a ladder is a sorted dictionary`(side: Side, seed: UInt64) {
        var dice = Dice(seed: seed)
        var ladder = Ladder(side, capacity: 8, keepsSpelling: true)
        var oracle: [Int64: (Int64, UInt8)] = [:]
        let prices = [10, 60, 700, 20_000][Int(seed) - 1]
        for step in 0..<4_000 {
            let changes = (0..<1 + dice.roll(6)).map { _ in
                LevelChange(
                    price: Price(raw: Int64(dice.roll(prices))),
                    quantity: Quantity(raw: Int64(max(0, dice.roll(9) - 3))),
                    priceDecimals: UInt8(dice.roll(9)), quantityDecimals: 3)
            }
            if dice.roll(400) == 0 {
                ladder.removeAll()
                oracle.removeAll()
            }
            ladder.apply(changes)
            for change in changes {
                oracle[change.price.raw] =
                    change.quantity.raw > 0 ? (change.quantity.raw, change.priceDecimals) : nil
            }
            if dice.roll(50) == 0 {
                let depth = dice.roll(40)
                ladder.truncate(to: depth)
                let kept = oracle.keys.sorted { side == .buy ? $0 > $1 : $0 < $1 }.prefix(depth)
                oracle = oracle.filter { kept.contains($0.key) }
            }
            guard step % 20 == 0 else { continue }
            let expected = oracle.sorted { side == .buy ? $0.key > $1.key : $0.key < $1.key }
            #expect(ladder.sketched == expected.map { "\($0.key)x\($0.value.0)" }.joined(separator: " "))
            #expect(
                (0..<ladder.count).map { ladder.spelledDecimals($0).price }
                    == expected.map { Int($0.value.1) })
            let limit = Int64(dice.roll(prices))
            let better = expected.filter { side == .buy ? $0.key >= limit : $0.key <= limit }
            #expect(
                ladder.quantity(atOrBetterThan: Price(raw: limit)).raw == better.reduce(0) { $0 + $1.value.0 }
            )
            #expect(ladder.quantity(at: Price(raw: limit)).raw == oracle[limit]?.0 ?? 0)
        }
    }
}
