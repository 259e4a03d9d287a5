import Testing
import TradingModel
import Watch

@Suite struct `What is written down about an incident` {
    private func dossier(_ detail: String) -> IncidentDossier {
        var register = IncidentRegister(venues: ["okx"])
        register.saw(
            Incident(
                code: .ghostFill, severity: .pageNow, venue: VenueID(0), detail: detail,
                at: Moment(nanoseconds: 1_790_000_000_250_000_000)))
        return IncidentDossier(
            incident: register.cases[0], scope: "okx", mode: .hold, modeReason: "GHOST_FILL",
            incidents: [.init(at: Moment(nanoseconds: 1_790_000_000_000_000_000), text: "before\nit")],
            decisions: [], orders: [])
    }

    @Test func `says what, whose, what to do, what came before, and asks why`() {
        let text = dossier("order 7 filled").text
        for part in [
            "# GHOST_FILL: An order that was proven absent has filled", "| severity | PAGE_NOW |",
            "| mode of the node | HOLD: GHOST_FILL |", "runbooks/rb-03-unknown-order.yaml", "## Timeline",
            "opened: order 7 filled", "## Incidents of the ten minutes before", "before it",
            "## Decisions of the ten minutes before\n\nnone", "## Post-mortem",
        ] { #expect(text.contains(part), "\(part)") }
    }

    @Test func `others' words begin no line of their own`() {
        let text = dossier("a\n# forged\r\nb").text
        #expect(!text.contains("\n# forged"))
    }

    @Test func `its name sorts by time and is a file's name anywhere`() {
        let name = dossier("x").name
        #expect(name == "2026-09-21T14-13-20-250Z-GHOST_FILL-okx")
    }
}

@Suite struct `A moment is spelled` {
    /// Dates by another way: counting days year by year and month by month.
    @Test func `as calendars have it, leap years and turns of centuries included`() {
        var (year, month, day) = (1970, 1, 1)
        for days in Int64(0)..<80_000 {
            let text = Moment(nanoseconds: days * 86_400_000_000_000 + 3_723_004_000_000).text
            let expected =
                "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)T01:02:03.004Z"
            if text != expected { Issue.record("\(text) is not \(expected)") }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test func `in letters as RFC 5322 wants it`() {
        #expect(Moment(nanoseconds: 0).mailDate == "Thu, 1 Jan 1970 00:00:00 +0000")
        #expect(
            Moment(nanoseconds: 1_790_000_000_000_000_000).mailDate == "Mon, 21 Sep 2026 14:13:20 +0000")
    }
}
