import Control
import Testing

@testable import arbctl

@Suite struct `What arbctl prints` {
    @Test func `money is cut to its decimals, never rounded up, and nothing has no sign`() {
        #expect(Figures.money("1234.5678") == "1234.56")
        #expect(Figures.money("-0.999") == "-0.99")
        #expect(Figures.money("7") == "7.00")
        #expect(Figures.money("-0.001") == "0.00")
        #expect(Figures.money("0.00001234", decimals: 4) == "0.0000")
        #expect(Figures.money("12.3", decimals: 4) == "12.3000")
    }

    @Test func `times are in UTC and lengths in the unit that fits`() {
        #expect(Figures.time(1_790_000_000_123_456_789) == "2026-09-21T14:13:20.123Z")
        #expect(Figures.span(999) == "999 ns")
        #expect(Figures.span(-1_500_000) == "-1.5 ms")
        #expect(Figures.span(61_000_000_000) == "1 min 1 s")
        #expect(Figures.span(7_260_000_000_000) == "2 h 1 min")
        #expect(Figures.span(nil) == "-")
    }

    @Test func `the socket may be named before the command`() {
        #expect(
            ArbCtl.socketLast(["--socket", "/s", "books", "A-B"]) == ["books", "A-B", "--socket", "/s"])
        #expect(ArbCtl.socketLast(["--socket=/s", "status"]) == ["status", "--socket=/s"])
        #expect(ArbCtl.socketLast(["status", "--socket", "/s"]) == ["status", "--socket", "/s"])
        #expect(ArbCtl.socketLast(["--help"]) == ["--help"])
    }

    @Test func `a status begins with the plain line and lists every blockade`() {
        var status = StatusAnswer()
        status.summary = "Holding: hedges and cancels only."
        status.blockedBy = ["HOLD: a drill", "okx: SAFE_MODE: odd"]
        status.next = ["one", "two"]
        let lines = StatusCommand.lines(status)
        #expect(lines.first == status.summary)
        #expect(lines.contains("  okx: SAFE_MODE: odd") && lines.contains("  2. two"))
    }

    @Test func `a status names what the machine lacks`() {
        func measure(_ name: String, _ text: String, _ vitality: String, venue: String? = nil)
            -> StatusAnswer.HostMeasure
        {
            var measure = StatusAnswer.HostMeasure()
            (measure.measure, measure.text, measure.vitality, measure.venue) = (name, text, vitality, venue)
            return measure
        }
        var status = StatusAnswer()
        #expect(!StatusCommand.lines(status).contains { $0.hasPrefix("machine") })
        status.host = [
            measure("cpu", "12 %", "green"), measure("memory", "3.0 GiB", "yellow"),
            measure("round_trip", "5 ms", "green", venue: "okx"),
            measure("round_trip", "900 ms", "yellow", venue: "kraken"),
        ]
        let line = StatusCommand.lines(status).first { $0.hasPrefix("machine") }
        #expect(
            line?.hasSuffix("cpu 12 %, memory 3.0 GiB yellow, kraken round_trip 900 ms yellow") == true)
    }

    @Test func `a venue without a proven book is a line that says why`() throws {
        var book = BooksAnswer.Book()
        book.venue = "okx"
        book.loss = "gap"
        var answer = BooksAnswer()
        answer.venues = [book]
        let line = try #require(BooksCommand.lines(answer).first { $0.hasPrefix("okx") })
        #expect(line.contains("no: gap"))
        #expect(BooksCommand.lines(answer).contains { $0.contains("fewer than two books") })
    }

    @Test func `a run says what it waits for, and who said what`() {
        var answer = RunAnswer()
        answer.run.number = 3
        answer.run.runbook = "rb-27-book-proof"
        answer.run.target = "okx"
        answer.run.state = "waits_for_approval"
        answer.run.step = "resume"
        answer.run.approvalsNeeded = 1
        answer.run.planHash = "ab12"
        var entry = RunAnswer.Entry()
        (entry.what, entry.step, entry.actor, entry.reason) = ("answered", "look", "ann", "fine")
        answer.transcript = [entry]
        let lines = RunText.lines(answer)
        #expect(lines.first == "run 3 of rb-27-book-proof on okx: waits for approval")
        #expect(lines.contains("then     arbctl runbooks approve 3 --plan ab12 --reason …"))
        #expect(lines.last == "1970-01-01T00:00:00.000Z  answered look by ann: fine")
        var all = RunsAnswer()
        #expect(ListRunsCommand.lines(all) == ["no runbook has been run"])
        all.runs = [answer.run]
        #expect(ListRunsCommand.lines(all).last?.contains("waits for approval") == true)
    }

    @Test func `a route names every venue, with what it gets or why nothing`() throws {
        var leg = RouteAnswer.Leg()
        (leg.venue, leg.quantity, leg.limit, leg.notional, leg.fee) = ("okx", "0.5", "61000", "30500", "24.4")
        var (used, idle) = (RouteAnswer.Reason(), RouteAnswer.Reason())
        (used.venue, used.reason) = ("okx", "used")
        (idle.venue, idle.reason) = ("kraken", "no-balance")
        var answer = RouteAnswer()
        (answer.legs, answer.venues, answer.isPostOnly) = ([leg], [used, idle], true)
        let lines = RouteCommand.lines(answer)
        #expect(lines[0].contains("post-only") && lines.contains { $0.contains("rests at") })
        let venue = try #require(lines.first { $0.hasPrefix("okx") })
        #expect(venue.contains("61000") && venue.hasSuffix("used"))
        #expect(lines.contains { $0.hasPrefix("kraken") && $0.hasSuffix("no-balance") })
    }

    @Test func `a trade is told with every order and where the money went`() {
        var trade = TradeAnswer()
        trade.quoteAsset = "USDT"
        var leg = TradeAnswer.Leg()
        leg.venue = "okx"
        leg.side = "buy"
        leg.sentAfterNs = 800_000
        var hedge = leg
        hedge.rung = "unwind"
        trade.legs = [leg, leg]
        trade.hedges = [hedge]
        trade.account.profit = "-1.25"
        let lines = TradeText.lines(trade)
        #expect(lines.count { $0.hasPrefix("opens") } == 4, "as an order and with its timings")
        #expect(lines.contains { $0.hasPrefix("hedge, unwind") && $0.contains("800 µs") })
        #expect(lines.contains { $0.hasPrefix("= profit") && $0.contains("-1.2500") })
    }
}
