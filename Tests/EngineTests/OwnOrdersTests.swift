import Books
import Engine
import Orders
import Strategies
import Testing
import TradingModel

/// What of ours rests in a venue's book is nothing that we could take.
@Suite struct `The books show` {
    /// A bid of ours is meant for 99.85 at venue 0, where others bid as much; it is durable.
    private func stage(ownOrdersShow: Bool = true) throws -> (stage: Stage, bid: OrderIntent) {
        var stage = Stage {
            $0.takerTaker = []
            $0.makerTaker = [Stage.maker()]
            $0.ownOrdersShow = ownOrdersShow
        }
        stage.process(.deadMan(VenueID(0), isArmed: true))
        stage.quote(0, bid: 99_85, ask: 101_00)
        stage.quote(1, bid: 100_00, ask: 100_10)
        let bid = try #require(stage.persisted().first)
        #expect(bid.limit == Price(raw: 99_85) && bid.quantity == Quantity(raw: 100_000))
        stage.durable([bid])
        return (stage, bid)
    }

    private func shown(_ stage: Stage, _ venue: Int = 0) -> Int64 {
        stage.engine.books[0].tops[venue].bid.quantity.raw
    }

    @Test func `others' orders alone from when ours is sent, and all again when it has ended`() throws {
        var (stage, bid) = try stage()
        #expect(shown(stage) == 400_000, "it may rest already")
        stage.accept(bid)
        #expect(shown(stage) == 400_000)
        #expect(shown(stage, 1) == 500_000, "nothing rests there")
        stage.fill(bid, part: 30_000)
        #expect(shown(stage) == 430_000)
        stage.report(bid, .canceled, filled: 30_000)
        #expect(shown(stage) == 500_000)
    }

    @Test func `everything on paper, where no order of ours rests`() throws {
        var (stage, bid) = try stage(ownOrdersShow: false)
        stage.accept(bid)
        #expect(shown(stage) == 500_000)
    }

    @Test func `no order that cannot rest as one that does`() throws {
        var stage = Stage {
            $0.makerTaker = [Stage.maker()]
            $0.sizing = nil
        }
        let legs = stage.sentPair()
        #expect(legs[0].venue == VenueID(0) && legs[0].limit == Price(raw: 100_02))
        stage.quote(1, bid: 100_00, ask: 100_10)
        stage.process(.deadMan(VenueID(0), isArmed: true))
        stage.advance(.seconds(1))
        stage.ladder(0, bids: [(100_02, 500_000), (99_85, 500_000)], asks: [(101_00, 500_000)])
        stage.quote(1, bid: 100_00, ask: 100_10)
        #expect(stage.rested().count == 1)
        #expect(shown(stage) == 500_000)
        #expect(stage.engine.books[0].level(.sell, 0, 1)?.quantity == Quantity(raw: 400_000))
    }

    @Test func `each venue's quotes at that venue alone`() {
        var other = Stage.maker()
        other.quoteVenue = VenueID(1)
        var stage = Stage {
            $0.takerTaker = []
            $0.makerTaker = [Stage.maker(), other]
        }
        for venue in 0..<2 { stage.process(.deadMan(VenueID(venue), isArmed: true)) }
        for venue in 0..<2 {
            stage.ladder(venue, bids: [(100_00, 500_000), (99_85, 500_000)], asks: [(101_00, 500_000)])
        }
        #expect(stage.rested().map(\.venue.index).sorted() == [0, 1])
        for slot in 0..<2 {
            #expect(stage.engine.books[0].level(.sell, slot, 1)?.quantity == Quantity(raw: 400_000))
        }
    }
}
