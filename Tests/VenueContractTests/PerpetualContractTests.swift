import Ports
import SimulatedWorld
import Testing
import TradingModel
import VenueKit

/// What only a segment of perpetuals has: positions, margin, funding, reduce-only.
@Suite struct PerpetualContractTests {
    /// The first listing's base quantity, 10^8 to the unit: 0.1 BTC.
    private static let quantity = Quantity(raw: 10_000_000)

    private func order(
        _ number: UInt64, _ side: Side, _ quantity: Quantity = quantity, reduceOnly: Bool = false
    ) -> OrderIntent {
        var order = OrderIntent(
            id: ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: number, leg: 0, attempt: 0),
            venue: VenueID(0), instrument: InstrumentID(0), side: side, quantity: quantity,
            limit: Price(raw: side == .buy ? 62_000_00000000 : 58_000_00000000),
            timeInForce: .immediateOrCancel, purpose: .open, decidedAt: .distantPast,
            sendBefore: .distantFuture)
        order.reduceOnly = reduceOnly
        return order
    }

    private func positions(_ meeting: VenueMeeting) throws -> [PositionReport] {
        let plan = try #require(meeting.dialect.positions(meeting.stamp, meeting.access))
        return try meeting.dialect.decodePositions(meeting.ask(plan))
    }

    private func wallet(_ meeting: VenueMeeting) throws -> Amount {
        let plan = meeting.dialect.balances(meeting.stamp, meeting.access)
        let balances = try meeting.dialect.decodeBalances(meeting.ask(plan))
        return try #require(balances.first { $0.asset == Asset("USDT") }).total
    }

    private func fills(_ meeting: VenueMeeting) -> [FillReport] {
        meeting.wait(.milliseconds(300))
        return meeting.privateFrames().flatMap(\.fills)
    }

    /// The ledger's way: what each fill moved, at its own price.
    private func atCost(_ fills: [FillReport]) -> Amount {
        fills.reduce(.zero) { sum, fill in
            let notional = Amount(raw: Int128(fill.price.raw) * Int128(fill.quantity.raw) * 100)
            return sum + (fill.side == .buy ? -notional : notional) - fill.fee
        }
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `fills at cost, and the wallet less what the position cost, are the same money to a cent`(
        _ venue: String
    ) throws {
        let meeting = try VenueMeeting(venue)
        let isReady = try meeting.login()
        #expect(isReady)
        let start = try wallet(meeting)
        var told: [FillReport] = []
        // Short, less short, flat, long: opening, reducing and turning round.
        let trades: [(Side, Int64)] = [(.sell, 10), (.sell, 7), (.buy, 5), (.buy, 15), (.sell, 2)]
        var held: Int64 = 0
        for (number, (side, lots)) in trades.enumerated() {
            let quantity = Quantity(raw: lots * 1_000_000)
            guard case .accepted = meeting.place(order(UInt64(number + 1), side, quantity)) else {
                Issue.record("\(venue) refused order \(number)")
                return
            }
            told += fills(meeting)
            held += side == .buy ? quantity.raw : -quantity.raw
            let position = try positions(meeting).first { $0.instrument == InstrumentID(0) }
            #expect(position?.quantity.raw ?? 0 == held)
            let cost = position?.entryCost ?? .zero
            let difference = try wallet(meeting) - cost - (start + atCost(told))
            #expect(
                difference.magnitude < Amount(raw: 10_000_000_000_000_000), "after \(number): \(difference)")
        }
        #expect(told.allSatisfy { $0.feeAsset == Asset("USDT") && $0.fee > .zero })
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `a reduce-only order never opens`(_ venue: String) throws {
        let meeting = try VenueMeeting(venue)
        guard case .refused = meeting.place(order(1, .sell, reduceOnly: true)) else {
            Issue.record("\(venue) took a reduce-only order with nothing to reduce")
            return
        }
        _ = meeting.place(order(2, .buy))
        guard case .accepted = meeting.place(order(3, .sell, reduceOnly: true)) else {
            Issue.record("\(venue) refused to reduce")
            return
        }
        #expect(try positions(meeting).allSatisfy { $0.quantity == .zero })
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `what the margin does not carry is refused`(_ venue: String) throws {
        let meeting = try VenueMeeting(venue)
        // 400,000 of equity, 60,000 a unit: 25 at three times the equity are too many.
        guard case .refused(let code, _) = meeting.place(order(1, .buy, Quantity(raw: 25 * 100_000_000)))
        else {
            Issue.record("\(venue) took an order beyond its margin")
            return
        }
        #expect(code == ["okx-swap": "51008", "bybit-linear": "110007"][venue])
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `funding payments are listed once each, oldest first, with what the wallet moved by`(
        _ venue: String
    ) throws {
        let meeting = try VenueMeeting(venue)
        let start = meeting.now
        (meeting.double as? any SimulatedVenue)?.fundingInterval = .seconds(1)
        _ = meeting.place(order(1, .sell))
        meeting.wait(.milliseconds(1_500))
        let first = try wallet(meeting)
        let since = meeting.now
        meeting.wait(.seconds(5))
        let second = try wallet(meeting)
        var payments: [FundingReport] = []
        var page: FillsCursor?
        repeat {
            let plan = try #require(
                meeting.dialect.fundings(since: start, page: page, meeting.stamp, meeting.access))
            let told = try meeting.dialect.decodeFundings(
                meeting.ask(plan), since: start, page: page, at: meeting.now)
            payments += told.payments
            page = told.next
        } while page != nil
        payments.sort { $0.venueTime < $1.venueTime }
        #expect(payments.count >= 5)
        #expect(Set(payments.map(\.id)).count == payments.count)
        #expect(zip(payments, payments.dropFirst()).allSatisfy { $0.venueTime <= $1.venueTime })
        let between = payments.filter { $0.venueTime > since && $0.venueTime <= since + .seconds(5) }
        #expect(second - first == between.reduce(.zero) { $0 + $1.amount })
    }

    @Test(arguments: DoubleCatalog.perpetualVenues)
    func `an account that is set up for it has no problems`(_ venue: String) throws {
        let meeting = try VenueMeeting(venue)
        let plan = try #require(meeting.dialect.accountMode(meeting.stamp, meeting.access))
        #expect(try meeting.dialect.decodeAccountMode(meeting.ask(plan)).isEmpty)
    }
}
