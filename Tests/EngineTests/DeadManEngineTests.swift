import Engine
import Orders
import Testing
import TradingModel

@Suite struct DeadManEngineTests {
    static let now = Moment(nanoseconds: 2_000_000_000_000)

    /// An engine that finds one live order of an earlier run.
    static func engine(_ force: TimeInForce, venue: Int) throws -> TradingEngine {
        let policy = Stage().engine.policy
        let order = OrderIntent(
            id: ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: 1, leg: 0, attempt: 0),
            venue: VenueID(venue), instrument: InstrumentID(0), side: .buy, quantity: Quantity(raw: 1_000),
            limit: Price(raw: 100_00), timeInForce: force, purpose: .open, decidedAt: now,
            sendBefore: .distantFuture)
        var recovery = Recovery(policy: policy)
        let rows: [OutboxRecord] = [
            .started(epoch: 1, at: now),
            .intended(order, venue: "venue-\(venue)", symbol: "BTC-USDT"),
            .moved(order.id, to: .acked, venueOrderID: "o", at: now),
        ]
        for (number, row) in rows.enumerated() {
            try recovery.replay(row.encoded(), sequence: UInt64(number + 1))
        }
        return TradingEngine(policy: policy, recovery: recovery)
    }

    static func queries(_ engine: inout TradingEngine) -> Int {
        engine.takeDirectives().count { if case .query = $0 { true } else { false } }
    }

    @Test func `a venue's switch is off until the venue confirmed it`() throws {
        var engine = try Self.engine(.postOnly, venue: 0)
        #expect(!engine.venues[0].isDeadManArmed)
        engine.process(.deadMan(VenueID(0), isArmed: true), at: Self.now)
        #expect(engine.venues[0].isDeadManArmed && !engine.venues[1].isDeadManArmed)
        engine.process(.deadMan(VenueID(0), isArmed: false), at: Self.now)
        #expect(!engine.venues[0].isDeadManArmed)
    }

    @Test(arguments: [TimeInForce.postOnly, .goodTillCanceled])
    func `what rests at a venue whose switch may have fired is asked about at once`(_ force: TimeInForce)
        throws
    {
        var engine = try Self.engine(force, venue: 0)
        engine.process(.privateStream(VenueID(0), isReady: true, reason: ""), at: Self.now)
        engine.process(.deadMan(VenueID(0), isArmed: true), at: Self.now)
        // The engine asks about a silent order by itself, ever more rarely.
        var now = Self.now
        for _ in 0..<200 {
            now = now + .milliseconds(100)
            engine.process(.timer, at: now)
            for id in engine.orders.live {
                engine.process(.queryAnswered(id, .ambiguous(code: "busy")), at: now)
            }
        }
        engine.process(.timer, at: now)
        _ = engine.takeDirectives()
        engine.process(.deadMan(VenueID(0), isArmed: false), at: now)
        #expect(Self.queries(&engine) == 1)
        engine.process(.deadMan(VenueID(0), isArmed: false), at: now)
        #expect(Self.queries(&engine) == 0, "nothing changed")
    }

    @Test func `other venues' orders are left in peace`() throws {
        var engine = try Self.engine(.postOnly, venue: 1)
        engine.process(.privateStream(VenueID(1), isReady: true, reason: ""), at: Self.now)
        _ = engine.takeDirectives()
        engine.process(.deadMan(VenueID(0), isArmed: true), at: Self.now)
        #expect(Self.queries(&engine) == 0)
    }
}
