import Engine
import Foundation
import Node
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
}
