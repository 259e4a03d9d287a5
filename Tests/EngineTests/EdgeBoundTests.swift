import Books
import Routing
import Testing
import TradingModel

/// Whether anything is sought at all hangs on two prices and a fee: this must never hide an edge.
@Suite struct `The bound on an edge` {
    private struct Drawn {
        var tops: [VenueTop] = []
        var fees: [Rate] = []
        var minimum: Rate
        var everyone: SlotSet { SlotSet(bits: 1 << UInt64(tops.count) - 1) }

        /// A few venues around one price, some that pay takers.
        init(_ random: inout SeededNumbers) {
            minimum = Rate(hundredthsOfBasisPoint: max(0, random.between(-400, 1_200)))
            for slot in 0..<Int(random.between(2, 5)) {
                var top = VenueTop(venue: VenueID(slot))
                let middle = random.between(9_980, 10_020)
                top.bid = Level(price: Price(raw: middle), quantity: Quantity(raw: random.between(0, 3)))
                top.ask = Level(
                    price: Price(raw: middle + random.between(1, 4)),
                    quantity: Quantity(raw: random.between(0, 3)))
                tops.append(top)
                fees.append(Rate(hundredthsOfBasisPoint: random.between(-300, 1_500)))
            }
        }

        var bound: Bool? {
            guard let bid = tops.filter(\.hasBid).map(\.bid.price).max(),
                let ask = tops.filter(\.hasAsk).map(\.ask.price).min(), let fee = fees.min()
            else { return nil }
            return EdgeScanner.mayEarn(minimum, bid: bid, ask: ask, fee: fee)
        }
    }

    @Test func `lets every edge through, and stops most of what is none`() {
        var (edges, stopped, passed) = (0, 0, 0)
        for seed in 1...20_000 {
            var random = SeededNumbers(seed: UInt64(seed))
            let drawn = Drawn(&random)
            let edge = EdgeScanner.best(
                drawn.tops, drawn.fees, buying: drawn.everyone, selling: drawn.everyone,
                minimum: drawn.minimum)
            if edge != nil {
                edges += 1
                #expect(drawn.bound == true, "seed \(seed)")
            } else if drawn.bound == true {
                passed += 1
            } else {
                stopped += 1
            }
        }
        #expect(edges > 1_000)
        #expect(stopped > passed)
    }

    @Test func `is the edge itself between two venues of one fee`() {
        let fee = Rate(hundredthsOfBasisPoint: 1_000)
        // 100.00 and 10 basis points each way: a bid of 100.21 earns 0.97 of a basis point.
        let ask = Price(raw: 100_00)
        for (bid, minimum, earns) in [
            (100_20, 0, false), (100_21, 0, true), (100_21, 97, true), (100_21, 98, false),
        ] {
            #expect(
                EdgeScanner.mayEarn(
                    Rate(hundredthsOfBasisPoint: Int64(minimum)), bid: Price(raw: Int64(bid)), ask: ask,
                    fee: fee)
                    == earns, "bid \(bid) at least \(minimum)")
        }
    }
}
