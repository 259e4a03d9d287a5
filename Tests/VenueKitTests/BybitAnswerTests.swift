import Foundation
import Ports
import Testing
import TradingModel

@testable import VenueKit

@Suite struct BybitAnswerTests {
    let bybit = BybitDialectTests.dialect()

    static func answer(_ code: Int, _ message: String, _ result: String = "{}") -> String {
        "{\"retCode\":\(code),\"retMsg\":\"\(message)\",\"result\":\(result),\"time\":1672211918471}"
    }
    static func list(_ rows: String...) -> String {
        answer(0, "OK", "{\"list\":[\(rows.joined(separator: ","))],\"category\":\"spot\"}")
    }

    static let placed: [(RequestOutcome, PlaceAnswer)] = [
        (
            DialectStand.outcome(answer(0, "OK", #"{"orderId":"1321","orderLinkId":"x"}"#)),
            .accepted(venueOrderID: "1321")
        ),
        (.fault(.neverSent("refused")), .neverSent("refused")),
        (.fault(.lost("reset")), .ambiguous(code: "lost")),
        (.fault(.timedOut), .ambiguous(code: "timed-out")),
        (
            DialectStand.outcome(answer(170_131, "Insufficient balance.")),
            .refused(code: "170131", message: "Insufficient balance.")
        ),
        (
            DialectStand.outcome(answer(170_141, "Duplicate clientOrderId")),
            .ambiguous(code: "duplicate:170141")
        ),
        (
            DialectStand.outcome(answer(110_072, "OrderLinkedID is duplicate")),
            .ambiguous(code: "duplicate:110072")
        ),
        (DialectStand.outcome(answer(999, "profile says so")), .ambiguous(code: "duplicate:999")),
        (DialectStand.outcome(answer(10_006, "Too many visits")), .ambiguous(code: "10006")),
        (DialectStand.outcome(answer(10_016, "Server error")), .ambiguous(code: "10016")),
        (DialectStand.outcome(answer(170_007, "Timeout")), .ambiguous(code: "170007")),
        (DialectStand.outcome(answer(10_002, "timestamp")), .refused(code: "10002", message: "timestamp")),
        (DialectStand.outcome(answer(0, "OK")), .ambiguous(code: "no-order-id")),
        (DialectStand.outcome(answer(0, "OK", "null"), status: 302), .ambiguous(code: "http-302:no-result")),
        (DialectStand.outcome("", status: 429), .ambiguous(code: "http-429")),
        (DialectStand.outcome("<html>", status: 403), .ambiguous(code: "http-403")),
        (DialectStand.outcome(answer(10_003, "key"), status: 503), .ambiguous(code: "http-503")),
        (DialectStand.outcome("", status: 401), .refused(code: "401", message: "")),
        (DialectStand.outcome(answer(10_003, "key"), status: 401), .refused(code: "10003", message: "key")),
        (DialectStand.outcome("{\"retCode\":0,", status: 200), .ambiguous(code: "http-200:unreadable")),
        (DialectStand.outcome("<html>", status: 404), .ambiguous(code: "http-404:unreadable")),
    ]
    @Test(arguments: placed.indices)
    func `an order is accepted or refused by proof alone`(index: Int) {
        #expect(bybit.decodePlace(BybitAnswerTests.placed[index].0) == BybitAnswerTests.placed[index].1)
    }

    @Test(arguments: [110_001, 170_139, 170_142, 170_143, 170_213])
    func `a cancel that comes too late finds no working order`(code: Int) {
        #expect(bybit.decodeCancel(DialectStand.outcome(BybitAnswerTests.answer(code, "x"))) == .unknownOrder)
    }

    @Test func `a cancel is accepted, refused or unclear`() {
        let done = DialectStand.outcome(BybitAnswerTests.answer(0, "OK", #"{"orderId":"1"}"#))
        #expect(bybit.decodeCancel(done) == .accepted)
        let refused = DialectStand.outcome(BybitAnswerTests.answer(170_145, "not supported"))
        #expect(bybit.decodeCancel(refused) == .refused(code: "170145", message: "not supported"))
        let timeout = DialectStand.outcome(BybitAnswerTests.answer(170_147, "Order cancellation timeout"))
        #expect(bybit.decodeCancel(timeout) == .ambiguous(code: "170147"))
        #expect(bybit.decodeCancel(.fault(.neverSent("x"))) == .ambiguous(code: "never-sent"))
    }

    @Test func `a query finds the order, proves its absence, or says nothing`() {
        func ask(_ body: String, status: Int = 200) -> QueryAnswer {
            bybit.decodeQuery(DialectStand.outcome(body, status: status), of: DialectStand.reference)
        }
        let row = BybitPrivateTests.orderRow(["orderStatus": "\"Filled\"", "cumExecQty": "\"0.5\""])
        guard case .found(let report) = ask(BybitAnswerTests.list(row)) else {
            Issue.record("not found")
            return
        }
        #expect(report.state == .filled && report.filled == report.quantity && report.evidence == .query)
        #expect(ask(BybitAnswerTests.list()) == .absent)
        let other = BybitPrivateTests.orderRow(["orderLinkId": "\"\(DialectStand.otherID)\""])
        #expect(ask(BybitAnswerTests.list(other)) == .ambiguous(code: "other-order"))
        let sold = BybitPrivateTests.orderRow(["side": "\"Sell\""])
        #expect(ask(BybitAnswerTests.list(sold)) == .ambiguous(code: "other-order"))
        #expect(ask(BybitAnswerTests.list(other, row)) == .found(report))
        #expect(ask(BybitAnswerTests.answer(0, "OK")) == .ambiguous(code: "no-list"))
        #expect(ask(BybitAnswerTests.answer(10_001, "bad")) == .ambiguous(code: "10001"))
        #expect(ask(BybitAnswerTests.list(), status: 500) == .ambiguous(code: "http-500"))
        let odd = BybitPrivateTests.orderRow(["orderStatus": "\"Odd\""])
        #expect(ask(BybitAnswerTests.list(odd)) == .ambiguous(code: "unknown-message"))
    }

    @Test func `open orders leave out those that ended and those of other symbols`() throws {
        let body = BybitAnswerTests.list(
            BybitPrivateTests.orderRow(), BybitPrivateTests.orderRow(["orderStatus": "\"Cancelled\""]),
            BybitPrivateTests.orderRow(["symbol": "\"ETHUSDT\""]),
            BybitPrivateTests.orderRow(["orderLinkId": "\"\"", "orderStatus": "\"PartiallyFilled\""]))
        let orders = try bybit.decodeOpenOrders(DialectStand.response(body), of: InstrumentID(0))
        #expect(orders.map(\.clientID) == [DialectStand.id, nil])
    }

    @Test func `fills come oldest first`() throws {
        let body = BybitAnswerTests.list(
            BybitPrivateTests.executionRow(["execId": "\"new\"", "execTime": "\"20\""]),
            BybitPrivateTests.executionRow(["execType": "\"Settle\""]),
            BybitPrivateTests.executionRow(["execId": "\"old\"", "execTime": "\"10\""]))
        let fills = try bybit.decodeFills(
            DialectStand.response(body), of: InstrumentID(0), page: nil
        ).fills
        #expect(fills.map(\.tradeID) == ["old", "new"])
        #expect(fills.allSatisfy { $0.evidence == .query && $0.clientID == DialectStand.id })
    }

    @Test func `errors keep their code and how long to wait`() {
        let limited = DialectStand.response(
            BybitAnswerTests.answer(10_006, "Too many visits!"), headers: [HTTPHeader("retry-after", "3")])
        let expected = VenueFault.refused(
            status: 200, code: "10006", message: "Too many visits!", retryAfter: .seconds(3))
        #expect(throws: expected) { try bybit.decodeBalances(limited) }
        #expect(throws: expected) { try bybit.decodeTime(limited) }
        #expect(throws: VenueFault.quarantined(.missingField)) {
            try bybit.decodeFills(DialectStand.response("{}"), of: InstrumentID(0), page: nil)
        }
        #expect(throws: VenueFault.quarantined(.html)) {
            try bybit.decodeFilters(DialectStand.response("<html>"))
        }
        #expect(throws: VenueFault.refused(status: 403, code: "http-403", message: "html", retryAfter: nil)) {
            try bybit.decodeFilters(DialectStand.response("<html>", status: 403))
        }
    }

    @Test func `the venue's clock is read to the nanosecond`() throws {
        let body = BybitAnswerTests.answer(
            0, "OK", #"{"timeSecond":"1688639403","timeNano":"1688639403423213947"}"#)
        #expect(try bybit.decodeTime(DialectStand.response(body)).nanoseconds == 1_688_639_403_423_213_947)
        let coarse = try bybit.decodeTime(DialectStand.response(BybitAnswerTests.answer(0, "OK")))
        #expect(coarse.milliseconds == 1_672_211_918_471)
    }

    @Test(.enabled(if: SharedMaterial.hasExamples)) func `the documented answers decode`() throws {
        let folder = "Bybit.Net/Bybit.UnitTests/Endpoints/V5Api/"
        func body(_ path: String) throws -> String { try SharedMaterial.example(folder + path) }
        #expect(
            bybit.decodePlace(DialectStand.outcome(try body("Trading/PlaceOrder.txt")))
                == .accepted(venueOrderID: "1321003749386327552"))
        #expect(bybit.decodeCancel(DialectStand.outcome(try body("Trading/CancelOrder.txt"))) == .accepted)
        let open = try bybit.decodeOpenOrders(
            DialectStand.response(try body("Trading/GetOrders.txt")), of: InstrumentID(1))
        #expect(open.map(\.quantity) == [Quantity(raw: 10_000_000)])
        let ended = try bybit.decodeOpenOrders(
            DialectStand.response(try body("Trading/GetOrderHistory.txt")), of: InstrumentID(0))
        #expect(ended.isEmpty)
        let balances = try bybit.decodeBalances(DialectStand.response(try body("Account/GetBalances.txt")))
        #expect(balances.map(\.asset.code) == ["BTC"])
        let filters = try bybit.decodeFilters(
            DialectStand.response(try body("ExchangeData/GetSpotSymbols.txt")))
        #expect(
            filters == [
                ListingFilters(
                    symbol: "BTCUSDT", tick: "0.01", lot: "0.000001", minimumQuantity: "0.000048",
                    minimumNotional: "1", trading: true)
            ])
        var dialect = bybit
        let book = dialect.snapshotFrame(try body("ExchangeData/GetOrderbook.txt"))
        #expect(book.kind == .book && book.books[0].lastSequence == 243_781)
    }
}
