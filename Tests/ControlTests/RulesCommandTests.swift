import Control
import Foundation
import Testing

@Suite struct `Rules over the control socket` {
    @Test func `are listed, shown with their limits, and switched with a reason and a name`() async throws {
        let stand = try await LiveNode.start()
        let path = stand.scratch.socket
        let me = NSUserName()
        try await blocking {
            let one = try client(path)
            let rules = try one.ask(.rules, for: RulesAnswer.self).rules
            #expect(rules.count > 60)
            #expect(rules.first { $0.rule == "balance" }?.isFixed == true)
            #expect(rules.first { $0.rule == "daily-loss" }?.reaction == "mode HOLD")
            let limits = try one.ask(.limits, for: LimitsAnswer.self).limits
            let budget = limits.filter { $0.rule == "venue-quality" }
            #expect(budget.map(\.place) == ["binance-spot", "okx", "bybit", "kraken"])
            #expect(budget.allSatisfy { $0.value == "100" && $0.limit == "10" && $0.headroom == "90" })
            // What nobody knows has no headroom.
            let unrest = limits.first { $0.rule == "market-chaos" }
            #expect(unrest?.value == "unknown" && unrest?.headroom == nil)
            let off = try one.ask(
                .rule(name: "spread", isOn: false, reason: "a drill"), for: RuleChangeAnswer.self)
            #expect(off.before.isOn && !off.after.isOn)
            #expect(off.actor == me && off.reason == "a drill")
            let after = try one.ask(.rules, for: RulesAnswer.self).rules.first { $0.rule == "spread" }
            #expect(after?.isOn == false && after?.switchedBy == "\(me): a drill")
            func refused(_ name: String, _ isOn: Bool) -> ControlFault.Code? {
                #expect(throws: ControlFault.self) {
                    try one.ask(.rule(name: name, isOn: isOn, reason: "x"), for: RuleChangeAnswer.self)
                }?.code
            }
            #expect(refused("spread", false) == .conflict, "off already")
            #expect(refused("balance", false) == .conflict, "no choice")
            #expect(refused("sprad", false) == .badArguments)
        }
        await stand.stop()
    }
}
