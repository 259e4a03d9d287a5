import Testing
import TradingModel

@testable import VenueKit

@Suite struct `A stranger's order` {
    @Test func `is canceled by the id that the venue gave it, at every venue`() {
        let access = DialectStand.access(key: "key", passphrase: "words", secret: "c2VjcmV0")
        let stamp = DialectStand.stamp(milliseconds: 1_607_418_537_715, nonce: 1_616_492_376_594)
        let order = OrderReference(
            id: .nobody, instrument: InstrumentID(0), side: .buy, venueOrderID: "42")
        let binance = BinanceRequestTests().binance.cancel(order, stamp, access)
        #expect(binance.target.contains("orderId=42") && !binance.target.contains("origClientOrderId"))
        let okx = OKXOrderTests().okx.cancel(order, stamp, access).text
        #expect(okx.contains("\"ordId\":\"42\"") && !okx.contains("clOrdId"))
        let bybit = BybitDialectTests.dialect().cancel(order, stamp, access).text
        #expect(bybit.contains("\"orderId\":\"42\"") && !bybit.contains("orderLinkId"))
        let kraken = KrakenAnswerTests().kraken.cancel(order, stamp, access).text
        #expect(kraken.contains("txid=42") && !kraken.contains("cl_ord_id"))
    }
}
