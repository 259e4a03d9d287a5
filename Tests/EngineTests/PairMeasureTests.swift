import Risk
import Testing
import TradingModel

@testable import Engine

// A pair's second leg is judged by what is its own: what both have in common was judged with the first.
extension `Rules see what happens` {
    @Test func `what is not of each order is the same for both legs, whatever has happened`() {
        var stage = Self.stage()
        for round in 0..<4 {
            let legs = stage.pair()
            #expect(legs.count == 2, "round \(round)")
            guard legs.count == 2 else { return }
            compare(stage, legs, round)
            stage.durable(legs)
            // One leg has filled and the other has not yet: something is owed.
            stage.fill(legs[0])
            compare(stage, legs, round)
            stage.fill(legs[1])
            compare(stage, legs, round)
            stage.advance(.seconds(1))
            stage.process(.timer)
        }
    }

    private func compare(_ stage: Stage, _ legs: [OrderIntent], _ round: Int) {
        let subjects = legs.map {
            RuleSubject($0, edge: Rate(raw: 10_000), closes: false, isAmend: false, asset: 0)
        }
        for measure in Measure.allCases where !measure.isOfEach {
            let values = subjects.map { stage.engine.value(measure, $0, stage.now) }
            #expect(values[0] == values[1], "\(measure) in round \(round)")
        }
    }

    @Test func `values that are reckoned together are those that are reckoned one by one`() {
        var stage = Self.stage()
        for _ in 0..<3 {
            let legs = stage.pair()
            guard let leg = legs.first else { return }
            stage.durable(legs)
            stage.fill(leg)
            let subject = RuleSubject(
                leg, edge: Rate(raw: 10_000), closes: false, isAmend: false, asset: 0)
            var figures = RuleFigures()
            for measure in Measure.allCases {
                let together = stage.engine.value(measure, subject, &figures, stage.now)
                #expect(together == stage.engine.value(measure, subject, stage.now), "\(measure)")
            }
            stage.fill(legs[1])
            stage.advance(.seconds(1))
            stage.process(.timer)
        }
    }
}
