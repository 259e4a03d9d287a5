import Control
import Foundation
import Testing

@Suite struct `The control protocol` {
    private static let commands: [ControlCommand] = [
        .status, .venues, .latency, .books(symbol: "BTC-USDT"), .positions, .orders(onlyUnknown: false),
        .orders(onlyUnknown: true), .hedges, .trade(number: .max), .incidents,
        .incident(number: 3), .acknowledge(number: 1, reason: "mine"), .resolve(number: .max, reason: "over"),
        .heartbeats, .selfCheck(now: false), .selfCheck(now: true), .logs(count: 7), .runbooks,
        .runbook(name: "rb"), .plan(name: "rb", venue: nil), .plan(name: "rb", venue: "okx"), .runs,
        .run(number: 4), .startRun(RunWish("rb", venue: nil, plan: nil, reason: "i")),
        .startRun(RunWish("rb", venue: "okx", plan: "ab12", reason: "i")),
        .changeRun(3, .approve(plan: "ab12", by: nil, reason: "j")),
        .changeRun(3, .approve(plan: "ab12", by: "bob", reason: "j")),
        .changeRun(3, .answer(reason: "k")), .changeRun(.max, .abort(reason: "l")),
        .hold(reason: "a \"reason\""),
        .resume(venue: nil, reason: "grün"), .resume(venue: "okx", reason: "b"), .safeMode(reason: "c"),
        .accept(venue: "kraken", reason: "d"), .portfolio,
        .whatIf(WhatIfQuestion(position: "A-B:-1", venue: "okx", shock: "-10%", limit: nil)),
        .whatIf(WhatIfQuestion(position: nil, venue: nil, shock: nil, limit: "value_at_risk:5")),
        .resume(
            ResumeWish(.strategy("taker-taker A-B"), reason: "e", approvedBy: ["ann", "bob smith"])),
        .resume(ResumeWish(mode: "REDUCED", reason: "e")), .kill(.all, flattens: false, reason: "f"),
        .kill(.venue("okx"), flattens: true, reason: "f"),
        .kill(.symbol("A-B"), flattens: false, reason: "f"),
        .maintenance(isOn: true, reason: "g"), .maintenance(isOn: false, reason: "g"),
        .maintenance(isOn: true, flattens: true, reason: "g"),
        .riskIndex(target: nil, reason: ""), .riskIndex(target: 0, reason: "h"),
        .riskIndex(target: 100, reason: "h"),
        .limits, .rules, .reload(reason: "i", approvedBy: []),
        .reload(reason: "i", approvedBy: ["ann", "bob smith"]), .report(ReportQuestion(.day)),
        .report(ReportQuestion(.month, day: 20_786, wantsPage: true)),
        .timeline(TimelineQuestion(from: 0, to: .max)),
        .timeline(TimelineQuestion(from: 5, to: 9, subjects: ["mode", "risk_index"], most: 7)),
        .rule(name: "spread", isOn: true, reason: "e"), .rule(name: "spread", isOn: false, reason: "f"),
        .route(
            RouteQuestion(symbol: "A-B", side: .buy, quantity: "0.5", limit: nil, isPostOnly: false)),
        .route(
            RouteQuestion(symbol: "A-B", side: .sell, quantity: "1", limit: "99.5", isPostOnly: true)),
    ]

    private func read(_ text: String) throws -> ControlCommand { try ControlCommand.read(Array(text.utf8)) }

    private func code(_ text: String) -> ControlFault.Code? {
        do {
            _ = try ControlCommand.read(Array(text.utf8))
            return nil
        } catch { return error.code }
    }

    @Test(arguments: commands) func `every command survives the wire on one line`(command: ControlCommand)
        throws
    {
        let line = try ControlProtocol.line(ControlRequest(command))
        #expect(!line.contains(UInt8(ascii: "\n")))
        #expect(try ControlCommand.read(line) == command)
    }

    @Test func `a request looks as it is documented`() throws {
        #expect(
            try read(#"{"version":1,"command":"books","arguments":{"symbol":"BTC-USDT"}}"#)
                == .books(symbol: "BTC-USDT"))
        #expect(try read(#"{"version":1,"command":"status"}"#) == .status)
        #expect(try read(#"{"version":1,"command":"hedges","arguments":{"trade":12}}"#) == .trade(number: 12))
    }

    @Test func `a view that refreshes itself says that nobody stands behind it`() throws {
        func isAttended(_ request: ControlRequest) throws -> Bool {
            try ControlCommand.attended(try ControlProtocol.line(request)).isAttended
        }
        #expect(try isAttended(ControlRequest(.status)))
        #expect(try !isAttended(ControlRequest(.status, unattended: true)))
    }

    @Test(arguments: ["hold", "resume", "safe-mode", "reconcile", "config"])
    func `what changes the node needs a reason`(name: String) {
        let rest =
            ["reconcile": #""venue":"okx","accept":true"#, "config": #""reload":true"#][name] ?? ""
        let comma = rest.isEmpty ? "" : ","
        func request(_ reason: String) -> String {
            #"{"version":1,"command":"\#(name)","arguments":{\#(rest)\#(reason)}}"#
        }
        #expect(code(request("")) == .reasonRequired)
        #expect(code(request(#"\#(comma)"reason":"""#)) == .reasonRequired)
        #expect(code(request(#"\#(comma)"reason":" \t "}"#)) != nil)
        #expect(code(request(#"\#(comma)"reason":7"#)) == .badArguments)
        #expect(code(request(#"\#(comma)"reason":"a\nb""#)) == .badArguments)
        #expect(code(request(#"\#(comma)"reason":"a\u001b[2Jb""#)) == .badArguments)
        let long = String(repeating: "x", count: ControlProtocol.longestReason + 1)
        #expect(code(request(#"\#(comma)"reason":"\#(long)""#)) == .badArguments)
        #expect(code(request(#"\#(comma)"reason":"why""#)) == nil)
    }

    @Test func `an argument that a command does not know refuses it`() {
        #expect(code(#"{"version":1,"command":"status","arguments":{"x":true}}"#) == .badArguments)
        // Misspelled, it would have released one venue; taken for nothing, it would resume the node.
        #expect(
            code(#"{"version":1,"command":"resume","arguments":{"reason":"a","vnue":"okx"}}"#)
                == .badArguments)
        #expect(
            code(#"{"version":1,"command":"reconcile","arguments":{"venue":"okx","reason":"a"}}"#)
                == .badArguments)
    }

    @Test func `nonsense, other versions and unknown commands are told apart`() {
        #expect(code("") == .malformed)
        #expect(code("status") == .malformed)
        #expect(code("[]") == .malformed)
        #expect(code(#"{"command":"status"}"#) == .malformed)
        #expect(code(#"{"version":"1","command":"status"}"#) == .malformed)
        #expect(code(#"{"version":1,"command":"status","arguments":{"a":[1]}}"#) == .malformed)
        #expect(code(#"{"version":2,"order":"66"}"#) == .unsupportedVersion)
        #expect(code(#"{"version":1,"command":"launch"}"#) == .unknownCommand)
        #expect(code(String(repeating: "[", count: 60_000)) == .malformed)
    }

    @Test func `an answer survives the wire in lower snake case, with null for what is not there`() throws {
        var leg = TradeAnswer.Leg()
        leg.venue = "okx"
        leg.sentAfterNs = 5
        var trade = TradeAnswer()
        trade.legs = [leg]
        let line = try ControlProtocol.line(ControlReply.answer(trade))
        #expect(try ControlProtocol.read(ControlReply<TradeAnswer>.self, from: line).get() == trade)
        let text = String(decoding: line, as: UTF8.self)
        #expect(text.contains(#""sent_after_ns":5"#))
        #expect(text.contains(#""filled_after_ns":null"#))
        #expect(text.contains(#""took_ns":null"#))
        for match in text.matches(of: #/"([^"]+)":/#) {
            #expect(match.output.1.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
        }
    }

    @Test func `a fault comes back as one, also one that this side does not know yet`() throws {
        let fault = ControlFault(.conflict, "no", remedy: "yes")
        let line = try ControlProtocol.line(ControlReply<StatusAnswer>.fault(fault))
        #expect(throws: fault) { try ControlProtocol.read(ControlReply<StatusAnswer>.self, from: line).get() }
        let newer = #"{"version":1,"error":{"code":"tired","message":"m"}}"#
        let read = try ControlProtocol.read(ControlReply<StatusAnswer>.self, from: Array(newer.utf8))
        #expect(throws: ControlFault(.other, "m", remedy: "")) { try read.get() }
    }

    @Test func `a path has 107 bytes at most`() throws {
        #expect(throws: Never.self) { try UnixAddress(String(repeating: "a", count: 107)) }
        #expect(throws: UnixAddress.TooLong.self) { try UnixAddress(String(repeating: "a", count: 108)) }
        #expect(throws: UnixAddress.TooLong.self) { try UnixAddress(String(repeating: "ä", count: 54)) }
    }
}
