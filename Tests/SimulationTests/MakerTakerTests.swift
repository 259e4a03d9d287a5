import Configuration
import Engine
import Node
import SimulatedWorld
import Strategies
import Testing
import TradingModel
import VenueKit

@Suite("A node that quotes") struct MakerTakerTests {
    /// Quotes at OKX and Kraken, whose switches cancel them should the node die.
    static func quoting(_ configuration: inout NodeConfiguration) {
        let venues = configuration.venues.map(\.profile.name)
        configuration.policy.takerTaker = []
        configuration.policy.makerTaker = ["okx", "kraken"].compactMap { name in
            venues.firstIndex(of: name).map {
                MakerTakerPolicy(
                    instrument: InstrumentID(0), quoteVenue: VenueID($0),
                    minimumEdge: Rate(hundredthsOfBasisPoint: 50),
                    quoteNotional: Amount(raw: 2_000 * 1_000_000_000_000_000_000), caution: 0)
            }
        }
    }

    @Test(arguments: 1...6)
    func `rests quotes, hedges what fills, leaves nothing behind, and its ledger is the venues'`(seed: Int)
        throws
    {
        let stand = try NodeStand(seed: UInt64(seed), change: MakerTakerTests.quoting)
        try stand.startNode()
        stand.run(.seconds(30))
        let placed = stand.doubles.map { $0.truth.orders.count { $0.isNodeNamed } }
        #expect(placed.reduce(0, +) > 4, "\(placed)")
        let isFlat = try stand.stopNode()
        let report = try stand.report()
        #expect(isFlat)
        #expect(report.summary.unknownOpen == 0)
        #expect(report.summary.unhedgedNotional == .zero)
        #expect(report.summary.mode == .normal, "\(report.summary.modeReason)")
        #expect(stand.disagreements(report).isEmpty, "\(stand.disagreements(report))")
        for double in stand.doubles {
            #expect(double.truth.orders.allSatisfy { !$0.isOpen || !$0.isNodeNamed }, "\(double.name)")
        }
    }

    @Test func `quotes move by amends at Kraken, and by cancel and new order at OKX`() throws {
        var amends = 0
        for seed in UInt64(1)...4 {
            let stand = try NodeStand(seed: seed, change: MakerTakerTests.quoting)
            try stand.startNode()
            stand.run(.seconds(30))
            let isFlat = try stand.stopNode()
            let report = try stand.report()
            #expect(isFlat && stand.disagreements(report).isEmpty, "\(stand.disagreements(report))")
            let asked = stand.network.requests.filter { $0.key.contains("AmendOrder") }
            amends += report.summary.counters.ordersAmended
            #expect(asked.values.reduce(0, +) >= report.summary.counters.ordersAmended)
            #expect(!stand.network.requests.keys.contains { $0.contains("amend-order") })
        }
        #expect(amends > 0)
        print("amended:", amends)
    }

    @Test func `on paper quotes move by amends, too`() throws {
        var amends = 0
        for seed in UInt64(1)...3 {
            let stand = try NodeStand(seed: seed, isDryRun: true, change: MakerTakerTests.quoting)
            try stand.startNode()
            stand.run(.seconds(20))
            #expect(try stand.stopNode())
            let report = try stand.report()
            #expect(report.summary.unhedgedNotional == .zero)
            amends += report.summary.counters.ordersAmended
        }
        #expect(amends > 0)
    }

    @Test(arguments: 1...4)
    func `on paper it quotes and hedges as well, and sends no byte to any order endpoint`(seed: Int) throws {
        let stand = try NodeStand(seed: UInt64(seed), isDryRun: true, change: MakerTakerTests.quoting)
        try stand.startNode()
        stand.run(.seconds(30))
        let isFlat = try stand.stopNode()
        let report = try stand.report()
        #expect(isFlat)
        #expect(report.summary.counters.ordersSent > 4)
        #expect(report.summary.unhedgedNotional == .zero)
        let writes = stand.network.requests.keys.filter { !$0.hasPrefix("GET ") }
        #expect(writes.isEmpty, "\(writes)")
    }

    @Test(arguments: 1...6)
    func `killed while quotes rest, cancels them at its next start and hedges what had filled`(seed: Int)
        throws
    {
        let stand = try NodeStand(seed: UInt64(seed + 100), change: MakerTakerTests.quoting)
        try stand.startNode()
        stand.run(.seconds(12))
        stand.killNode()
        let resting = stand.doubles.flatMap(\.truth.orders).count { $0.isOpen && $0.isNodeNamed }
        stand.run(.seconds(3))
        try stand.startNode()
        stand.calmMarkets()
        stand.run(.seconds(30))
        let isFlat = try stand.stopNode()
        let report = try stand.report()
        #expect(isFlat)
        #expect(report.summary.unknownOpen == 0)
        #expect(stand.disagreements(report).isEmpty, "\(stand.disagreements(report))")
        for double in stand.doubles {
            #expect(double.truth.orders.allSatisfy { !$0.isOpen || !$0.isNodeNamed }, "\(double.name)")
        }
        print("resting at death:", resting, "fills:", report.summary.counters.fills)
    }
}
