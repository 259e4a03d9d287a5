import Testing
import TradingModel

@testable import VenueKit

@Suite struct FillsPageTests {
    static func fill(_ trade: String, order: String = "o", at second: Int64) -> FillReport {
        FillReport(
            instrument: InstrumentID(0), clientID: nil, venueOrderID: order, tradeID: trade, side: .buy,
            price: Price(raw: 1), quantity: Quantity(raw: 1), fee: .zero, feeAsset: Asset("BTC"),
            isMaker: false, evidence: .query, venueTime: Moment(nanoseconds: second * 1_000_000_000))
    }

    static func page(_ fills: [FillReport], _ next: String?, isOlder: Bool) -> FillsPage {
        FillsPage(fills: fills, next: next.map { FillsCursor($0, isOlder: isOlder) })
    }

    @Test(arguments: [true, false])
    func `pages are joined oldest first, whichever way the venue lists them`(newestFirst: Bool) throws {
        var pages = [["1", "2"], ["3", "4"], ["5"]]
        if newestFirst { pages.reverse() }
        var history = FillsGathering()
        for (index, names) in pages.enumerated() {
            // All in one second: only the venue's own order can tell them apart.
            let fills = names.map { Self.fill($0, at: 7) }
            let next = index == 2 ? nil : "page \(index)"
            try history.add(Self.page(fills, next, isOlder: newestFirst))
            #expect((history.next == nil) == (index == 2))
        }
        #expect(history.fills.map(\.tradeID) == ["1", "2", "3", "4", "5"])
    }

    @Test func `a fill told twice counts once, both sides of a trade with oneself count`() throws {
        var history = FillsGathering()
        try history.add(
            Self.page([Self.fill("2", at: 2), Self.fill("3", at: 3)], "a", isOlder: true))
        try history.add(
            Self.page(
                [Self.fill("1", at: 1), Self.fill("2", at: 2), Self.fill("2", order: "p", at: 2)], nil,
                isOlder: true))
        #expect(history.fills.map { $0.tradeID + $0.venueOrderID } == ["1o", "2p", "2o", "3o"])
    }

    @Test func `a history that does not end is an error`() throws {
        var history = FillsGathering()
        for number in 1..<FillsGathering.pageLimit {
            try history.add(Self.page([], String(number), isOlder: true))
        }
        #expect(throws: VenueFault.endlessHistory(pages: FillsGathering.pageLimit)) {
            try history.add(Self.page([], "more", isOlder: true))
        }
        var circle = FillsGathering()
        try circle.add(Self.page([], "same", isOlder: true))
        #expect(throws: VenueFault.endlessHistory(pages: 2)) {
            try circle.add(Self.page([], "same", isOlder: true))
        }
    }

    @Test func `each venue's next page is named in its own terms`() throws {
        let access = DialectStand.access()
        let stamp = DialectStand.stamp(milliseconds: 1_607_418_537_715)
        let since = stamp.venueTime - .seconds(60)
        func target(_ dialect: any VenueDialect, _ page: String, isOlder: Bool) -> String {
            let cursor = FillsCursor(page, isOlder: isOlder)
            let plan = dialect.fills(InstrumentID(0), since: since, page: cursor, stamp, access)
            return plan.target + " " + plan.text
        }
        let binance = target(BinanceAnswerTests().binance, "29", isOlder: false)
        #expect(binance.contains("&fromId=29&") && !binance.contains("startTime"))
        let okx = target(OKXOrderTests().okx, "31", isOlder: true)
        #expect(okx.contains("/trade/fills?") && okx.contains("&begin=1607418477715&after=31"))
        let bybit = target(BybitDialectTests.dialect(), "a,b", isOlder: true)
        #expect(bybit.contains("&startTime=1607418477715&limit=100&cursor=a%2Cb"))
        let kraken = target(KrakenAnswerTests().kraken, "50", isOlder: true)
        #expect(kraken.contains("&start=1607418476&consolidate_taker=false&ofs=50"))
    }

    @Test func `okx is asked for older fills where it keeps them`() {
        let stamp = DialectStand.stamp(milliseconds: 1_607_418_537_715)
        let plan = OKXOrderTests().okx.fills(
            InstrumentID(0), since: stamp.venueTime - .seconds(4 * 86_400), page: nil, stamp,
            DialectStand.access())
        #expect(plan.target.hasPrefix("/api/v5/trade/fills-history?"))
    }

    @Test func `bybit's list ends with an empty cursor or an empty page`() throws {
        let bybit = BybitDialectTests.dialect()
        func next(_ rows: String, _ cursor: String) throws -> FillsCursor? {
            let result = #"{"nextPageCursor":"\#(cursor)","list":[\#(rows)]}"#
            let body = #"{"retCode":0,"retMsg":"OK","result":\#(result)}"#
            return try bybit.decodeFills(DialectStand.response(body), of: InstrumentID(0), page: nil).next
        }
        let row = BybitPrivateTests.executionRow([:])
        #expect(try next(row, "c1") == FillsCursor("c1", isOlder: true))
        #expect(try next(row, "") == nil && next("", "c1") == nil)
    }
}
