import Ports
import SimulatedWorld
import Testing
import TradingModel
import VenueKit

/// The same life of orders for every venue: signed requests in, answers and the private stream out.
@Suite struct OrderContractTests {
    /// A logged-in meeting with what the private stream told so far.
    struct Desk {
        let meeting: VenueMeeting
        let start: Moment
        var fills: [FillReport] = []
        var orders: [ClientOrderID: OrderReport] = [:]

        init(_ venue: String) throws {
            meeting = try VenueMeeting(venue)
            let isReady = try meeting.login()
            #expect(isReady)
            start = meeting.now
        }

        mutating func listen() {
            meeting.wait(.milliseconds(300))
            for frame in meeting.privateFrames() {
                fills += frame.fills
                for order in frame.orders { if let id = order.clientID { orders[id] = order } }
            }
        }

        /// A limit order around 60,000, where the doubles' bitcoin lives.
        func order(
            _ number: UInt64, _ side: Side, _ quantity: Int64, at units: Int64, _ timeInForce: TimeInForce
        ) -> OrderIntent {
            OrderIntent(
                id: OrderContractTests.id(number), venue: VenueID(0), instrument: InstrumentID(0), side: side,
                quantity: Quantity(raw: quantity), limit: Price(raw: units * 100_000_000),
                timeInForce: timeInForce, purpose: .open, decidedAt: meeting.now, sendBefore: .distantFuture)
        }

        func balances() throws -> [BalanceReport] {
            try meeting.dialect.decodeBalances(
                meeting.ask(meeting.dialect.balances(meeting.stamp, meeting.access)))
        }

        func open(_ instrument: Int) throws -> [OrderReport] {
            let plan = meeting.dialect.openOrders(InstrumentID(instrument), meeting.stamp, meeting.access)
            return try meeting.dialect.decodeOpenOrders(meeting.ask(plan), of: InstrumentID(instrument))
        }

        func listedFills() throws -> [FillReport] {
            var history = FillsGathering()
            repeat {
                let page = history.next
                let plan = meeting.dialect.fills(
                    InstrumentID(0), since: start, page: page, meeting.stamp, meeting.access)
                try history.add(
                    meeting.dialect.decodeFills(meeting.ask(plan), of: InstrumentID(0), page: page))
            } while history.next != nil
            return history.fills
        }
    }

    static func id(_ number: UInt64) -> ClientOrderID {
        ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: number, leg: 1, attempt: 0)
    }

    static func reference(_ number: UInt64, venueOrderID: String = "") -> OrderReference {
        OrderReference(id: id(number), instrument: InstrumentID(0), side: .buy, venueOrderID: venueOrderID)
    }

    @Test(arguments: DoubleCatalog.venues) func `a taking order is accepted, filled, told, found`(
        _ venue: String
    ) throws {
        var desk = try Desk(venue)
        let id = OrderContractTests.id(1)
        guard
            case .accepted(let venueID) = desk.meeting.place(
                desk.order(1, .buy, 50_000_000, at: 62_000, .immediateOrCancel))
        else {
            Issue.record("not accepted")
            return
        }
        desk.listen()
        let told = try #require(desk.orders[id])
        #expect(told.state == .filled && told.venueOrderID == venueID && told.filled == told.quantity)
        #expect(desk.fills.count > 1, "the order crosses several levels")
        #expect(desk.fills.reduce(Quantity.zero) { $0 + $1.quantity } == told.filled)
        let inQuote = venue == "kraken" || desk.meeting.isPerpetual
        for fill in desk.fills {
            #expect(fill.clientID == id && fill.venueOrderID == venueID && fill.side == .buy && !fill.isMaker)
            #expect(fill.fee.raw > 0 && fill.feeAsset == Asset(inQuote ? "USDT" : "BTC"))
        }
        #expect(Set(desk.fills.map(\.tradeID)).count == desk.fills.count)
        for known in ["", venueID] {
            guard
                case .found(let report) = desk.meeting.query(
                    OrderContractTests.reference(1, venueOrderID: known))
            else {
                Issue.record("not found")
                continue
            }
            #expect(report.state == .filled && report.filled == told.filled && report.clientID == id)
            #expect(report.venueOrderID == venueID && report.evidence == .query)
        }
    }

    @Test(arguments: DoubleCatalog.venues) func `a taking order that finds nothing ends without a fill`(
        _ venue: String
    ) throws {
        var desk = try Desk(venue)
        _ = desk.meeting.place(desk.order(2, .buy, 1_000_000, at: 50_000, .immediateOrCancel))
        desk.listen()
        let told = try #require(desk.orders[OrderContractTests.id(2)])
        #expect(told.state == .canceled || told.state == .expired)
        #expect(told.filled == .zero && desk.fills.isEmpty)
        guard case .found(let report) = desk.meeting.query(OrderContractTests.reference(2)) else {
            Issue.record("an ended order is still known")
            return
        }
        #expect(report.state == told.state && report.filled == .zero)
    }

    @Test(arguments: DoubleCatalog.venues) func `a resting order is listed, held, canceled once`(
        _ venue: String
    ) throws {
        var desk = try Desk(venue)
        guard case .accepted = desk.meeting.place(desk.order(3, .buy, 1_000_000, at: 57_000, .postOnly))
        else {
            Issue.record("not accepted")
            return
        }
        desk.listen()
        #expect(desk.orders[OrderContractTests.id(3)]?.state == .working)
        #expect(try desk.open(0).map(\.clientID) == [OrderContractTests.id(3)])
        #expect(try desk.open(1).isEmpty)
        // At a perpetual margin is held instead of balances.
        let held = try desk.balances()
        for balance in desk.meeting.double.truth.balances where !desk.meeting.isPerpetual {
            let told = held.first { $0.asset.code == balance.asset }
            #expect(told?.total == balance.total && told?.available == balance.available)
        }
        #expect(desk.meeting.isPerpetual || held.contains { $0.available < $0.total })

        #expect(desk.meeting.cancel(OrderContractTests.reference(3)) == .accepted)
        desk.listen()
        #expect(desk.orders[OrderContractTests.id(3)]?.state == .canceled)
        #expect(desk.meeting.cancel(OrderContractTests.reference(3)) == .unknownOrder)
        #expect(try desk.open(0).isEmpty)
    }

    @Test(arguments: DoubleCatalog.venues)
    func `a second order with a live id is never accepted nor plainly refused`(
        _ venue: String
    ) throws {
        let desk = try Desk(venue)
        let order = desk.order(4, .buy, 1_000_000, at: 57_000, .postOnly)
        guard case .accepted = desk.meeting.place(order) else {
            Issue.record("not accepted")
            return
        }
        guard case .ambiguous(let code) = desk.meeting.place(order) else {
            Issue.record("a duplicate needs a query to decide")
            return
        }
        #expect(code.hasPrefix("duplicate:"))
        #expect(desk.meeting.double.truth.orders.count { $0.clientID == order.id.description } == 1)
    }

    @Test(arguments: DoubleCatalog.venues)
    func `what was never sent is absent, what cannot be paid is refused`(
        _ venue: String
    ) throws {
        let desk = try Desk(venue)
        #expect(desk.meeting.query(OrderContractTests.reference(99)) == .absent)
        #expect(desk.meeting.cancel(OrderContractTests.reference(99)) == .unknownOrder)
        let answer = desk.meeting.place(desk.order(5, .buy, 2_000_000_000, at: 58_000, .immediateOrCancel))
        guard case .refused = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(desk.meeting.query(OrderContractTests.reference(5)) == .absent)
    }

    @Test(arguments: DoubleCatalog.venues) func `fills asked for later are the fills that were told`(
        _ venue: String
    ) throws {
        var desk = try Desk(venue)
        _ = desk.meeting.place(desk.order(6, .buy, 50_000_000, at: 62_000, .immediateOrCancel))
        desk.listen()
        _ = desk.meeting.place(desk.order(7, .sell, 20_000_000, at: 58_000, .immediateOrCancel))
        desk.listen()
        func identity(_ fill: FillReport) -> [String] {
            [
                fill.tradeID, fill.venueOrderID, "\(fill.price) \(fill.quantity) \(fill.fee)",
                fill.feeAsset.code,
                "\(fill.side) \(fill.isMaker)",
            ]
        }
        let listed = try desk.listedFills()
        #expect(listed.map(identity) == desk.fills.map(identity))
        #expect(listed.contains { $0.side == .sell } && listed.contains { $0.side == .buy })
    }

    @Test(arguments: DoubleCatalog.venues) func `a wrong secret is refused by every private request`(
        _ venue: String
    ) throws {
        let desk = try Desk(venue)
        let stranger = VenueAccess(
            apiKey: VenueMeeting.key, passphrase: VenueMeeting.phrase,
            signer: MeetingSigner(secret: "b3RoZXItc2VjcmV0"))
        let meeting = desk.meeting
        let order = desk.order(8, .buy, 1_000_000, at: 57_000, .postOnly)
        let placed = meeting.dialect.decodePlace(
            .response(meeting.ask(meeting.dialect.place(order, meeting.stamp, stranger))))
        guard case .refused = placed else {
            Issue.record("\(placed)")
            return
        }
        #expect(meeting.double.truth.orders.isEmpty)
        #expect(throws: VenueFault.self) {
            try meeting.dialect.decodeBalances(
                meeting.ask(meeting.dialect.balances(meeting.stamp, stranger)))
        }
    }
}
