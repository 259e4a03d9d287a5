import Ports
import SimulatedWorld
import Testing
import TradingModel
import VenueKit

/// Dialect and double, written apart, agree on what an amend is.
@Suite struct AmendContractTests {
    private static let old = OrderTerms(
        quantity: Quantity(raw: 200_000), limit: Price(raw: 40_000 * 100_000_000))
    private static let new = OrderTerms(
        quantity: Quantity(raw: 300_000), limit: Price(raw: 41_000 * 100_000_000))

    private func resting(_ desk: OrderContractTests.Desk, _ number: UInt64) throws -> OrderReference {
        let order = desk.order(number, .buy, Self.old.quantity.raw, at: 40_000, .postOnly)
        guard case .accepted(let venueOrderID) = desk.meeting.place(order) else {
            throw VenueFault.quarantined(.missingField)
        }
        return OrderContractTests.reference(number, venueOrderID: venueOrderID)
    }

    private func amend(
        _ desk: OrderContractTests.Desk, _ order: OrderReference, _ terms: OrderTerms
    ) -> AmendAnswer? {
        let amendment = Amendment(
            order: order, venue: VenueID(0), terms: terms, decidedAt: desk.meeting.now,
            sendBefore: .distantFuture)
        let (meeting, dialect) = (desk.meeting, desk.meeting.dialect)
        return dialect.amend(amendment, meeting.stamp, meeting.access).map {
            dialect.decodeAmend(.response(meeting.ask($0)))
        }
    }

    @Test(arguments: DoubleCatalog.venues)
    func `an order is amended, told so and found so where the catalog says, and nowhere else`(
        _ venue: String
    ) throws {
        var desk = try OrderContractTests.Desk(venue)
        let order = OrderContractTests.reference(1)
        guard DialectCatalog.amends(venue) else {
            #expect(amend(desk, order, Self.new) == nil)
            return
        }
        let standing = try resting(desk, 1)
        #expect(amend(desk, standing, Self.new) == .amended)
        desk.listen()
        let told = try #require(desk.orders[order.id])
        #expect(told.state == .working && told.venueOrderID == standing.venueOrderID)
        #expect(told.quantity == Self.new.quantity && told.limit == Self.new.limit)
        guard case .found(let found) = desk.meeting.query(standing) else {
            Issue.record("an amended order keeps its ids")
            return
        }
        #expect(found.quantity == Self.new.quantity && found.limit == Self.new.limit)
        #expect(try desk.open(0).map(\.limit) == [Self.new.limit])
    }

    @Test func `at Kraken a price that would take is refused, and what has ended is unknown`() throws {
        var desk = try OrderContractTests.Desk("kraken")
        let order = try resting(desk, 1)
        let taking = OrderTerms(quantity: Self.new.quantity, limit: Price(raw: 90_000 * 100_000_000))
        guard case .refused(let code, _)? = amend(desk, order, taking) else {
            Issue.record("it would have taken")
            return
        }
        #expect(code == "EOrder:Post only order")
        #expect(try desk.open(0).map(\.limit) == [Self.old.limit], "it stands as it did")
        #expect(desk.meeting.cancel(order) == .accepted)
        desk.listen()
        #expect(amend(desk, order, Self.new) == .unknownOrder)
        #expect(desk.orders[order.id]?.state == .canceled)
    }
}
