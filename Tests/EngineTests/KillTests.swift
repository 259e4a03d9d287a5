import Engine
import Hedging
import Orders
import Strategies
import Testing
import TradingModel

@Suite struct `A kill` {
    private func kill(
        _ stage: inout Stage, _ scope: KillScope, flattens: Bool = false, by actor: String = "ann"
    ) {
        stage.process(
            .governance(.kill(KillOrder(scope, reason: "test", actor: actor, flattens: flattens))))
    }

    private static let scopes: [KillScope] = [
        .all, .venue("venue-0"), .strategy("taker-taker BTC-USDT"), .symbol("BTC-USDT"),
    ]

    /// A pair of which one leg is at venue 0, sent and not answered for.
    private func open() -> (Stage, [OrderIntent]) {
        var stage = Stage()
        let legs = stage.sentPair()
        return (stage, legs)
    }

    @Test func `cancels in the call that tells it, what its scope covers and nothing else`() {
        for scope in Self.scopes {
            var (stage, legs) = open()
            kill(&stage, scope)
            let covered = legs.filter { stage.engine.kills.covers(scope, $0) }
            #expect(Set(stage.canceled) == Set(covered.map(\.id)), "\(scope.text)")
            #expect(!covered.isEmpty && stage.alarms.contains(.killSwitch))
        }
        var (stage, _) = open()
        kill(&stage, .venue("venue-1"))
        #expect(stage.canceled.count == 1)
    }

    @Test func `lets nothing more open in its scope, whatever the market offers`() {
        for scope in Self.scopes {
            var stage = Stage()
            kill(&stage, scope)
            #expect(stage.pair().isEmpty, "\(scope.text)")
        }
        var stage = Stage(venues: 3)
        kill(&stage, .venue("venue-2"))
        #expect(stage.pair().count == 2, "the other venues trade on")
    }

    @Test func `stops orders that wait for their row`() {
        for scope in Self.scopes {
            var stage = Stage()
            let legs = stage.pair()
            kill(&stage, scope)
            stage.durable(legs)
            for leg in stage.transmitted {
                #expect(!stage.engine.kills.covers(scope, leg), "\(scope.text)")
            }
        }
    }

    @Test func `is found by a restart, also behind a checkpoint`() {
        for scope in Self.scopes {
            var stage = Stage()
            kill(&stage, scope)
            stage.process(.checkpoint)
            let place = stage.rows.lastIndex { if case .checkpoint = $0 { true } else { false } }
            let later = Array(stage.rows[(place ?? 0)...])
            for rows in [stage.rows, later] {
                var again = Stage(recovery: rows)
                #expect(again.engine.kills[scope] != nil, "\(scope.text)")
                #expect((again.engine.mode == .killed) == (scope == .all))
                #expect(again.pair().isEmpty)
            }
        }
    }

    @Test func `takes two people to lift, and acts again when its row is durable`() {
        for scope in Self.scopes where scope != .all {
            var stage = Stage()
            kill(&stage, scope)
            stage.isStoreWilling = false
            stage.process(.governance(.lift(scope, reason: "over", people: ["ann"])))
            #expect(stage.loosenings.isEmpty)
            stage.process(.governance(.lift(scope, reason: "over", people: ["Ann", "node"])))
            #expect(stage.loosenings.isEmpty)
            stage.process(.governance(.lift(scope, reason: "over", people: ["bob"])))
            #expect(stage.engine.kills[scope] != nil, "not before its row is durable")
            stage.process(.governance(.looseningDurable(stage.loosenings.last ?? 0)))
            #expect(stage.engine.kills[scope] == nil)
            #expect(stage.pair().count == 2)
            #expect(Stage(recovery: stage.rows).engine.kills.blocks.isEmpty)
        }
    }

    @Test func `of everything ends with the mode, which two people raise`() {
        var stage = Stage()
        kill(&stage, .all)
        #expect(stage.engine.mode == .killed)
        stage.process(.governance(.lift(.all, reason: "over", people: ["ann", "bob"])))
        #expect(stage.engine.mode == .killed)
        stage.process(.governance(.resume(to: .normal, reason: "over", people: ["ann"])))
        #expect(stage.engine.mode == .killed)
        stage.process(.governance(.resume(to: .normal, reason: "over", people: ["ann", "bob"])))
        #expect(stage.engine.mode == .normal && stage.engine.kills.blocks.isEmpty)
        #expect(stage.pair().count == 2)
    }

    @Test func `hedges nothing, until somebody wants it flat, and then only reduces`() {
        for scope in [KillScope.all, .symbol("BTC-USDT")] {
            var (stage, legs) = open()
            stage.fill(legs[0])
            kill(&stage, scope)
            stage.expire(legs[1])
            #expect(stage.persisted().isEmpty, "\(scope.text)")
            kill(&stage, scope, flattens: true)
            stage.pass(.milliseconds(10))
            stage.process(.timer)
            let hedges = stage.persisted()
            #expect(!hedges.isEmpty && hedges.allSatisfy { $0.purpose.reducesRisk && $0.side == .sell })
            stage.durable(hedges)
            #expect(hedges.allSatisfy { stage.transmitted.contains($0) })
            for hedge in hedges { stage.fill(hedge) }
            #expect(stage.engine.obligations[0].deviation == .zero)
            #expect(stage.pair().isEmpty, "still nothing opens")
        }
    }

    @Test func `of a venue leaves its hedges to the others`() {
        var stage = Stage(venues: 3)
        let legs = stage.sentPair()
        stage.fill(legs[0])
        kill(&stage, .venue("venue-1"))
        stage.expire(legs[1])
        stage.pass(.milliseconds(10))
        stage.process(.timer)
        let hedges = stage.persisted()
        #expect(!hedges.isEmpty && hedges.allSatisfy { $0.venue != VenueID(1) })
    }

    @Test func `of something that is not configured forbids nothing and is kept`() {
        var stage = Stage()
        kill(&stage, .venue("elsewhere"))
        #expect(stage.engine.kills.blocks.count == 1)
        #expect(stage.pair().count == 2)
    }
}
