import Ports
import SimulatedWorld
import Testing
import TradingModel
import VenueKit

/// What a key may do, as each venue that has a documented question for it tells.
@Suite struct KeyScopeContractTests {
    static let telling = ["binance-spot", "okx", "okx-swap", "bybit", "bybit-linear"]

    private func scope(
        _ venue: String, _ change: (VenueMischief) -> Void = { _ in }
    ) throws -> KeyScope {
        let meeting = try VenueMeeting(venue)
        change(try #require(meeting.double as? any SimulatedVenue).mischief)
        let plan = try #require(meeting.dialect.keyScope(meeting.stamp, meeting.access))
        return try meeting.dialect.decodeKeyScope(meeting.ask(plan))
    }

    @Test(arguments: telling) func `a key that trades, does not withdraw and is bound has no problem`(
        venue: String
    ) throws {
        let scope = try scope(venue)
        #expect(scope == KeyScope(mayTrade: true, mayWithdraw: false, isBound: true))
        #expect(scope.problems(at: .distantPast).isEmpty)
    }

    @Test(arguments: telling) func `one that could withdraw or works from anywhere is told as such`(
        venue: String
    ) throws {
        let rich = try scope(venue) { $0.keyRights.mayWithdraw = true }
        #expect(
            rich.mayWithdraw && rich.problems(at: .distantPast) == ["it may withdraw: take that right away"])
        let free = try scope(venue) { $0.keyRights.isBound = false }
        #expect(!free.isBound && free.problems(at: .distantPast).count == 1)
        // Bybit's keys without an address have a last day.
        #expect((free.expiresAt != nil) == venue.hasPrefix("bybit"))
    }

    @Test(arguments: telling) func `an answer without the rights is none`(venue: String) throws {
        let dialect = try VenueMeeting.dialect(venue)
        for text in ["{}", #"{"code":"0","data":[]}"#, #"{"retCode":0,"result":{}}"#, "[]", "nonsense"] {
            let response = HTTPResponse(
                status: 200, headers: [], body: Array(text.utf8), sentAt: .distantPast,
                receivedAt: .distantPast)
            #expect(throws: VenueFault.self) { try dialect.decodeKeyScope(response) }
        }
    }

    @Test func `Kraken is not asked: how it would answer is not documented where we could read it`() throws {
        let meeting = try VenueMeeting("kraken")
        #expect(meeting.dialect.keyScope(meeting.stamp, meeting.access) == nil)
    }

    @Test func `what expires within two weeks, or may not trade, is a problem`() {
        let now = Moment(nanoseconds: 1_790_000_000_000_000_000)
        var scope = KeyScope(
            mayTrade: true, mayWithdraw: false, isBound: true, expiresAt: now + .seconds(86_400 * 14))
        #expect(scope.problems(at: now).isEmpty)
        #expect(scope.problems(at: now + .seconds(1)) == ["it expires in 13 days: make a new one"])
        scope.expiresAt = nil
        scope.mayTrade = false
        #expect(scope.problems(at: now) == ["it may not trade: give it that right"])
    }
}
