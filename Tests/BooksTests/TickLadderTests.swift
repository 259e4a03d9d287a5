import Testing
import TradingModel

@testable import Books

/// A ladder whose window has a slot a tick, against one that is sorted rows from end to end.
@Suite struct TickLadderTests {
    /// What prices a market moves through: (tick, how far from the touch levels lie in ticks, how far the
    /// touch jumps at times).
    enum Market: CaseIterable {
        case calm, wide, jumping, offTick, coarse, tiny

        var tick: Int64 {
            switch self {
            case .calm, .wide, .jumping, .offTick: 25
            case .coarse: 10_000_000
            case .tiny: 1
            }
        }
        var spread: Int { self == .wide ? 60_000 : 1_500 }
        var jump: Int { self == .jumping ? 20_000 : 300 }
    }

    @Test(arguments: Market.allCases, [Side.buy, .sell])
    func `a ladder with a window is a ladder of sorted rows`(market: Market, side: Side) {
        var dice = Dice(seed: 77 + UInt64(market.spread))
        var ladder = Ladder(side, capacity: 8)
        // Keeping spellings, it never has a window.
        var rows = Ladder(side, capacity: 8, keepsSpelling: true)
        var touch = 100_000
        for step in 0..<3_000 {
            if dice.roll(40) == 0 { touch = max(70_000, touch + dice.roll(2 * market.jump) - market.jump) }
            let changes = changes(market, touch, side, &dice)
            switch dice.roll(200) {
            case 0:
                ladder.removeAll()
                rows.removeAll()
            case 1:
                ladder.replace(with: changes)
                rows.replace(with: changes)
            case 2:
                let depth = dice.roll(60)
                ladder.truncate(to: depth)
                rows.truncate(to: depth)
            default:
                ladder.apply(changes)
                rows.apply(changes)
            }
            #expect(ladder.count == rows.count)
            #expect(ladder.best == rows.best)
            guard step % 25 == 0 else { continue }
            compare(ladder, rows, &dice)
        }
    }

    private func changes(_ market: Market, _ touch: Int, _ side: Side, _ dice: inout Dice) -> [LevelChange] {
        (0..<1 + dice.roll(dice.roll(20) == 0 ? 400 : 12)).map { _ in
            // Most levels lie near the touch.
            let reach = dice.roll(3) == 0 ? market.spread : 40
            let away = dice.roll(reach)
            var price = Int64(side == .buy ? touch - away : touch + away) * market.tick
            if market == .offTick, dice.roll(30) == 0 { price += Int64(dice.roll(25)) }
            if dice.roll(2_000) == 0 { price = Int64(dice.roll(3)) }
            if dice.roll(2_000) == 0 { price = .max - Int64(dice.roll(3)) }
            return LevelChange(
                price: Price(raw: price), quantity: Quantity(raw: Int64(max(-1, dice.roll(9) - 4))))
        }
    }

    private func compare(_ ladder: Ladder, _ rows: Ladder, _ dice: inout Dice) {
        #expect(ladder.sketched == rows.sketched)
        let (depth, most) = (dice.roll(rows.count + 3), dice.roll(30))
        #expect(levels(ladder, depth, most) == levels(rows, depth, most))
        #expect(ladder.quantity(inBest: most) == rows.quantity(inBest: most))
        guard !rows.isEmpty else { return }
        let price = rows[dice.roll(rows.count)].price
        for limit in [price, Price(raw: price.raw &+ 1), Price(raw: price.raw - 1)] {
            #expect(ladder.quantity(at: limit) == rows.quantity(at: limit))
            #expect(ladder.quantity(atOrBetterThan: limit) == rows.quantity(atOrBetterThan: limit))
        }
    }

    private func levels(_ ladder: Ladder, _ depth: Int, _ most: Int) -> [Level] {
        var found: [Level] = []
        ladder.withLevels(from: depth, atMost: most) { level in
            found.append(level)
            return true
        }
        return found
    }

    @Test func `the window stands around the touch and what is far is rows`() {
        var bids = Ladder(.buy)
        bids.replace(with: (1...2_000).map { level(100_000_000 - Int64($0) * 500) })
        #expect(bids.near.unit == 500)
        #expect(bids.near.count == 2_000)
        bids.apply([level(1_000)])
        #expect(bids.near.count == 2_000)
        #expect(bids.count == 2_001)
    }

    @Test func `a finer tick than the snapshot showed is learnt`() {
        var bids = Ladder(.buy)
        bids.replace(with: [level(1_000), level(2_000)])
        bids.apply([level(1_500), level(1_510)])
        #expect(bids.near.unit == 10)
        #expect(bids.sketched == "2000x1 1510x1 1500x1 1000x1")
    }

    private func level(_ price: Int64) -> LevelChange {
        LevelChange(price: Price(raw: price), quantity: Quantity(raw: 1))
    }
}
