import Ports
import Testing
import TradingModel

@testable import VenueKit

/// Venues answer for funding in windows; what lies between two of them would be money that nobody books.
@Suite struct FundingPagesTests {
    private static let day: Int64 = 86_400_000

    private func dialect(_ name: String) throws -> any VenueDialect {
        var profile = DialectStand.profile(name, proof: .consecutive)
        profile.perpetual = PerpetualRule(leverage: 3)
        let instrument = DialectStand.instrument(0, "BTC", "USDT")
        return try #require(
            DialectCatalog.make(profile, [DialectStand.listing(instrument, "BTCUSDT")]))
    }

    private func value(_ name: String, in target: String) -> Int64? {
        target.split(separator: "?").last?.split(separator: "&").first { $0.hasPrefix(name + "=") }.flatMap {
            Int64($0.dropFirst(name.count + 1))
        }
    }

    @Test(arguments: [Int64(0), 1, 25, 192, 720] as [Int64])
    func `Bybit's windows cover all time since, without a gap, none longer than seven days`(hours: Int64)
        throws
    {
        let bybit = try dialect("bybit-linear")
        let now = 1_790_000_000_000 as Int64
        let since = now - hours * 3_600_000
        let stamp = DialectStand.stamp(milliseconds: now)
        let empty = DialectStand.response(
            #"{"retCode":0,"retMsg":"OK","result":{"nextPageCursor":"","list":[]}}"#)
        var page: FillsCursor?
        var reached = since
        repeat {
            let plan = try #require(
                bybit.fundings(
                    since: Moment(nanoseconds: since * 1_000_000), page: page, stamp, DialectStand.access()))
            let (start, end) = (value("startTime", in: plan.target), value("endTime", in: plan.target))
            #expect(start == reached)
            reached = try #require(end)
            #expect(reached - (start ?? 0) <= 7 * FundingPagesTests.day)
            page = try bybit.decodeFundings(
                empty, since: Moment(nanoseconds: since * 1_000_000), page: page, at: stamp.venueTime
            ).next
        } while page != nil
        #expect(reached == now)
    }

    @Test func `a full page of Bybit's goes on in its window, by the venue's cursor`() throws {
        let bybit = try dialect("bybit-linear")
        let stamp = DialectStand.stamp(milliseconds: 1_790_000_000_000)
        let since = Moment(nanoseconds: 1_789_999_000_000_000_000)
        let told = DialectStand.response(
            #"{"retCode":0,"result":{"nextPageCursor":"a%3A1","list":[{"id":"7","symbol":"BTCUSDT","#
                + #""type":"SETTLEMENT","change":"-0.5","transactionTime":"1789999500000"}]}}"#)
        let page = try bybit.decodeFundings(told, since: since, page: nil, at: stamp.venueTime)
        #expect(page.payments.map(\.amount) == [try Amount(text: "-0.5")])
        let next = try #require(
            bybit.fundings(since: since, page: page.next, stamp, DialectStand.access()))
        #expect(next.target.contains("startTime=1789999000000&"))
        #expect(next.target.hasSuffix("cursor=a%253A1"))
    }

    @Test(arguments: [(6, "bills"), (8, "bills-archive")])
    func `OKX's bills reach seven days back, its archive further`(days: Int64, name: String) throws {
        let stamp = DialectStand.stamp(milliseconds: 1_790_000_000_000)
        let since = stamp.venueTime - .seconds(days * 86_400)
        let plan = try #require(
            try dialect("okx-swap").fundings(since: since, page: nil, stamp, DialectStand.access()))
        #expect(plan.target.hasPrefix("/api/v5/account/\(name)?instType=SWAP&type=8&begin="))
    }

    @Test func `a mark price that cannot be read costs no book its proof`() throws {
        var okx = try dialect("okx-swap")
        let frame = okx.publicFrame(
            #"{"arg":{"channel":"mark-price","instId":"BTCUSDT"},"data":[{"markPx":"-1"}]}"#)
        #expect(frame.kind == .quarantinedTerms(.badNumber))
        var bybit = try dialect("bybit-linear")
        let other = bybit.publicFrame(
            #"{"topic":"tickers.BTCUSDT","type":"delta","data":{"fundingRate":"-92233720368.54775808"}}"#)
        #expect(other.kind == .quarantinedTerms(.badNumber))
    }
}
