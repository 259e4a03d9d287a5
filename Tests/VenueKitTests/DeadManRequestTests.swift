import Ports
import Testing
import TradingModel

@testable import VenueKit

@Suite struct DeadManRequestTests {
    let access = DialectStand.access(key: "key", passphrase: "words", secret: "c2VjcmV0")
    let stamp = DialectStand.stamp(milliseconds: 1_607_418_537_715, nonce: 1_616_492_376_594)

    private func base64(_ text: String) -> String {
        Base64.encode(access.signer.hmacSHA256(Array(text.utf8)))
    }

    @Test func `okx sets its countdown in seconds and switches it off with zero`() throws {
        let okx = OKXOrderTests().okx
        let plan = try #require(okx.deadMan(.seconds(60), stamp, access))
        #expect(plan.method == "POST" && plan.target == "/api/v5/trade/cancel-all-after")
        #expect(plan.text == "{\"timeOut\":\"60\"}")
        #expect(
            plan.header("OK-ACCESS-SIGN")
                == base64("2020-12-08T09:08:57.715ZPOST/api/v5/trade/cancel-all-after{\"timeOut\":\"60\"}"))
        #expect(okx.deadMan(.zero, stamp, access)?.text == "{\"timeOut\":\"0\"}")
        try okx.decodeDeadMan(
            DialectStand.response(
                #"{"code":"0","msg":"","data":[{"triggerTime":"1587971460","tag":"","ts":"1587971400"}]}"#))
        #expect(throws: VenueFault.quarantined(.missingField)) {
            try okx.decodeDeadMan(DialectStand.response(#"{"code":"0","msg":"","data":[]}"#))
        }
        let limited = VenueFault.refused(status: 429, code: "50011", message: "fast", retryAfter: nil)
        #expect(throws: limited) {
            try okx.decodeDeadMan(
                DialectStand.response(#"{"code":"50011","msg":"fast","data":[]}"#, status: 429))
        }
    }

    @Test func `kraken sets its countdown in seconds and switches it off with zero`() throws {
        let kraken = KrakenAnswerTests().kraken
        let plan = try #require(kraken.deadMan(.seconds(60), stamp, access))
        let body = "nonce=1616492376594&timeout=60"
        #expect(plan.target == "/0/private/CancelAllOrdersAfter" && plan.text == body)
        #expect(
            plan.header("API-Sign")
                == KrakenDialect.signature(plan.target, nonce: "1616492376594", body: body, access.signer))
        #expect(kraken.deadMan(.zero, stamp, access)?.text.hasSuffix("&timeout=0") == true)
        try kraken.decodeDeadMan(
            DialectStand.response(
                #"{"error":[],"result":{"currentTime":"2023-03-24T17:41:56Z","triggerTime":"0"}}"#))
        #expect(throws: VenueFault.self) {
            try kraken.decodeDeadMan(DialectStand.response(#"{"error":["EAPI:Invalid nonce"]}"#))
        }
    }

    @Test func `bybit sets how long its spot protection waits, and no request ends it`() throws {
        let bybit = BybitDialectTests.dialect()
        let plan = try #require(bybit.deadMan(.seconds(30), stamp, access))
        let body = "{\"product\":\"SPOT\",\"timeWindow\":30}"
        #expect(plan.target == "/v5/order/disconnected-cancel-all" && plan.text == body)
        let prehash = "1607418537715key5000" + body
        #expect(
            plan.header("X-BAPI-SIGN") == Hex.encode(access.signer.hmacSHA256(Array(prehash.utf8))))
        #expect(bybit.deadMan(.zero, stamp, access)?.target == nil)
        try bybit.decodeDeadMan(DialectStand.response(#"{"retCode":0,"retMsg":"success"}"#))
        #expect(throws: VenueFault.self) {
            try bybit.decodeDeadMan(DialectStand.response(#"{"retCode":10005,"retMsg":"denied"}"#))
        }
    }

    @Test func `bybit's private stream names the protection only where it is used`() {
        func topics(_ rule: DeadManRule?) -> String {
            let symbols = BybitDialectTests.dialect().symbols
            let profile = DialectStand.profile("bybit", proof: .consecutive, deadMan: rule)
            var bybit = BybitDialect(profile: profile, symbols: symbols)
            let frame = bybit.privateFrame(#"{"success":true,"op":"auth"}"#)
            return String(decoding: frame.replies.first ?? [], as: UTF8.self)
        }
        #expect(!topics(nil).contains("dcp"))
        let rule = DeadManRule(trigger: .disconnection, window: .seconds(30), refresh: .seconds(15))
        #expect(topics(rule).contains("\"dcp.spot\""))
    }

    @Test func `binance has none`() {
        let binance = BinanceAnswerTests().binance
        #expect(binance.deadMan(.seconds(60), stamp, access)?.target == nil)
        #expect(throws: VenueFault.quarantined(.unknownMessage)) {
            try binance.decodeDeadMan(DialectStand.response("{}"))
        }
    }
}
