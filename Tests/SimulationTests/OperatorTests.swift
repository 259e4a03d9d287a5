import Control
import Engine
import Foundation
import Hedging
import Orders
import Testing
import TradingModel
import Watch

@testable import Console
@testable import Node
@testable import SimulatedWorld

/// What an operator is told, against what the desk itself says in the same moment.
@Suite struct `An operator of a trading node` {
    /// Asks as `arbctl` does, socket apart; the desk's own state is read right after.
    private func ask<Answer: Codable & Sendable>(
        _ stand: NodeStand, _ command: ControlCommand, _ type: Answer.Type, _ watchkeeper: Watchkeeper? = nil
    ) throws -> Answer {
        let request = try ControlProtocol.line(ControlRequest(command))
        let line = try stand.ask { desk in
            await ControlOperator(desk, watchkeeper: watchkeeper).answer(request, from: getuid())
        }
        return try ControlProtocol.read(ControlReply<Answer>.self, from: line).get()
    }

    private func traded() throws -> NodeStand {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        stand.run(.seconds(6))
        try rest(stand)
        return stand
    }

    /// Nothing trades any more, so that a question and the next one meet the same state.
    private func rest(_ stand: NodeStand) throws {
        let simulation = stand.simulation
        #expect(try stand.ask { await $0.drain(by: simulation.now + .seconds(20)) })
    }

    /// Found by simulation seed 1526: a leg had filled while the node was stopping.
    @Test func `is told what a node that stops leaves owed`() throws {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        var told: [String]?
        for _ in 0..<4_000 where told == nil {
            stand.run(.milliseconds(5))
            let deadline = stand.simulation.now + .seconds(1)
            told = try stand.ask { desk -> [String]? in
                let owes = await desk.inspect { $0.obligations.contains { !$0.open.isEmpty } }
                guard owes else { return nil }
                await desk.close(by: deadline)
                return await desk.incidents.lines.map(\.incident.detail)
            }
        }
        let details = try #require(told, "in twenty seconds something is owed")
        #expect(details.contains { $0.hasSuffix("owed as the node stops: its next start hedges it") })
    }

    @Test func `reads in the status what the report says`() throws {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        stand.run(.seconds(6))
        let first = try ask(stand, .status, StatusAnswer.self)
        #expect(first.summary == "Trading on 4 of 4 venues; nothing blocks it; next: nothing to do.")
        try rest(stand)
        let status = try ask(stand, .status, StatusAnswer.self)
        let report = try stand.report()
        #expect(status.profit == "\(report.summary.profit)")
        #expect(status.pairs == report.summary.counters.pairs)
        #expect(status.pairs > 0)
        #expect(status.hedges.completed == report.summary.hedgesCompleted)
        #expect(status.venuesOpen == 4 && status.booksProven == 8)
        #expect(status.latencyUs.decisionToWire.count == report.latency.decisionToWire.count)
        #expect(status.summary.hasPrefix("Ending"))
    }

    @Test func `reads every venue's levels and the best pair after fees`() throws {
        let stand = try traded()
        for (place, symbol) in ["BTC-USDT", "ETH-USDT"].enumerated() {
            let books = try ask(stand, .books(symbol: symbol), BooksAnswer.self)
            let report = try stand.report()
            #expect(books.venues.map(\.venue) == report.venues.map(\.name))
            for (book, venue) in zip(books.venues, report.venues) {
                #expect(book.isProven && book.bids.count == 5 && book.asks.count == 5)
                let touch = venue.touches[place]
                #expect(book.bids[0].price == touch.bid && book.asks[0].price == touch.ask)
            }
            let edge = try #require(books.edge)
            #expect(edge.buyVenue != edge.sellVenue)
            let bid = try #require(Double(edge.bid.price))
            let ask = try #require(Double(edge.ask.price))
            #expect(abs(edge.grossBps - (bid - ask) / ask * 10_000) < 0.001)
            #expect(edge.netBps < edge.grossBps)
            let dearest = books.venues.flatMap(\.bids).compactMap { Double($0.price) }.max()
            #expect(books.bestBid.flatMap { Double($0.level.price) } == dearest)
        }
    }

    @Test func `reads each trade whole, and its money adds up`() throws {
        let stand = try traded()
        let hedges = try ask(stand, .hedges, HedgesAnswer.self)
        #expect(hedges.open.isEmpty)
        #expect(!hedges.completed.isEmpty && hedges.trades.count > 1)
        for line in hedges.trades {
            let trade = try ask(stand, .trade(number: line.number), TradeAnswer.self)
            #expect(trade.legs.map(\.venue) == [line.buyVenue, line.sellVenue])
            #expect(trade.legs.map(\.side) == ["buy", "sell"])
            #expect(trade.account.profit == line.profit && trade.hedges.count == line.hedges)
            #expect(!trade.asks.isEmpty && trade.asks[0] == trade.legs[0].seen)
            #expect(!trade.bids.isEmpty && trade.bids[0] == trade.legs[1].seen)
            func money(_ text: String) throws -> Amount { try Amount(text: text) }
            let account = trade.account
            let sum =
                try money(account.edge) - money(account.slippage) - money(account.hedging)
                - money(account.fees) + money(account.open)
            #expect(sum == (try money(account.profit)))
            for leg in trade.legs + trade.hedges where leg.filled != "0" {
                let (sent, filled) = (try #require(leg.sentAfterNs), try #require(leg.filledAfterNs))
                #expect(leg.decidedAfterNs <= sent && sent <= filled)
            }
        }
        let fault = #expect(throws: ControlFault.self) {
            try ask(stand, .trade(number: 1), TradeAnswer.self)
        }
        #expect(fault?.code == .unknownTrade)
    }

    @Test func `reads the ledger to the last unit, and nothing secret`() throws {
        let stand = try traded()
        let positions = try ask(stand, .positions, PositionsAnswer.self)
        let accounts = try stand.report().accounts
        #expect(positions.accounts.map(\.balance) == accounts.map { "\($0.balance)" })
        #expect(positions.instruments.map(\.symbol) == ["BTC-USDT", "ETH-USDT"])
        #expect(try ask(stand, .orders(onlyUnknown: false), OrdersAnswer.self).orders.isEmpty)
        let venues = try ask(stand, .venues, VenuesAnswer.self)
        #expect(venues.venues.allSatisfy { $0.state.mayOpen && $0.fills > 0 })
        let incidents = try ask(stand, .incidents, IncidentsAnswer.self)
        #expect(incidents.incidents.count == (try stand.ask { await $0.cases.cases.count }))
        for command in [ControlCommand.status, .venues, .positions, .hedges, .incidents, .heartbeats] {
            let request = try ControlProtocol.line(ControlRequest(command))
            let line = try stand.ask { await ControlOperator($0).answer(request, from: 0) }
            #expect(!String(decoding: line, as: UTF8.self).contains("c2ltdWxhdGVkLXNlY3JldA"))
        }
    }

    @Test func `takes an incident in hand and resolves it, by name, and nothing that is not there`() throws {
        let stand = try traded()
        try stand.ask { await $0.note(.foreignOrder, .critical, VenueID(1), "made up") }
        let listed = try ask(stand, .incidents, IncidentsAnswer.self).incidents
        let number = UInt64(try #require(listed.first { $0.code == "FOREIGN_ORDER" }).number)
        let taken = try ask(stand, .acknowledge(number: number, reason: "mine"), IncidentChangeAnswer.self)
        #expect(taken.before == "open" && taken.after == "acknowledged" && !taken.actor.isEmpty)
        let told = try ask(stand, .incident(number: number), IncidentAnswer.self)
        #expect(told.incident.state == "acknowledged" && told.incident.venue == "okx")
        #expect(told.timeline.map(\.what) == ["opened", "acknowledged"])
        #expect(told.timeline[1].reason == "mine" && told.runbook == "rb-04-zombie-order")
        let over = try ask(stand, .resolve(number: number, reason: "over"), IncidentChangeAnswer.self)
        #expect(over.after == "resolved")
        func refused(_ command: ControlCommand) -> ControlFault.Code? {
            #expect(throws: ControlFault.self) { try ask(stand, command, IncidentChangeAnswer.self) }?.code
        }
        #expect(refused(.acknowledge(number: number, reason: "again")) == .conflict)
        #expect(refused(.resolve(number: .max, reason: "x")) == .unknownIncident)
    }

    @Test func `reads the heartbeats of everything that must live`() throws {
        let stand = try traded()
        let beats = try ask(stand, .heartbeats, HeartbeatsAnswer.self)
        #expect(beats.green == 27 && beats.yellow == 0 && beats.red == 0, "\(beats)")
        let names = Set(beats.heartbeats.map(\.name))
        #expect(
            names == [
                "desk lane", "store lane", "reserve lane", "market data", "clock", "private stream",
                "own-order echoes", "reconciliation", "order hunter",
            ])
        #expect(beats.heartbeats.allSatisfy { $0.yellowNs < $0.redNs && $0.everyNs <= $0.yellowNs })
    }

    @Test func `sees orders while they live`() throws {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        var seen: OrdersAnswer.Order?
        for _ in 0..<2_000 where seen == nil {
            stand.run(.milliseconds(5))
            seen = try ask(stand, .orders(onlyUnknown: false), OrdersAnswer.self).orders.first
        }
        let order = try #require(seen)
        #expect(ClientOrderID(order.id) != nil)
        #expect(["buy", "sell"].contains(order.side) && order.purpose == "open")
        #expect(["NEW", "SENT", "ACKED", "PARTIAL"].contains(order.state))
    }

    @Test func `holds it: nothing is opened until it is resumed, and a restart remembers who and why`() throws
    {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        stand.run(.seconds(3))
        let held = try ask(stand, .hold(reason: "a drill"), ChangeAnswer.self)
        #expect(held.before.mode.mode == "NORMAL" && held.after.mode.mode == "HOLD")
        let pairs = try stand.report().summary.counters.pairs
        stand.run(.seconds(5))
        #expect(try stand.report().summary.counters.pairs == pairs)
        stand.killNode()
        try stand.startNode()
        stand.run(.seconds(20))
        let status = try ask(stand, .status, StatusAnswer.self)
        #expect(status.mode.mode == "HOLD" && status.mode.reason == "a drill")
        #expect(status.summary.contains("blocked by HOLD: a drill"))
        #expect(status.summary.contains("arbctl resume"))
        #expect(status.pairs == 0)
        _ = try ask(stand, .resume(venue: nil, reason: "over"), ChangeAnswer.self)
        stand.run(.seconds(6))
        #expect(try stand.report().summary.counters.pairs > 0)
    }

    @Test func `releases one venue, and only one that is in its own SAFE_MODE`() throws {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        stand.run(.seconds(3))
        #expect(throws: ControlFault.self) {
            try ask(stand, .resume(venue: "okx", reason: "a"), ChangeAnswer.self)
        }
        try stand.ask { await $0.handle(.venueMode(VenueID(1), isSafe: true, reason: "odd", actor: "t")) }
        #expect(try ask(stand, .status, StatusAnswer.self).next.contains { $0.contains("--venue okx") })
        let released = try ask(stand, .resume(venue: "okx", reason: "looked"), ChangeAnswer.self)
        #expect(released.before.venue?.blockedBy == "SAFE_MODE: odd")
        #expect(released.after.venue?.mayOpen == true)
        let fault = #expect(throws: ControlFault.self) {
            try ask(stand, .resume(venue: "nowhere", reason: "a"), ChangeAnswer.self)
        }
        #expect(fault?.code == .unknownVenue)
    }

    @Test func `is told that a killed venue takes nothing new, and who may lift that`() throws {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        stand.run(.seconds(3))
        let keeper = try #require(stand.node?.watchkeeper)
        let kill = try ask(
            stand, .kill(.venue("okx"), flattens: false, reason: "odd"), KillAnswer.self, keeper)
        #expect(kill.change.before.kills.isEmpty && kill.change.after.kills == ["venue okx"])
        let venues = try ask(stand, .venues, VenuesAnswer.self).venues
        #expect(venues.filter(\.state.mayOpen).map(\.state.venue) == ["binance-spot", "bybit", "kraken"])
        let status = try ask(stand, .status, StatusAnswer.self)
        #expect(status.venuesOpen == 3)
        #expect(
            status.summary.hasPrefix(
                "Trading on 3 of 4 venues; blocked by okx: killed: odd; next: two people"))
        #expect(status.next.first?.contains("arbctl resume --venue okx") == true)
    }

    @Test func `accepts a venue's balances only while they are in question`() throws {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        stand.run(.seconds(3))
        let accept = ControlCommand.accept(venue: "kraken", reason: "a deposit")
        let fault = #expect(throws: ControlFault.self) { try ask(stand, accept, ChangeAnswer.self) }
        #expect(fault?.code == .conflict)
        try stand.ask { await $0.handle(.drifted(VenueID(3), detail: "USDT")) }
        let change = try ask(stand, accept, ChangeAnswer.self)
        #expect(change.before.venue?.accepted == nil)
        let accepted = try #require(change.after.venue?.accepted)
        #expect(accepted.hasPrefix("accepted by ") && accepted.hasSuffix(": a deposit"))
    }
}
