import Configuration
import Ports
import SimulatedWorld
import Testing
import TradingModel
import VenueKit

/// What an answer to an order proves, from the shipped venue files: a code that is missing there fails here.
@Suite struct AnswerContractTests {
    /// `field/venue-facts.md` §4f, "Ambiguous outcome codes"; for Kraken the categories of its error list.
    static let ambiguous: [String: [String]] = [
        "binance-spot": ["-1006", "-1007"],
        "okx": ["50004", "51149"],
        "bybit": [
            "10000", "10006", "10016", "10019", "10403", "10429", "170001", "170005", "170007", "170032",
            "20003", "20006", "500000",
        ],
        "kraken": [
            "EGeneral:Internal error", "EService:Unavailable", "EService:Busy", "EService:Timeout",
        ],
    ]
    static let duplicates: [String: [String]] = ["okx": ["51016"], "bybit": ["110072", "170141"]]
    /// Statuses that prove a refusal without a word about the order; 403, 418, 429 elsewhere prove nothing.
    static let refusing: [String: Set<Int>] = [
        "binance-spot": [403, 418, 429], "okx": [429], "bybit": [401], "kraken": [],
    ]

    /// Segments of one venue speak its language.
    static func family(_ venue: String) -> String {
        ["okx-swap": "okx", "bybit-linear": "bybit"][venue] ?? venue
    }

    /// The venue's own form of an error.
    static func body(_ venue: String, _ code: String, _ message: String = "?") -> (status: Int, text: String)
    {
        switch family(venue) {
        case "binance-spot": (400, #"{"code":\#(code),"msg":"\#(message)"}"#)
        case "okx": (200, #"{"code":"1","msg":"","data":[{"sCode":"\#(code)","sMsg":"\#(message)"}]}"#)
        case "bybit": (200, #"{"retCode":\#(code),"retMsg":"\#(message)","result":{}}"#)
        default: (200, #"{"error":["\#(code)"]}"#)
        }
    }

    static func outcome(_ status: Int, _ text: String) -> RequestOutcome {
        .response(
            HTTPResponse(
                status: status, headers: [], body: Array(text.utf8), sentAt: .distantPast,
                receivedAt: .distantPast))
    }

    static func isUnclear(_ dialect: any VenueDialect, _ outcome: RequestOutcome) -> Bool {
        guard case .ambiguous = dialect.decodePlace(outcome),
            case .ambiguous = dialect.decodeCancel(outcome), case .ambiguous = dialect.decodeAmend(outcome)
        else { return false }
        return true
    }

    @Test(arguments: DoubleCatalog.venues)
    func `every code that proves nothing stands in the venue's file and decodes as unknown`(
        _ venue: String
    ) throws {
        let dialect = try VenueMeeting.dialect(venue)
        for code in try #require(AnswerContractTests.ambiguous[AnswerContractTests.family(venue)]) {
            #expect(dialect.profile.ambiguousCodes.contains(code), "\(code) is missing")
        }
        for code in dialect.profile.ambiguousCodes.sorted() {
            let (status, text) = AnswerContractTests.body(venue, code)
            let outcome = AnswerContractTests.outcome(status, text)
            #expect(AnswerContractTests.isUnclear(dialect, outcome), "\(code)")
        }
    }

    @Test(arguments: DoubleCatalog.venues)
    func `a duplicate's code proves that the order exists, where the retry class rests on it`(
        _ venue: String
    ) throws {
        let dialect = try VenueMeeting.dialect(venue)
        let expected = Set(AnswerContractTests.duplicates[AnswerContractTests.family(venue)] ?? [])
        #expect(dialect.profile.duplicateCodes == expected)
        #expect((dialect.profile.retryClass == .duplicateIsProof) == !expected.isEmpty)
        for code in expected {
            let (status, text) = AnswerContractTests.body(venue, code)
            let answer = dialect.decodePlace(AnswerContractTests.outcome(status, text))
            #expect(answer == .ambiguous(code: "duplicate:" + code))
        }
    }

    static let damage = [
        "", " ", "{", "{\"code\":\"0\",\"data\":[{\"ordId\"", "{\"retCode\":0,\"result\":{\"orderId\":",
        "{\"error\":[],\"result\":{\"txid\":[", "<html><body>OK</body></html>", "OK", "null", "[]", "{}", "7",
        "\u{0}", String(repeating: "[", count: 4_000),
        // Beyond every limit of the reader.
        "{\"a\":\"" + String(repeating: "x", count: 17 << 20) + "\"}",
    ]

    @Test(arguments: DoubleCatalog.venues)
    func `an unreadable success, a server's error and a lost answer prove nothing`(_ venue: String) throws {
        let dialect = try VenueMeeting.dialect(venue)
        for text in AnswerContractTests.damage {
            for status in [200, 201, 204, 206] {
                let outcome = AnswerContractTests.outcome(status, text)
                #expect(AnswerContractTests.isUnclear(dialect, outcome), "\(status) \(text.prefix(40))")
            }
        }
        let refusal = AnswerContractTests.body(venue, venue == "kraken" ? "EOrder:Rejected" : "-9999").text
        for status in [500, 501, 502, 503, 504, 520, 522, 524, 599] {
            for text in ["", "<html>", refusal] {
                let outcome = AnswerContractTests.outcome(status, text)
                #expect(AnswerContractTests.isUnclear(dialect, outcome), "\(status) \(text)")
            }
        }
        for fault in [TransportFault.lost("reset after the first byte"), .timedOut] {
            #expect(AnswerContractTests.isUnclear(dialect, .fault(fault)))
        }
        guard case .neverSent = dialect.decodePlace(.fault(.neverSent("refused"))) else {
            Issue.record("no byte left: that is proof")
            return
        }
    }

    @Test(arguments: DoubleCatalog.venues)
    func `what a gateway's status proves is what the venue's file says`(_ venue: String) throws {
        let dialect = try VenueMeeting.dialect(venue)
        let refusing = try #require(AnswerContractTests.refusing[AnswerContractTests.family(venue)])
        #expect(dialect.profile.refusedStatuses == refusing)
        for status in [401, 403, 418, 429] {
            for text in ["", "<html>blocked</html>", "{\"x\":"] {
                let outcome = AnswerContractTests.outcome(status, text)
                if refusing.contains(status) {
                    let answer = dialect.decodePlace(outcome)
                    #expect(answer == .refused(code: String(status), message: ""), "\(status) \(text)")
                } else {
                    #expect(AnswerContractTests.isUnclear(dialect, outcome), "\(status) \(text)")
                }
            }
        }
        // The same answers without the file's word prove nothing.
        var profile = dialect.profile
        profile.refusedStatuses = []
        let wary = try #require(DialectCatalog.make(profile, dialect.symbols.listings))
        for status in [403, 418, 429] {
            #expect(AnswerContractTests.isUnclear(wary, AnswerContractTests.outcome(status, "")))
        }
    }

    @Test(arguments: DoubleCatalog.venues)
    func `an order that is not among the open ones is not absent`(_ venue: String) throws {
        let meeting = try VenueMeeting(venue)
        let reference = OrderContractTests.reference(77)
        let open = meeting.dialect.openOrders(InstrumentID(0), meeting.stamp, meeting.access)
        let answer = meeting.dialect.decodeQuery(.response(meeting.ask(open)), of: reference)
        // Bybit lists open orders and finds single ones at one endpoint: its word counts with history's only.
        if answer == .absent {
            #expect(meeting.dialect.queryFallback(reference, meeting.stamp, meeting.access)?.target != nil)
            #expect(meeting.dialect.needsQueryFallback(answer))
            #expect(AnswerContractTests.family(venue) == "bybit")
        }
        #expect(meeting.query(reference) == .absent, "both endpoints together know that it never was")
    }
}
