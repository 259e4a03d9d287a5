import Engine
import Foundation
import Node
import Orders
import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct `A node against four doubles in virtual time` {
    @Test func `synchronises every book and proves each message`() throws {
        let stand = try NodeStand(seed: 1)
        try stand.startNode()
        stand.run(.seconds(5))
        let report = try stand.report()
        for venue in report.venues {
            #expect(venue.booksSynced == 2, "\(venue.name)")
            #expect(venue.proofChecked > 20, "\(venue.name)")
            #expect(venue.proofFailed == 0, "\(venue.name)")
            #expect(venue.mayOpen, "\(venue.name)")
        }
    }

    @Test(arguments: 1...50)
    func `trades, hedges every fill and ends flat with the venues' own figures`(seed: Int) throws {
        let stand = try NodeStand(seed: UInt64(seed))
        try stand.startNode()
        stand.run(.seconds(6))
        let isFlat = try stand.stopNode()
        let report = try stand.report()
        #expect(isFlat)
        #expect(report.summary.counters.pairs > 0)
        #expect(report.summary.hedgesCompleted > 0)
        #expect(report.summary.unknownOpen == 0)
        #expect(report.summary.unhedgedNotional == .zero)
        #expect(report.summary.mode == .normal, "\(report.summary.modeReason)")
        #expect(stand.disagreements(report).isEmpty, "\(stand.disagreements(report))")
    }

    @Test(arguments: 1...5)
    func `in a dry run trades on paper over live books and sends no byte to any order endpoint`(seed: Int)
        throws
    {
        let stand = try NodeStand(seed: UInt64(seed), isDryRun: true)
        try stand.startNode()
        stand.run(.seconds(6))
        let isFlat = try stand.stopNode()
        let report = try stand.report()
        #expect(isFlat)
        #expect(report.summary.counters.pairs > 0)
        #expect(report.summary.hedgesCompleted > 0)
        #expect(report.summary.unhedgedNotional == .zero)
        let writes = stand.network.requests.keys.filter { !$0.hasPrefix("GET ") }
        #expect(writes.isEmpty, "\(writes)")
        let orders = stand.doubles.map(\.truth.orders.count)
        #expect(orders == [0, 0, 0, 0])
    }

    @Test func `killed in a dry run, starts again with the paper ledger it had`() throws {
        let stand = try NodeStand(seed: 4, isDryRun: true)
        try stand.startNode()
        stand.run(.seconds(3))
        let before = try stand.report().accounts
        stand.killNode()
        try stand.startNode()
        let after = try stand.report().accounts
        #expect(before.map(\.opening) == after.map(\.opening))
        stand.run(.seconds(20))
        let isFlat = try stand.stopNode()
        #expect(isFlat)
    }
}
