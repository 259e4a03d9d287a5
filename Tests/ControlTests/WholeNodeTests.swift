import Control
import Engine
import Foundation
import Node
import Synchronization
import Testing
import TradingModel

@Suite struct `A node behind its control socket` {
    @Test func `says what it is doing and what it waits for`() async throws {
        let stand = try await LiveNode.start()
        let path = stand.scratch.socket
        try await blocking {
            let one = try client(path)
            let status = try one.ask(.status, for: StatusAnswer.self)
            #expect(status.summary.hasPrefix("Waiting: 0 of 4 venues (dry run)"), "\(status.summary)")
            #expect(status.mode.mode == "NORMAL")
            #expect(status.isDryRun)
            #expect(status.books == 8 && status.booksProven == 0)
            #expect(status.blockedBy.contains("okx: 0 of 2 books proven"))
            let books = try one.ask(.books(symbol: "btc-usdt"), for: BooksAnswer.self)
            #expect(books.venues.map(\.venue) == ["binance-spot", "okx", "bybit", "kraken"])
            #expect(books.venues.allSatisfy { !$0.isProven && $0.loss != nil && $0.bids.isEmpty })
            #expect(books.edge == nil)
            let fault = #expect(throws: ControlFault.self) {
                try one.ask(.books(symbol: "FOO"), for: BooksAnswer.self)
            }
            #expect(fault?.code == .unknownSymbol)
            func route(_ quantity: String) -> ControlFault.Code? {
                let question = RouteQuestion(
                    symbol: "btc-usdt", side: .buy, quantity: quantity, limit: "60000", isPostOnly: false)
                return #expect(throws: ControlFault.self) {
                    try one.ask(.route(question), for: RouteAnswer.self)
                }?.code
            }
            #expect(route("0.5") == .conflict, "no book has a price yet")
            #expect(route("-1") == .badArguments && route("1e3") != nil && route("x") == .badArguments)
        }
        await stand.stop()
    }

    @Test func `takes a kill though its desk hangs`() async throws {
        let stand = try await LiveNode.start()
        let path = stand.scratch.socket
        let hangs = Mutex(true)
        Task(executorPreference: stand.node.desk.lane) {
            while hangs.withLock({ $0 }) { usleep(1_000) }
        }
        try await blocking {
            let kill = ControlCommand.kill(.all, flattens: false, reason: "it hangs")
            let answer = try client(path).ask(kill, for: KillAnswer.self)
            #expect(answer.by == "watchkeeper" && answer.scope == "all")
        }
        hangs.withLock { $0 = false }
        await stand.stop()
    }

    @Test func `changes its mode with before and after, by whom the kernel names`() async throws {
        let stand = try await LiveNode.start()
        let path = stand.scratch.socket
        let me = NSUserName()
        try await blocking {
            let one = try client(path)
            let held = try one.ask(.hold(reason: "a drill"), for: ChangeAnswer.self)
            #expect(held.before.mode.mode == "NORMAL")
            #expect(held.after.mode.mode == "HOLD" && held.after.mode.reason == "a drill")
            #expect(held.actor == me && held.reason == "a drill" && held.command == "hold")
            // What a client says of itself counts for nothing.
            let forged =
                #"{"version":1,"command":"resume","arguments":{"reason":"a","actor":"the chairman"}}"#
            #expect(try one.say(forged).contains(#""code":"bad_arguments""#))
            #expect(throws: ControlFault.self) { try one.ask(.hold(reason: "b"), for: ChangeAnswer.self) }
            let safe = try one.ask(.safeMode(reason: "worse"), for: ChangeAnswer.self)
            #expect(safe.before.mode.mode == "HOLD" && safe.after.mode.mode == "SAFE_MODE")
            // Less strict than what stands: that would be loosening by another name.
            #expect(throws: ControlFault.self) { try one.ask(.hold(reason: "c"), for: ChangeAnswer.self) }
            #expect(try one.ask(.status, for: StatusAnswer.self).mode.mode == "SAFE_MODE")
            let alone = #expect(throws: ControlFault.self) {
                try one.ask(.resume(venue: nil, reason: "over"), for: ChangeAnswer.self)
            }
            #expect(alone?.code == .needsApproval)
            // Who talks cannot be the second one as well.
            let twice = #expect(throws: ControlFault.self) {
                try one.ask(
                    .resume(venue: nil, reason: "over", approvedBy: [me.uppercased()]), for: ChangeAnswer.self
                )
            }
            #expect(twice?.code == .needsApproval)
            let back = try one.ask(
                .resume(venue: nil, reason: "over", approvedBy: ["the other one"]), for: ChangeAnswer.self)
            #expect(back.actor == "\(me) and the other one")
            #expect(back.before.mode.reason == "worse" && back.after.mode.mode == "NORMAL")
        }
        await stand.stop()
    }

    @Test func `is not changed by a thousand messages that are none, and answers after each`() async throws {
        let stand = try await LiveNode.start()
        let path = stand.scratch.socket
        let before = await stand.node.desk.report()
        let sent = try await blocking {
            var fuzz = RequestFuzz(seed: 7)
            var one = try client(path)
            var sent = 0
            while sent < 1_500 {
                let line = fuzz.next()
                do {
                    // Every answer is one JSON object with an answer or a typed error.
                    let answer = try one.exchange(line)
                    let reply = try ControlProtocol.read(AnyReply.self, from: answer)
                    #expect(reply.version == 1)
                    #expect(reply.error.map { $0.code != .other } ?? true)
                    if line.count > ControlProtocol.longestRequest {
                        #expect(reply.error?.code == .tooLong)
                        one = try client(path)
                    }
                } catch {
                    Issue.record("\(error) for \(String(decoding: line.prefix(200), as: UTF8.self))")
                    one = try client(path)
                }
                sent += 1
            }
            #expect(try one.ask(.status, for: StatusAnswer.self).control.refusedRequests > 500)
            return sent
        }
        let after = await stand.node.desk.report()
        #expect(sent >= 1_000)
        #expect(after.summary.mode == before.summary.mode)
        #expect(after.summary.modeReason == before.summary.modeReason)
        #expect(after.accounts == before.accounts)
        #expect(after.summary.counters == before.summary.counters)
        #expect(after.venues.allSatisfy { $0.accepted == nil })
        await stand.stop()
    }
}

private struct AnyReply: Decodable {
    var version: Int
    var error: ControlFault?
}
