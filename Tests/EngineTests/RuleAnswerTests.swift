import Risk
import Testing
import TradingModel

@testable import Engine

// What people are told of rules is what the gate holds.
extension `Rules see what happens` {
    @Test func `what would be denied is judged by the rules as they are now, and changes nothing`() {
        var stage = Self.stage(limit(.spread, 1))
        #expect(stage.pair().isEmpty)
        func denial() -> Denial? {
            stage.engine.wouldDeny(
                VenueID(0), InstrumentID(0), .buy, Quantity(raw: 1_000), limits: stage.engine.policy.limits,
                at: stage.now)
        }
        let before = stage.engine.governor.denials
        #expect(denial() == .spread)
        stage.process(.rule("spread", isOn: false, reason: "thin on purpose", actor: "ann"))
        #expect(denial() == nil)
        #expect(stage.engine.governor.denials == before)
    }

    @Test func `limits are shown as they bind: the risk index leaves a share of exposure`() {
        var stage = Self.stage()
        func bound(_ measure: Measure) -> Int128? {
            stage.engine.ruleStandings(at: stage.now).first { $0.limit.measure == measure }?.bound
        }
        let limits = stage.engine.policy.limits
        #expect(bound(.positionNotional) == limits.positionNotional.raw)
        stage.engine.governor.exposureShare = 50
        #expect(bound(.positionNotional) == limits.positionNotional.raw / 2)
        #expect(bound(.exposureNotional) == limits.exposureNotional.raw / 2)
        #expect(bound(.orderNotional) == limits.orderNotional.raw)
    }
}
