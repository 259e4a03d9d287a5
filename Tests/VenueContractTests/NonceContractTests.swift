import Ports
import Testing
import TradingModel
import VenueKit

/// A machine whose clock was set back between two runs signs with nonces below those its key has used.
@Suite struct NonceContractTests {
    @Test func `questions are let in again within a dozen refusals of a clock set back by an hour`() throws {
        let meeting = try VenueMeeting("kraken")
        let ago = meeting.now - .seconds(3_600)
        func ask(_ nonces: inout NonceSource, at moment: Moment) -> Bool {
            let stamp = RequestStamp(venueTime: meeting.now, nonce: nonces.next(at: moment))
            let response = meeting.ask(meeting.dialect.balances(stamp, meeting.access))
            guard meeting.dialect.refusesNonce(response) else { return true }
            nonces.refused()
            return false
        }
        var before = NonceSource()
        #expect(ask(&before, at: meeting.now))
        var after = NonceSource()
        var refusals = 0
        while !ask(&after, at: ago), refusals < 100 { refusals += 1 }
        #expect((2...12).contains(refusals), "\(refusals)")
        #expect(ask(&after, at: ago), "and they go on")
    }

    @Test func `another refusal is not one of the nonce`() throws {
        let meeting = try VenueMeeting("kraken")
        let wrong = VenueAccess(
            apiKey: "nobody's", passphrase: "", signer: MeetingSigner(secret: VenueMeeting.secret))
        let response = meeting.ask(meeting.dialect.balances(meeting.stamp, wrong))
        #expect(String(decoding: response.body, as: UTF8.self).contains("EAPI"))
        #expect(!meeting.dialect.refusesNonce(response))
    }

    @Test func `nonces follow the clock, and rise where it stands`() {
        var nonces = NonceSource()
        let now = Moment(nanoseconds: 5_000_000)
        #expect([nonces.next(at: now), nonces.next(at: now)] == [5_000, 5_001])
        #expect(nonces.next(at: now + .seconds(1)) == 1_005_000)
    }
}
