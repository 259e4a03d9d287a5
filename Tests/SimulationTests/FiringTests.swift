import Configuration
import Engine
import Ports
import SimulatedWorld
import Testing
import TradingModel
import Watch

@testable import Node

/// What only a whole node can see: its connectors' troubles, its heartbeats, what people do not answer.
@Suite struct `A node raises` {
    private func running(_ seed: UInt64 = 3) throws -> NodeStand {
        let stand = try NodeStand(seed: seed)
        try stand.startNode()
        stand.run(.seconds(6))
        stand.calmMarkets()
        return stand
    }

    private func cases(_ stand: NodeStand) throws -> [IncidentCase] { try stand.ask { await $0.cases.cases } }

    private func codes(_ stand: NodeStand) throws -> Set<IncidentCode> {
        Set(try cases(stand).map(\.key.code))
    }

    @Test func `VENUE_DISCONNECTED and PRIVATE_STREAM_LOST for a venue that is gone, until it is back`()
        throws
    {
        let stand = try running()
        stand.network.setReachable("okx", false)
        stand.run(.seconds(4))
        #expect(try codes(stand).isSuperset(of: [.venueDisconnected, .privateStreamLost]))
        stand.network.setReachable("okx", true)
        stand.run(.seconds(200))
        let lost = try cases(stand).filter { $0.key.code == .privateStreamLost }
        #expect(!lost.isEmpty && lost.allSatisfy { $0.state == .resolved })
        #expect(lost[0].timeline.map(\.what).last == "resolved itself")
    }

    /// Three times as long as a socket may be silent; Binance, where nothing happens, only pings.
    @Test func `no PRIVATE_STREAM_LOST for accounts on which nothing happens`() throws {
        let stand = try NodeStand(seed: 3) { $0.startMode = .hold }
        try stand.startNode()
        stand.run(.seconds(6))
        stand.calmMarkets()
        stand.run(.seconds(150))
        #expect(try stand.report().summary.counters.ordersSent == 0)
        #expect(try !codes(stand).contains(.privateStreamLost))
    }

    @Test func `RATE_LIMITED and VENUE_REFUSED for a venue that sheds load`() throws {
        let stand = try running()
        stand.network.weather(at: "bybit") { $0.overload = 10_000 }
        stand.run(.seconds(30))
        #expect(try codes(stand).isSuperset(of: [.rateLimited, .venueRefused]))
    }

    @Test func `CLOCK_SKEW for a venue whose clock jumps`() throws {
        let stand = try running()
        stand.doubles[1].mischief.clockOffset = .seconds(5)
        stand.run(.seconds(30))
        #expect(try codes(stand).contains(.clockSkew))
    }

    @Test func `HEARTBEAT_LOST for a venue that is silent, which stays that venue's trouble`() throws {
        let stand = try running()
        stand.network.setReachable("okx", false)
        stand.run(.seconds(130))
        let beats = try stand.ask { await $0.heartbeats }
        let okx = beats.filter { $0.beat.venue == VenueID(1) && $0.vitality == .red }
        #expect(okx.contains { $0.beat.name == "market data" })
        #expect(try codes(stand).contains(.heartbeatLost))
        #expect(try stand.report().summary.mode == .normal)
    }

    @Test func `HEARTBEAT_LOST for every venue at once and is REDUCED: it hears nobody`() throws {
        let stand = try running()
        for venue in ["binance-spot", "okx", "bybit", "kraken"] { stand.network.setReachable(venue, false) }
        stand.run(.seconds(200))
        #expect(try stand.report().summary.mode >= .reduced)
    }

    @Test func `no HEARTBEAT_LOST while all is well, idle or not`() throws {
        let stand = try running()
        stand.run(.seconds(120))
        let lost = try cases(stand).filter { $0.key.code == .heartbeatLost }
        #expect(lost.isEmpty, "\(lost.map(\.detail))")
        let beats = try stand.ask { await $0.heartbeats }
        #expect(beats.allSatisfy { $0.vitality == .green }, "\(beats.filter { $0.vitality != .green })")
        #expect(beats.count == 3 + 4 * 6)
    }

    @Test func `HOLD when its desk stood still, and is told how long it was`() throws {
        let stand = try running()
        stand.hang(\.socketLane, for: .seconds(4))
        stand.run(.seconds(6))
        #expect(try stand.report().summary.mode == .hold)
        let lost = try cases(stand).filter { $0.key.code == .heartbeatLost && $0.key.subject == "desk lane" }
        #expect(lost.count == 1 && lost[0].detail.hasPrefix("desk lane has been silent for"))
        let all = try cases(stand).filter { $0.key.code == .heartbeatLost }
        #expect(all.count == 1, "what the others did meanwhile it cannot have seen")
    }

    @Test func `ALERT_CHANNEL_DEAD for a channel that takes nothing, and resolves it when it does`() throws {
        let stand = try running()
        try stand.ask { await $0.channelDied("webhook", because: "the other side said 500") }
        let dead = try #require(try cases(stand).first { $0.key.code == .alertChannelDead })
        #expect(dead.key.subject == "webhook" && dead.severity == .critical)
        stand.run(.seconds(100))
        #expect(try cases(stand).first { $0.key.code == .alertChannelDead }?.isOpen == true)
        try stand.ask { await $0.channelLives("webhook") }
        stand.run(.seconds(62))
        #expect(try cases(stand).first { $0.key.code == .alertChannelDead }?.isOpen == false)
    }
}

@Suite struct `An incident of a node` {
    /// Filled on the desk's lane, which the simulation runs on this thread.
    private final class Told: @unchecked Sendable { var alerts: [Alert] = [] }

    private func paged() throws -> (NodeStand, Told, Int) {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        stand.run(.seconds(6))
        let told = Told()
        try stand.ask { await $0.report { told.alerts.append($0) } }
        try stand.ask { await $0.note(.ghostFill, .pageNow, nil, "made up") }
        let number = try #require(try stand.ask { await $0.cases.cases.last?.number })
        stand.calmMarkets()
        return (stand, told, number)
    }

    @Test func `is open after a restart too, also behind checkpoints, and holds the node in its time`() throws
    {
        let (stand, _, number) = try paged()
        stand.run(.seconds(60))
        for _ in 0..<2 {
            stand.killNode()
            stand.run(.seconds(1))
            try stand.startNode()
            stand.calmMarkets()
            stand.run(.seconds(30))
        }
        let told = try #require(try stand.ask { await $0.cases[number] })
        #expect(told.key.code == .ghostFill && told.isOpen)
        #expect(told.timeline.count { $0.what == "the node was started anew" } >= 1)
        stand.run(.seconds(500))
        #expect(try stand.ask { await $0.cases[number]?.state } == .overdue)
        #expect(try stand.report().summary.mode == .hold)
    }

    @Test func `that pages and is not answered goes to the second channel, then holds the node`() throws {
        let (stand, told, number) = try paged()
        func kinds() -> [Alert.Kind] { told.alerts.filter { $0.number == number }.map(\.kind) }
        #expect(kinds() == [.opened], "emitted in the very call")
        stand.run(.seconds(119))
        #expect(kinds() == [.opened])
        stand.run(.seconds(3))
        #expect(kinds() == [.opened, .escalated])
        #expect(try stand.report().summary.mode == .normal)
        stand.run(.seconds(480))
        #expect(kinds() == [.opened, .escalated, .overdue])
        #expect(try stand.report().summary.mode == .hold)
    }

    @Test func `that somebody takes holds nothing, and the answer survives in the audit log`() throws {
        let (stand, told, number) = try paged()
        try stand.ask { desk in
            do throws(IncidentRegister.Refusal) {
                try await desk.acknowledge(number, reason: "mine", actor: "ann")
            } catch { Issue.record("\(error)") }
        }
        stand.run(.seconds(700))
        #expect(told.alerts.filter { $0.number == number }.map(\.kind) == [.opened, .acknowledged])
        #expect(try stand.report().summary.mode == .normal)
        _ = try stand.stopNode()
        let words = ["incident \(number) GHOST_FILL acknowledged", "mine", "ann"]
        #expect(try stand.rows().contains { row in words.allSatisfy { row.contains($0) } })
    }

    @Test func `has a dossier of what came before it`() throws {
        let (stand, _, number) = try paged()
        let dossier = try #require(try stand.ask { await $0.dossier(number) })
        #expect(dossier.text.contains("# GHOST_FILL"))
        #expect(!dossier.decisions.isEmpty, "it has traded for some seconds")
        #expect(dossier.text.contains("trade "))
    }
}
