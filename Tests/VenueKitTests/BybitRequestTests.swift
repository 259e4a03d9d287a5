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

    @Test func `fills are never asked for beyond the endpoint's week`() {
        let plan = bybit.fills(InstrumentID(0), since: .distantPast, page: nil, DialectStand.stamp, access)
        let week: Int64 = 1_700_000_000_000 - 7 * 86_400_000
        #expect(plan.target.contains("startTime=\(week + 60_000)&"))
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
