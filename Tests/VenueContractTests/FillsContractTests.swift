import Ports
import SimulatedWorld
import Testing
import TradingModel
import VenueKit

/// A gap of the private stream may hold more fills than a page of the venue's history.
@Suite struct FillsContractTests {
    @Test(arguments: DoubleCatalog.venues)
    func `all of 250 fills in a gap are read, each once, the oldest first`(_ venue: String) throws {
        var desk = try OrderContractTests.Desk(venue)
        let isFound = { desk.meeting.double.truth.fillCount >= 250 }
        var number: UInt64 = 100
        while !isFound(), number < 600 {
            let side: Side = number.isMultiple(of: 2) ? .buy : .sell
            _ = desk.meeting.place(
                desk.order(number, side, 20_000_000, at: side == .buy ? 62_000 : 58_000, .immediateOrCancel))
            number += 1
            // Kraken's counters empty slowly, and the house needs a moment to quote again.
            desk.meeting.wait(.milliseconds(400))
        }
        desk.listen()
        let truth = desk.meeting.double.truth.fillCount
        try #require(truth >= 250)
        let told = desk.fills.map(\.tradeID)
        #expect(told.count == truth)
        let listed = try desk.listedFills()
        #expect(Set(listed.map(\.tradeID)).count == listed.count, "each once")
        #expect(listed.map(\.tradeID) == told, "all of them, in the order in which they happened")
        #expect(zip(listed, listed.dropFirst()).allSatisfy { $0.venueTime <= $1.venueTime })
    }
}
