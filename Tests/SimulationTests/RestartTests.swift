import Engine
import Node
import Orders
import Ports
import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct `A node killed at a random moment` {
    @Test(arguments: 1...10) func `reconciles before it trades and ends with the venues' own figures`(
        seed: Int
    ) throws {
        let stand = try NodeStand(seed: UInt64(seed))
        var random = SeededSequence(seed: UInt64(seed) &* 77)
        for _ in 0..<3 {
            try stand.startNode()
            stand.run(.microseconds(random.between(1_000_000, 4_000_000)))
            stand.killNode()
            // The venues live on while the node is dead: orders sent just before fill now.
            stand.run(.milliseconds(random.between(10, 2_000)))
        }
        try stand.startNode()
        stand.calmMarkets()
        // Four starts in a few seconds empty Kraken's request counter; it refills one a second.
        stand.run(.seconds(45))
        let running = try stand.report()
        let closed = running.venues.filter { !$0.mayOpen }.map(\.name)
        let incidents = running.incidents.map { "\($0.incident.code) ×\($0.count) \($0.incident.detail)" }
        #expect(closed.isEmpty, "\(incidents)")
        let isFlat = try stand.stopNode()
        let report = try stand.report()
        #expect(isFlat)
        #expect(report.summary.mode == .normal, "\(report.summary.modeReason): \(incidents)")
        #expect(report.summary.unknownOpen == 0)
        #expect(report.summary.unhedgedNotional == .zero)
        #expect(stand.disagreements(report).isEmpty, "\(stand.disagreements(report))")
    }

    /// What its quotes did meanwhile lies further back than the histories it asks for while it trades.
    @Test func `that was away for ten minutes books and hedges what filled meanwhile`() throws {
        var missed = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            let stand = try NodeStand(seed: seed, change: MakerTakerTests.quoting)
            func filled() -> Int {
                stand.doubles.reduce(0) { $0 + $1.truth.orders.count { $0.filled > .zero } }
            }
            func open() -> Int {
                stand.doubles.reduce(0) { $0 + $1.observer.openOrders().count { $0.isNodeNamed } }
            }
            try stand.startNode()
            for _ in 0..<400 where open() < 2 { stand.run(.milliseconds(50)) }
            stand.killNode()
            let before = filled()
            stand.run(.seconds(55))
            missed += filled() - before
            stand.calmMarkets()
            stand.run(.seconds(600))
            try stand.startNode()
            stand.run(.seconds(45))
            let closed = try stand.report().venues.filter { !$0.mayOpen }
            #expect(closed.isEmpty, "seed \(seed): \(closed.map { ($0.name, $0.blockedBy ?? "") })")
            let isFlat = try stand.stopNode()
            let report = try stand.report()
            #expect(isFlat && report.summary.unknownOpen == 0, "seed \(seed)")
            #expect(stand.disagreements(report).isEmpty, "seed \(seed): \(stand.disagreements(report))")
        }
        #expect(missed > 0)
    }

    /// The next run's exchange did not know it, and nothing that has filled can be proven absent.
    @Test func `on paper ends a quote that had filled in part`() throws {
        let stand = try NodeStand(seed: 1, isDryRun: true)
        let before = NodeStand.start - .seconds(10)
        let quote = OrderIntent(
            id: ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: 1, leg: 0, attempt: 0),
            venue: VenueID(1), instrument: InstrumentID(0), side: .buy, quantity: Quantity(raw: 2_000_000),
            limit: Price(raw: 6_000_000), timeInForce: .postOnly, purpose: .open, decidedAt: before,
            sendBefore: before)
        let fill = FillReport(
            instrument: InstrumentID(0), clientID: quote.id, venueOrderID: "p1", tradeID: "p1", side: .buy,
            price: quote.limit, quantity: Quantity(raw: 500_000), fee: .zero, feeAsset: Asset("USDT"),
            isMaker: true, evidence: .stream, venueTime: before)
        let rows: [OutboxRecord] = [
            .started(epoch: 1, at: before), .intended(quote, venue: "okx", symbol: "BTC-USDT"),
            .moved(quote.id, to: .acked, venueOrderID: "p1", at: before),
            .filled(fill, order: quote.id, venue: "okx", symbol: "BTC-USDT"),
        ]
        let store = try SimulatedOutbox(stand.disk)
        _ = try store.append(rows.map { $0.encoded() })
        store.close()
        try stand.startNode()
        stand.run(.seconds(30))
        let record = try stand.ask { desk in await desk.inspect { $0.orders[quote.id] } }
        #expect(record?.state == .canceled && record?.filled == fill.quantity)
    }

    @Test func `the same seed runs the same steps`() throws {
        func trace() throws -> (UInt64, Int) {
            let stand = try NodeStand(seed: 5)
            try stand.startNode()
            stand.run(.seconds(2))
            stand.killNode()
            try stand.startNode()
            stand.run(.seconds(2))
            return (stand.simulation.trace, stand.simulation.steps)
        }
        let first = try trace()
        let second = try trace()
        #expect(first == second)
    }
}

@Suite struct `A node whose network fails` {
    @Test(arguments: 1...10) func `loses proof and liquidity with a connection and gets both back`(seed: Int)
        throws
    {
        let stand = try NodeStand(seed: UInt64(seed))
        try stand.startNode()
        stand.run(.seconds(3))
        let venue = stand.doubles[seed % stand.doubles.count].name
        stand.network.cutConnections(to: venue)
        stand.run(.milliseconds(1))
        let cut = try stand.report()
        #expect(cut.venues.first { $0.name == venue }?.booksSynced == 0)
        #expect(cut.venues.first { $0.name == venue }?.mayOpen == false)
        stand.run(.seconds(6))
        let back = try stand.report()
        let allBack = back.venues.allSatisfy { $0.booksSynced == 2 && $0.mayOpen }
        let missing = back.venues.filter { $0.booksSynced != 2 || !$0.mayOpen }
            .map { "\($0.name): \($0.booksSynced) books, may open \($0.mayOpen)" }
        #expect(allBack, "\(missing)")
        let resyncs = back.venues.first { $0.name == venue }?.resyncs ?? 0
        #expect(resyncs > 0)
        let isFlat = try stand.stopNode()
        let end = try stand.report()
        #expect(isFlat && stand.disagreements(end).isEmpty, "\(stand.disagreements(end))")
    }

    @Test func `hedges elsewhere when a venue vanishes with a leg open`() throws {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        for _ in 0..<8 {
            stand.run(.milliseconds(700))
            stand.network.setReachable("bybit", false)
            stand.run(.milliseconds(400))
            stand.network.setReachable("bybit", true)
            stand.run(.seconds(1))
        }
        stand.run(.seconds(15))
        let isFlat = try stand.stopNode()
        let report = try stand.report()
        #expect(isFlat)
        #expect(report.summary.unknownOpen == 0)
        #expect(report.summary.unhedgedNotional == .zero)
        #expect(stand.disagreements(report).isEmpty, "\(stand.disagreements(report))")
    }

    @Test func `sends nothing when the disk refuses, and holds`() throws {
        let stand = try NodeStand(seed: 2)
        try stand.startNode()
        stand.run(.seconds(2))
        let sent = orderRequests(stand)
        stand.disk.fault = .unavailable("no space left on device")
        stand.run(.seconds(4))
        let report = try stand.report()
        #expect(report.summary.mode == .hold)
        let codes = report.incidents.map(\.incident.code)
        #expect(codes.contains(.outboxUnavailable))
        #expect(orderRequests(stand) <= sent + 2, "at most the pair that was durable already")
    }

    private func orderRequests(_ stand: NodeStand) -> Int {
        stand.network.requests.filter { $0.key.hasPrefix("POST") }.values.reduce(0, +)
    }
}
