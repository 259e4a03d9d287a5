import Ports
import Testing
import TradingModel

@testable import VenueKit

@Suite struct KrakenAnswerTests {
    static let bitcoin = DialectStand.instrument(0, "BTC", "USD")
    static let listing = DialectStand.listing(bitcoin, "BTC/USD")
    let kraken = KrakenDialect(
        profile: DialectStand.profile(
            "kraken", proof: .checksum, ambiguous: ["EAPI:Rate limit exceeded"], duplicates: ["EOrder:Reused"]
        ),
        symbols: SymbolTable([listing]))
    let reference = OrderReference(id: DialectStand.id, instrument: InstrumentID(0), side: .buy)

    static func order(
        _ status: String, filled: String = "0.37500000", id: String? = DialectStand.id.description,
        pair: String = "XBTUSD"
    ) -> String {
        let echoed = id.map { "\"cl_ord_id\":\"\($0)\"," } ?? ""
        return """
            {\(echoed)"status":"\(status)","reason":null,"opentm":1688666559.8974,"closetm":1688666560.5,
            "descr":{"pair":"\(pair)","type":"buy","ordertype":"limit","price":"30010.0"},
            "vol":"1.25000000","vol_exec":"\(filled)","cost":"11253.7","fee":"0.00000","oflags":"fciq"}
            """
    }

    static func result(_ text: String) -> String { "{\"error\":[],\"result\":\(text)}" }

    // MARK: Answers to orders

    @Test(arguments: [
        (result("{\"txid\":[\"OUF4EM\"],\"descr\":{}}"), 200, PlaceAnswer.accepted(venueOrderID: "OUF4EM")),
        (
            "{\"error\":[\"EOrder:Insufficient funds\"]}", 200,
            .refused(code: "EOrder:Insufficient funds", message: "EOrder:Insufficient funds")
        ),
        (
            "{\"error\":[\"EAPI:Invalid nonce\"]}", 200,
            .refused(code: "EAPI:Invalid nonce", message: "EAPI:Invalid nonce")
        ),
        (
            "{\"error\":[\"WGeneral:Slow\",\"EGeneral:Permission denied\"]}", 200,
            .refused(code: "EGeneral:Permission denied", message: "EGeneral:Permission denied")
        ),
        (
            "{\"error\":[\"EService:Market in cancel_only mode\"]}", 200,
            .refused(
                code: "EService:Market in cancel_only mode", message: "EService:Market in cancel_only mode")
        ),
        (
            "{\"error\":[\"WGeneral:Slow\"],\"result\":{\"txid\":[\"O1\"]}}", 200,
            .accepted(venueOrderID: "O1")
        ),
        ("{\"error\":[\"EAPI:Rate limit exceeded\"]}", 200, .ambiguous(code: "EAPI:Rate limit exceeded")),
        ("{\"error\":[\"EService:Unavailable\"]}", 200, .ambiguous(code: "EService:Unavailable")),
        ("{\"error\":[\"EService:Timeout\"]}", 200, .ambiguous(code: "EService:Timeout")),
        ("{\"error\":[\"EGeneral:Internal error\"]}", 200, .ambiguous(code: "EGeneral:Internal error")),
        ("{\"error\":[\"EOrder:Reused\"]}", 200, .ambiguous(code: "duplicate:EOrder:Reused")),
        (
            "{\"error\":[\"EGeneral:Invalid arguments:cl_ord_id\"]}", 200,
            .ambiguous(code: "duplicate:EGeneral:Invalid arguments:cl_ord_id")
        ),
        ("{\"error\":[\"EOrder:Odd\"],\"result\":{\"txid\":[\"O1\"]}}", 200, .ambiguous(code: "EOrder:Odd")),
        (result("{\"descr\":{}}"), 200, .ambiguous(code: "no-order-id")),
        ("{\"error\":[]}", 200, .ambiguous(code: "http-200:no-result")),
        ("{}", 200, .ambiguous(code: "missing-error-list")),
        ("{\"error\":[\"EOrder:Insufficient funds\"]}", 502, .ambiguous(code: "http-502")),
        ("<html>", 403, .ambiguous(code: "http-403:html")), ("", 200, .ambiguous(code: "http-200:empty")),
    ]) func `only proof counts when an order is answered`(
        _ body: String, _ status: Int, _ answer: PlaceAnswer
    ) {
        #expect(kraken.decodePlace(DialectStand.outcome(body, status: status)) == answer)
    }

    @Test func `a transport fault is proof of nothing unless no byte left`() {
        #expect(kraken.decodePlace(.fault(.lost("reset"))) == .ambiguous(code: "lost"))
        #expect(kraken.decodePlace(.fault(.timedOut)) == .ambiguous(code: "timed-out"))
        #expect(kraken.decodePlace(.fault(.neverSent("refused"))) == .neverSent("refused"))
        #expect(kraken.decodeCancel(.fault(.lost(""))) == .ambiguous(code: "lost"))
        #expect(kraken.decodeQuery(.fault(.timedOut), of: reference) == .ambiguous(code: "timed-out"))
    }

    @Test(arguments: [
        (result("{\"count\":1}"), CancelAnswer.accepted), (result("{\"count\":0}"), .unknownOrder),
        (result("{\"count\":0,\"pending\":true}"), .accepted), (result("{}"), .ambiguous(code: "no-count")),
        ("{\"error\":[\"EOrder:Unknown order\"]}", .unknownOrder),
        ("{\"error\":[\"EService:Busy\"]}", .ambiguous(code: "EService:Busy")),
        (
            "{\"error\":[\"EAPI:Invalid key\"]}",
            .refused(code: "EAPI:Invalid key", message: "EAPI:Invalid key")
        ),
    ]) func `a cancel is answered`(_ body: String, _ answer: CancelAnswer) {
        #expect(kraken.decodeCancel(DialectStand.outcome(body)) == answer)
    }

    @Test(arguments: [
        (result("{\"amend_id\":\"TEZA4R-DSDGT-IJBOJK\"}"), 200, AmendAnswer.amended),
        (result("{}"), 200, .ambiguous(code: "no-amend-id")),
        ("{\"error\":[\"EOrder:Unknown order\"]}", 200, .unknownOrder),
        (
            "{\"error\":[\"EOrder:Post only order\"]}", 200,
            .refused(code: "EOrder:Post only order", message: "EOrder:Post only order")
        ),
        (
            "{\"error\":[\"EOrder:Invalid price\"]}", 200,
            .refused(code: "EOrder:Invalid price", message: "EOrder:Invalid price")
        ),
        ("{\"error\":[\"EService:Busy\"]}", 200, .ambiguous(code: "EService:Busy")),
        ("{\"error\":[\"EOrder:Invalid price\"]}", 502, .ambiguous(code: "http-502")),
        ("<html>", 200, .ambiguous(code: "http-200:html")),
    ]) func `only proof counts when an amend is answered`(
        _ body: String, _ status: Int, _ answer: AmendAnswer
    ) {
        #expect(kraken.decodeAmend(DialectStand.outcome(body, status: status)) == answer)
        #expect(kraken.decodeAmend(.fault(.timedOut)) == .ambiguous(code: "timed-out"))
        #expect(kraken.decodeAmend(.fault(.neverSent("refused"))) == .neverSent("refused"))
    }

    // MARK: Queries

    @Test(arguments: [
        ("open", "0.1", ReportedState.working), ("pending", "0", .working), ("closed", "1.25", .filled),
        ("closed", "0.5", .canceled), ("canceled", "0.5", .canceled), ("expired", "0", .expired),
    ]) func `an order is found by client id in either list, by txid without`(
        _ status: String, _ filled: String, _ state: ReportedState
    ) throws {
        let named = OrderReference(
            id: DialectStand.id, instrument: InstrumentID(0), side: .buy, venueOrderID: "OQCLML")
        let dashed = "0007000100020000-0030390100" + String(DialectStand.id.description.dropFirst(26))
        let answers = [
            ("{\"open\":{\"O1\":\(KrakenAnswerTests.order(status, filled: filled))}}", reference),
            (
                "{\"closed\":{\"O1\":\(KrakenAnswerTests.order(status, filled: filled, id: dashed))}}",
                reference
            ),
            ("{\"OQCLML\":\(KrakenAnswerTests.order(status, filled: filled, id: nil))}", named),
        ]
        for (body, asked) in answers {
            let outcome = DialectStand.outcome(KrakenAnswerTests.result(body))
            guard case .found(let report) = kraken.decodeQuery(outcome, of: asked) else {
                Issue.record("not found in \(body)")
                continue
            }
            #expect(report.state == state && report.clientID == DialectStand.id && report.side == .buy)
            #expect(report.quantity == Quantity(raw: 125_000_000) && report.evidence == .query)
            #expect(report.venueTime == Moment(nanoseconds: 1_688_666_560_500_000_000))
        }
    }

    @Test func `an order that only the venue's id names says whose it is`() {
        let owner = OrderReference(
            id: .nobody, instrument: InstrumentID(0), side: .buy, venueOrderID: "O7")
        for id in [DialectStand.id.description, nil] {
            let row = KrakenAnswerTests.order("closed", id: id)
            let answer = kraken.decodeQuery(
                DialectStand.outcome(KrakenAnswerTests.result("{\"O7\":\(row)}")), of: owner)
            guard case .found(let report) = answer else {
                Issue.record("\(answer)")
                continue
            }
            #expect(report.clientID == id.map { _ in DialectStand.id } && report.venueOrderID == "O7")
        }
    }

    @Test func `in a list of the whole account an order is found, or absent if the list ends`() {
        func listed(_ list: String, _ rows: [String]) -> QueryAnswer {
            let named = rows.enumerated().map { "\"O\($0.offset)\":\($0.element)" }.joined(separator: ",")
            let text = KrakenAnswerTests.result("{\"\(list)\":{\(named)}}")
            return kraken.decodeListed(DialectStand.outcome(text), reference)
        }
        let (other, own) = (KrakenAnswerTests.order("closed", id: nil), KrakenAnswerTests.order("closed"))
        guard case .found(let report) = listed("closed", [other, own]) else {
            Issue.record("it is among them")
            return
        }
        #expect(report.clientID == DialectStand.id)
        #expect(listed("open", [other]) == .ambiguous(code: "not-among-open"), "it may have closed")
        #expect(listed("closed", Array(repeating: other, count: 49)) == .absent)
        #expect(
            listed("closed", Array(repeating: other, count: 50)) == .ambiguous(code: "more-closed-orders"),
            "a full page may go on")
    }

    @Test func `absence needs an empty list, and nothing else will do`() {
        func query(_ body: String, status: Int = 200) -> QueryAnswer {
            kraken.decodeQuery(DialectStand.outcome(body, status: status), of: reference)
        }
        #expect(query(KrakenAnswerTests.result("{\"open\":{}}")) == .ambiguous(code: "not-among-open"))
        #expect(query(KrakenAnswerTests.result("{\"closed\":{},\"count\":0}")) == .absent)
        #expect(query("{\"error\":[\"EOrder:Unknown order\"]}") == .absent)
        #expect(
            query("{\"error\":[\"EOrder:Unknown order\"]}", status: 503)
                == .ambiguous(code: "EOrder:Unknown order"))
        let other = KrakenAnswerTests.order("open", id: nil)
        #expect(
            query(KrakenAnswerTests.result("{\"open\":{\"O1\":\(other)}}")) == .ambiguous(code: "other-order")
        )
        #expect(query(KrakenAnswerTests.result("[]")) == .ambiguous(code: "unreadable"))
        #expect(query("{\"error\":[\"EService:Busy\"]}") == .ambiguous(code: "EService:Busy"))
        #expect(query("<html>", status: 503) == .ambiguous(code: "http-503"))
        #expect(query("{\"error\":[],\"result\":{\"open\"") == .ambiguous(code: "unreadable"))
    }

    @Test func `open orders and fills of one pair, the oldest fill first`() throws {
        let rows =
            "\"O1\":\(KrakenAnswerTests.order("open")),"
            + "\"O2\":\(KrakenAnswerTests.order("open", pair: "XBTEUR"))"
        let open = try kraken.decodeOpenOrders(
            DialectStand.response(KrakenAnswerTests.result("{\"open\":{\(rows)}}")), of: InstrumentID(0))
        #expect(open.map(\.venueOrderID) == ["O1"] && open[0].filled == Quantity(raw: 37_500_000))
        func trade(_ time: String, _ pair: String) -> String {
            """
            {"ordertxid":"O1","pair":"\(pair)","time":\(time),"type":"sell","price":"30010.00000",
            "vol":"0.02","fee":"1.20040","maker":true}
            """
        }
        let trades =
            "\"T2\":\(trade("1688667796.8802", "XXBTZUSD")),\"T1\":\(trade("1688667769", "XBTUSD")),"
            + "\"T3\":\(trade("1", "XETHZUSD"))"
        let fills = try kraken.decodeFills(
            DialectStand.response(KrakenAnswerTests.result("{\"trades\":{\(trades)},\"count\":3}")),
            of: InstrumentID(0), page: nil
        ).fills
        #expect(fills.map(\.tradeID) == ["T1", "T2"])
        #expect(
            fills[1]
                == FillReport(
                    instrument: InstrumentID(0), clientID: nil, venueOrderID: "O1", tradeID: "T2",
                    side: .sell,
                    price: Price(raw: 3_001_000), quantity: Quantity(raw: 2_000_000),
                    fee: Amount(raw: 1_200_400_000_000_000_000), feeAsset: Asset("USD"), isMaker: true,
                    evidence: .query, venueTime: Moment(nanoseconds: 1_688_667_796_880_200_000)))
    }

    @Test func `balances, time and filters are read`() throws {
        let balances = try kraken.decodeBalances(
            DialectStand.response(
                KrakenAnswerTests.result(
                    "{\"ZUSD\":{\"balance\":25435.21,\"hold_trade\":8249.76},\"XXBT\":{\"balance\":\"1.2\"}}")
            ))
        #expect(
            balances == [
                BalanceReport(
                    asset: Asset("USD"), total: try Amount(text: "25435.21"),
                    available: try Amount(text: "17185.45")),
                BalanceReport(
                    asset: Asset("BTC"), total: try Amount(text: "1.2"), available: try Amount(text: "1.2")),
            ])
        let time = try kraken.decodeTime(
            DialectStand.response(KrakenAnswerTests.result("{\"unixtime\":1762820224}")))
        #expect(time == Moment(nanoseconds: 1_762_820_224_500_000_000))
        let pair = """
            {"altname":"XBTUSD","wsname":"XBT/USD","lot_decimals":8,"ordermin":"0.0001","costmin":"0.5",
            "tick_size":"0.1","status":"cancel_only"}
            """
        let filters = try kraken.decodeFilters(
            DialectStand.response(
                KrakenAnswerTests.result("{\"XXBTZUSD\":\(pair),\"X\":{\"altname\":\"X\"}}")))
        #expect(
            filters == [
                ListingFilters(
                    symbol: "BTC/USD", tick: "0.1", lot: "0.00000001", minimumQuantity: "0.0001",
                    minimumNotional: "0.5", trading: false)
            ])
    }

    @Test func `a refusal keeps its code, an unreadable answer its reason`() {
        let refusal = VenueFault.refused(
            status: 429, code: "EGeneral:Too many requests", message: "EGeneral:Too many requests",
            retryAfter: .seconds(10))
        let answer = DialectStand.response(
            "{\"error\":[\"EGeneral:Too many requests\"]}", status: 429,
            headers: [HTTPHeader("retry-after", "10")])
        #expect(throws: refusal) { try kraken.decodeBalances(answer) }
        #expect(throws: VenueFault.quarantined(.html)) {
            try kraken.decodeTime(DialectStand.response("<html>"))
        }
        #expect(throws: VenueFault.quarantined(.missingField)) {
            try kraken.decodeOpenOrders(
                DialectStand.response(KrakenAnswerTests.result("{}")), of: InstrumentID(0))
        }
    }

    static let fixtures = KrakenDialectTests.fixtures

    @Test(.enabled(if: SharedMaterial.has(fixtures))) func `documented answers decode`() throws {
        func answer(_ name: String) throws -> HTTPResponse {
            DialectStand.response(try SharedMaterial.text(KrakenAnswerTests.fixtures + name))
        }
        let tether = KrakenDialect(
            profile: kraken.profile,
            symbols: SymbolTable([
                DialectStand.listing(DialectStand.instrument(0, "BTC", "USDT"), "BTC/USDT")
            ]))
        #expect(try tether.decodeOpenOrders(answer("http_open_orders.json"), of: InstrumentID(0)).count == 1)
        let fills = try tether.decodeFills(
            answer("http_trades_history.json"), of: InstrumentID(0), page: nil
        ).fills
        #expect(fills.map(\.tradeID) == ["TCCCTY-WJ6EO-4FP4VZ"] && fills[0].isMaker)
        #expect(try tether.decodeFilters(answer("http_asset_pairs.json")).map(\.symbol) == ["BTC/USDT"])
        #expect(
            tether.decodePlace(.response(try answer("http_add_order_spot.json")))
                == .accepted(venueOrderID: "OUF4EM-FRGI2-MQMWZD"))
        #expect(tether.decodeCancel(.response(try answer("http_cancel_order_spot.json"))) == .accepted)
        #expect(try tether.decodeTime(answer("http_server_time.json")).milliseconds == 1_762_820_224_500)
    }
}
