import Control
import Testing
import TradingModel

@testable import Node
@testable import arbctl

@Suite struct `The stages of an order` {
    private static func at(_ microseconds: Int64) -> Moment {
        Moment(nanoseconds: 1_000_000_000 + microseconds * 1_000)
    }

    private static let order = OrderIntent(
        id: ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: 5, leg: 0, attempt: 0), venue: VenueID(1),
        instrument: InstrumentID(0), side: .buy, quantity: Quantity(raw: 1), limit: Price(raw: 1),
        timeInForce: .immediateOrCancel, purpose: .open, decidedAt: at(0), sendBefore: at(1_000))

    private func microseconds(_ latency: DeskLatency, _ stage: LatencyStage) -> Double? {
        latency[VenueID(1), stage].percentile(50).map { $0.rounded() }
    }

    @Test func `are timed each from the one before, at the order's venue`() {
        var latency = DeskLatency(venues: 2)
        latency.judged(
            VenueID(1), readable: Self.at(-50), decoded: Self.at(-20), decided: Self.at(0))
        latency.durable(Self.order, at: Self.at(200))
        latency.sent(Self.order, at: Self.at(250))
        latency.filled(Self.order.id, VenueID(1), at: Self.at(900))
        latency.answered(Self.order.id, VenueID(1), at: Self.at(1_250))
        let expected: [LatencyStage: Double] = [
            .decoded: 30, .decided: 20, .durable: 200, .wire: 50, .filled: 650, .answered: 1_000,
        ]
        for (stage, value) in expected { #expect(microseconds(latency, stage) == value, "\(stage)") }
        #expect(latency[VenueID(0), .decoded].count == 0)
    }

    @Test func `only the first fill and the first answer count, and only of what was sent`() {
        var latency = DeskLatency(venues: 2)
        latency.filled(Self.order.id, VenueID(1), at: Self.at(1))
        latency.durable(Self.order, at: Self.at(200))
        latency.answered(Self.order.id, VenueID(1), at: Self.at(210))
        #expect(latency[VenueID(1), .filled].count == 0 && latency[VenueID(1), .answered].count == 0)
        latency.sent(Self.order, at: Self.at(250))
        for _ in 0..<3 { latency.filled(Self.order.id, VenueID(1), at: Self.at(300)) }
        for _ in 0..<3 { latency.answered(Self.order.id, VenueID(1), at: Self.at(300)) }
        #expect(latency[VenueID(1), .filled].count == 1 && latency[VenueID(1), .answered].count == 1)
    }

    @Test func `a table names what was measured, and says so when nothing was`() {
        #expect(LatencyCommand.lines(LatencyAnswer()) == ["Nothing was measured yet."])
        var line = LatencyAnswer.Line()
        (line.stage, line.count, line.p50Ns) = ("wire", 3, 1_500)
        var venue = LatencyAnswer.Venue()
        (venue.venue, venue.stages) = ("okx", [line])
        var answer = LatencyAnswer()
        answer.venues = [venue]
        #expect(LatencyCommand.lines(answer).contains { $0.hasPrefix("okx wire") })
    }
}
