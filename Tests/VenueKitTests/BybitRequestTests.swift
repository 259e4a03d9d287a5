import Foundation
import Ports
import Testing
import TradingModel

@testable import VenueKit

@Suite struct BybitRequestTests {
    let bybit = BybitDialectTests.dialect()
    let access = DialectStand.access(key: "test_api_key", secret: "test_secret")

    /// Checks a request's headers against the documented prehash of what is sent.
    func checkSignature(_ plan: RequestPlan) {
        let payload = plan.method == "POST" ? plan.text : String(plan.target.split(separator: "?").last ?? "")
        let prehash = "1700000000000test_api_key5000" + payload
        #expect(plan.header("X-BAPI-SIGN") == Hex.encode(access.signer.hmacSHA256(Array(prehash.utf8))))
        #expect(plan.header("X-BAPI-API-KEY") == "test_api_key")
        #expect(plan.header("X-BAPI-TIMESTAMP") == "1700000000000")
        #expect(plan.header("X-BAPI-RECV-WINDOW") == "5000")
        #expect(plan.header("Content-Type") == (plan.method == "POST" ? "application/json" : nil))
    }

    @Test(arguments: [
        (TimeInForce.immediateOrCancel, "IOC"), (.goodTillCanceled, "GTC"), (.fillOrKill, "FOK"),
        (.postOnly, "PostOnly"),
    ])
    func `an order is spelled as the venue wants it`(timeInForce: TimeInForce, name: String) {
        let plan = bybit.place(DialectStand.order(timeInForce, .sell), DialectStand.stamp, access)
        #expect(plan.method == "POST" && plan.target == "/v5/order/create")
        #expect(
            plan.text
                == "{\"category\":\"spot\",\"symbol\":\"BTCUSDT\",\"side\":\"Sell\",\"orderType\":\"Limit\","
                + "\"qty\":\"0.5\",\"price\":\"61000.5\",\"timeInForce\":\"\(name)\","
                + "\"orderLinkId\":\"\(DialectStand.id)\"}")
        checkSignature(plan)
    }

    @Test func `cancel, query, open orders, fills and balances are signed`() {
        let stamp = DialectStand.stamp
        let cancel = bybit.cancel(DialectStand.reference, stamp, access)
        #expect(cancel.method == "POST" && cancel.target == "/v5/order/cancel")
        #expect(
            cancel.text
                == "{\"category\":\"spot\",\"symbol\":\"BTCUSDT\",\"orderLinkId\":\"\(DialectStand.id)\"}")
        let query = bybit.query(DialectStand.reference, stamp, access)
        let named = "?category=spot&symbol=BTCUSDT&orderLinkId=\(DialectStand.id)"
        #expect(query.target == "/v5/order/realtime" + named)
        #expect(
            bybit.queryFallback(DialectStand.reference, stamp, access)?.target == "/v5/order/history" + named)
        let open = bybit.openOrders(InstrumentID(1), stamp, access)
        #expect(open.target == "/v5/order/realtime?category=spot&symbol=ETHUSDT&openOnly=0&limit=50")
        let since = Moment(nanoseconds: 1_699_900_000_123_456_789)
        let fills = bybit.fills(InstrumentID(0), since: since, page: nil, stamp, access)
        #expect(
            fills.target
                == "/v5/execution/list?category=spot&symbol=BTCUSDT&startTime=1699900000123&limit=100")
        let balances = bybit.balances(stamp, access)
        #expect(balances.target == "/v5/account/wallet-balance?accountType=UNIFIED")
        for plan in [cancel, query, open, fills, balances] { checkSignature(plan) }
    }

    @Test func `what lies further back than the endpoint's week is read week by week, to the end`() throws {
        let now = DialectStand.stamp.venueTime
        let week: Int64 = 7 * 86_400_000 - 60_000
        #expect(bybit.firstFillsPage(since: now - .seconds(6 * 86_400), at: now) == nil)
        let since = now - .seconds(17 * 86_400)
        var page = try #require(bybit.firstFillsPage(since: since, at: now))
        var starts: [Int64] = []
        for _ in 0..<3 {
            let plan = bybit.fills(InstrumentID(0), since: since, page: page, DialectStand.stamp, access)
            let start = since.milliseconds + Int64(starts.count) * week
            starts.append(start)
            let end = min(start + week, now.milliseconds)
            #expect(plan.target.contains("&startTime=\(start)&limit=100&endTime=\(end)"))
            #expect(!plan.target.contains("cursor"))
            // A page within the window, then the next window.
            let window = try #require(HistoryWindow(page))
            let inside = try #require(window.next("a b", by: now))
            let more = bybit.fills(InstrumentID(0), since: since, page: inside, DialectStand.stamp, access)
            #expect(more.target.contains("&startTime=\(start)&") && more.target.contains("cursor=a%20b"))
            guard let next = HistoryWindow(inside)?.next("", by: now) else { break }
            page = next
        }
        #expect(starts.count == 3, "seventeen days are three windows")
        #expect(HistoryWindow(page)?.next("", by: now) == nil)
    }

    @Test func `a limit that cannot be is no statement about usage`() {
        func stated(_ limit: String, _ left: String) -> StatedUsage? {
            let headers = [HTTPHeader("x-bapi-limit", limit), HTTPHeader("x-bapi-limit-status", left)]
            return bybit.statedUsage(DialectStand.response("{}", headers: headers))
        }
        #expect(stated("20", "5") == StatedUsage(used: 15, limit: 20))
        #expect(stated("-1", "-1") == nil && stated("-1", "0") == nil && stated("5", "6") == nil)
    }

    @Test func `a full page of open orders is not the whole list`() {
        let row = BybitPrivateTests.orderRow([:])
        let rows = Array(repeating: row, count: BybitDialect.openPerPage).joined(separator: ",")
        let body = #"{"retCode":0,"retMsg":"OK","result":{"list":[\#(rows)]}}"#
        #expect(throws: VenueFault.partialList(orders: 50)) {
            try bybit.decodeOpenOrders(DialectStand.response(body), of: InstrumentID(0))
        }
    }

    @Test func `public requests carry no key`() {
        #expect(bybit.timeRequest().target == "/v5/market/time")
        #expect(bybit.filtersRequest().target == "/v5/market/instruments-info?category=spot")
        let one = BybitDialect(
            profile: bybit.profile,
            symbols: SymbolTable([DialectStand.listing(BybitDialectTests.bitcoin, "BTCUSDT")]))
        #expect(one.filtersRequest().target == "/v5/market/instruments-info?category=spot&symbol=BTCUSDT")
        #expect(bybit.timeRequest().headers.isEmpty && bybit.filtersRequest().headers.isEmpty)
    }
}
