import Engine
import SimulatedWorld
import Testing
import TradingModel

@testable import Node

/// How much of a venue's trade history a gap makes a node read.
@Suite struct `The trade history after a gap` {
    @Test func `is read from where ledger and venue last agreed, not from the run's beginning`() throws {
        let stand = try NodeStand(seed: 5)
        try stand.startNode()
        stand.run(.seconds(5))
        let began = try stand.ask { await $0.startedAt }
        stand.calmMarkets()
        stand.run(.seconds(600))
        let now = stand.simulation.now
        for venue in 0..<4 {
            let begins = try stand.ask { await $0.historyBegins(VenueID(venue)) }
            #expect(begins > now - .seconds(180), "venue \(venue) agrees again and again while all is well")
        }
        // While a venue cannot be seen nothing is known to agree, and the window grows by that time.
        let name = stand.doubles[1].name
        stand.network.setReachable(name, false)
        stand.run(.seconds(300))
        let begins = try stand.ask { await $0.historyBegins(VenueID(1)) }
        #expect(begins > began && begins <= stand.simulation.now - .seconds(300))
        stand.network.setReachable(name, true)
        stand.run(.seconds(60))
        #expect(try stand.report().venues[1].mayOpen)
    }

    @Test func `is read from before the run where nothing has agreed yet`() throws {
        let stand = try NodeStand(seed: 5)
        try stand.startNode()
        let began = try stand.ask { await $0.startedAt }
        let begins = try stand.ask { await $0.historyBegins(VenueID(0)) }
        #expect(begins == began - Recovery.historyMargin)
    }
}
