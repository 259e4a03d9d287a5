import Control
import Testing

@testable import arbctl

@Suite struct `The portfolio over the control socket` {
    @Test func `is told before there is a figure, and can be supposed`() async throws {
        let stand = try await LiveNode.start()
        let path = stand.scratch.socket
        try await blocking {
            let one = try client(path)
            let told = try one.ask(.portfolio, for: PortfolioAnswer.self)
            #expect(told.isConfigured && told.throttles.map(\.sharePercent) == [100, 100])
            #expect(told.valueAtRisk.state == "insufficient_data" && told.valueAtRisk.parametric == nil)
            func ask(_ position: String?, _ venue: String?, _ shock: String?, _ limit: String?) throws
                -> WhatIfAnswer
            {
                try one.ask(
                    .whatIf(WhatIfQuestion(position: position, venue: venue, shock: shock, limit: limit)),
                    for: WhatIfAnswer.self)
            }
            func code(_ position: String?, _ venue: String?, _ shock: String?, _ limit: String?)
                -> ControlFault.Code?
            {
                #expect(throws: ControlFault.self) { try ask(position, venue, shock, limit) }?.code
            }
            let answer = try ask("btc-usdt:-0.5", "okx", "-10%", "value_at_risk:7")
            #expect(
                answer.supposed == [
                    "position -0.5 BTC-USDT at okx", "all prices move by -10%", "value_at_risk 7",
                ])
            // No venue has told a price yet: there is no figure, and no zero in its place.
            let risk = try #require(answer.figures.first { $0.name == "value_at_risk" })
            #expect(risk.after == nil && risk.limitAfter == "7" && risk.limitBefore == "5000")
            let position = try #require(answer.figures.first { $0.name == "position_notional BTC-USDT" })
            #expect(position.before == "0" && position.after == nil && position.isWithinAfter == nil)
            #expect(answer.denial != nil)
            #expect(code("FOO-USDT:1", nil, nil, nil) == .unknownSymbol)
            #expect(code("BTC-USDT:1", "nowhere", nil, nil) == .unknownVenue)
            for bad in ["BTC-USDT", "BTC-USDT:", "BTC-USDT:0", "BTC-USDT:x", "BTC-USDT:0.000000001"] {
                #expect(code(bad, nil, nil, nil) == .badArguments, "\(bad)")
            }
            for bad in ["-100%", "10", "1001%", "x%", ":5%"] {
                #expect(code(nil, nil, bad, nil) != nil, "\(bad)")
            }
            for bad in ["value_at_risk:0", "crash_limit:101%", "crash_limit:5", "nothing:1", "value_at_risk"]
            {
                #expect(code(nil, nil, nil, bad) == .badArguments, "\(bad)")
            }
            let after = try one.ask(.portfolio, for: PortfolioAnswer.self)
            #expect(after.valueAtRisk.limit == nil || after.valueAtRisk.limit == "5000")
        }
        await stand.stop()
    }

    @Test func `reads as a table that says what is missing`() throws {
        var answer = PortfolioAnswer()
        #expect(PortfolioCommand.lines(answer).count == 1)
        answer.isConfigured = true
        answer.valueAtRisk.returns = 3
        answer.valueAtRisk.needed = 120
        var stress = PortfolioAnswer.Stress()
        (stress.scenario, stress.note) = ("venue_loss", "not all accounts are open")
        answer.stress = [stress]
        var throttle = PortfolioAnswer.Throttle()
        throttle.strategy = "taker-taker BTC-USDT"
        throttle.sharePercent = 75
        var step = PortfolioAnswer.Throttle.Step()
        (step.cause, step.why, step.toPercent) = ("hedges", "2 hedges late or given up", 75)
        throttle.last = step
        answer.throttles = [throttle]
        let lines = PortfolioCommand.lines(answer)
        #expect(lines.contains { $0.contains("insufficient_data") && $0.contains("3 of 120") })
        #expect(lines.contains { $0.hasPrefix("venue_loss") && $0.hasSuffix("not all accounts are open") })
        #expect(lines.contains { $0.contains("75.0 %") && $0.hasSuffix("2 hedges late or given up") })
    }
}
