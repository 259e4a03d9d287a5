import Engine
import Orders
import Testing
import TradingModel

/// Each of these codes is raised by what it tells of, and by nothing before that.
@Suite struct `An alarm is raised when` {
    private func fires(_ code: IncidentCode, _ cause: (inout Stage) -> Void) {
        var stage = Stage()
        #expect(!stage.alarms.contains(code), "not before")
        cause(&stage)
        #expect(stage.alarms.contains(code))
    }

    @Test func `a venue enters its own SAFE_MODE`() {
        fires(.venueSafeMode) {
            $0.process(.venueMode(VenueID(0), isSafe: true, reason: "test", actor: "ann"))
        }
    }

    @Test func `the store is slow`() {
        fires(.outboxSlow) { $0.process(.store(.slow)) }
    }

    @Test func `ledger and venue do not agree, and when acknowledged rows are missing`() {
        fires(.dirtyStart) { $0.process(.dirty(VenueID(1), detail: "BTC ledger 1 venue 2")) }
        fires(.dirtyStart) { $0.process(.historyDamaged("rows 3 to 5")) }
    }

    @Test func `a book's deltas do not join`() {
        fires(.bookProofLost) {
            $0.quote(0, bid: 99_90, ask: 100_00)
            $0.quote(0, bid: 99_91, ask: 100_01, proven: false)
        }
    }

    @Test func `a frame cannot be read`() {
        fires(.frameQuarantined) {
            $0.process(.bookQuarantined(VenueID(0), [InstrumentID(0)], reason: "not JSON"))
        }
    }

    @Test func `a private stream is lost`() {
        fires(.privateStreamLost) {
            $0.process(.privateStream(VenueID(0), isReady: false, reason: "closed"))
        }
    }

    @Test func `ledger and venue have come to differ`() {
        fires(.ledgerDrift) { $0.process(.drifted(VenueID(0), detail: "USDT ledger 1 venue 2")) }
    }

    @Test func `a venue refuses an order`() {
        fires(.orderRefused) { stage in
            let legs = stage.pair()
            stage.durable(legs)
            stage.process(.placeAnswered(legs[0].id, .refused(code: "51008", message: "no balance")))
        }
    }
}
