import Engine
import Hedging
import Node
import Orders
import Ports
import Risk
import SimulatedWorld
import Strategies
import TradingModel

// Runbooks of single incidents.
extension DrillBook {
    static let others: [Drill] = [
        auditChain, deadMan, logicLoop, bookProof, degradedRouting, alertChannel, hedgeFailure, exposure,
        appetite, rules, runbookFailed, resume, afterKill, host, canary,
    ]

    /// What we send to the venue arrives, nothing comes back: its switch is confirmed no more.
    private static let deadMan = Drill.triggered(
        "rb-25-dead-man", on: "okx",
        { stand in
            stand.network.setReachable("okx", false)
            stand.after(.seconds(90)) { $0.network.setReachable("okx", true) }
        }, check: { $0.isClosed("okx") })

    private static let logicLoop = Drill.triggered(
        "rb-26-logic-loop", { $0.run(.seconds(40)) },
        people: [
            "look": { stand in
                stand.visit { desk in
                    for strategy in desk.engine.disabledStrategies {
                        for person in ["ann", "bob"] {
                            desk.approve(strategy: strategy.name, reason: "a drill", actor: person)
                        }
                    }
                    // Nothing trades before people have seen why.
                    desk.setMode(.hold, reason: "a drill", actor: "ann")
                }
            }
        ],
        check: { stand in
            let disabled = stand.visit { $0.engine.disabledStrategies.map(\.name) } ?? []
            return disabled.isEmpty ? nil : "\(disabled) are still disabled"
        },
        prepare: { policy in
            for index in policy.takerTaker.indices { policy.takerTaker[index].cyclesPerMinute = 2 }
        })

    private static let bookProof = Drill.triggered(
        "rb-27-book-proof", on: "kraken",
        { stand in
            stand.deed("kraken") { $0.spoilBook("BTC-USDT", .wrongChecksum, count: 2) }
            stand.run(.seconds(3))
        }, check: { $0.isClosed("kraken") })

    /// Legs fill in part, and when the rest is to be hedged the books are empty.
    private static let degradedRouting = Drill.triggered(
        "rb-28-degraded-routing",
        { stand in
            for double in stand.doubles {
                stand.deed(double.name) { $0.fragmentation = .init(pieces: 2, percent: 30) }
            }
            for second in 0..<20 {
                stand.after(.milliseconds(Int64(second) * 2_100)) { stand in
                    for double in stand.doubles {
                        stand.deed(double.name) { $0.vanishLiquidity(for: .milliseconds(900)) }
                    }
                }
            }
            stand.after(.seconds(45)) { stand in
                for double in stand.doubles { stand.deed(double.name) { $0.fragmentation = nil } }
            }
            stand.run(.seconds(50))
        }, check: { $0.isClosed() })

    private static let alertChannel = Drill.triggered(
        "rb-29-alert-channel",
        { stand in stand.visit { $0.channelDied("webhook", because: "the other side said 500") } },
        people: ["look": { stand in stand.visit { $0.channelLives("webhook") } }])

    /// Every other request vanishes: one leg of a pair fills, and what became of the other nobody says.
    private static let hedgeFailure = Drill.triggered(
        "rb-30-hedge-failure",
        { stand in
            for double in stand.doubles {
                stand.network.weather(at: double.name) { $0.swallowed = 5_000 }
            }
            stand.after(.seconds(5)) { stand in
                for double in stand.doubles { stand.network.weather(at: double.name) { $0 = VenueWeather() } }
            }
        }, check: { $0.isNot(.normal) })

    private static let exposure = Drill.triggered(
        "rb-31-exposure", { $0.run(.seconds(30)) },
        prepare: { $0.hedge.residualCap = Amount(raw: 1_000_000_000_000) })

    private static let appetite = Drill.triggered(
        "rb-32-risk-appetite",
        { stand in stand.visit { $0.setRiskTarget(100, reason: "more", actor: "ann") } },
        check: { stand in
            let target = stand.visit { $0.engine.riskIndex?.target } ?? nil
            return target == 80 ? nil : "the index's target is \(target ?? -1)"
        })

    private static let rules = Drill.triggered(
        "rb-33-rules",
        { stand in stand.visit { $0.setRule("spread", isOn: false, reason: "a drill", actor: "ann") } },
        people: [
            "look": { stand in
                stand.visit { $0.setRule("spread", isOn: true, reason: "over", actor: "ann") }
            }
        ])

    /// A run that is aborted is told, and another one follows it up.
    private static let runbookFailed = Drill.byHand(
        "rb-34-runbook",
        { stand in
            let number = stand.begin("rb-12-bad-deploy", on: Drill.node)
            stand.run(.seconds(3))
            if let number { stand.abort(number) }
            stand.run(.seconds(3))
        }, check: { $0.isNot(.hold) })

    private static let resume = Drill.byHand(
        "rb-35-resume",
        { stand in
            stand.visit { $0.setMode(.safe, reason: "a drill", actor: "ann") }
            stand.run(.seconds(5))
            stand.visit { _ = $0.loosen(.mode(.normal), reason: "it is over", people: ["ann"]) }
            stand.run(.seconds(1))
        }, check: { $0.isNot(.normal) })

    private static let afterKill = Drill.triggered(
        "rb-36-after-kill",
        { stand in
            guard let keeper = stand.node?.watchkeeper else { return }
            let order = KillOrder(.all, reason: "a drill", actor: "ann")
            Task(executorPreference: keeper.lane) { _ = await keeper.kill(order) }
            stand.run(.seconds(1))
        }, check: { $0.isNot(.normal) })

    private static let host = Drill.triggered(
        "rb-37-host",
        { stand in stand.incident(.hostStrained) },
        check: { $0.isNot(.normal) })

    private static let canary = Drill.triggered(
        "rb-38-canary",
        { stand in stand.incident(.canaryFail) },
        check: { $0.isNot(.normal) })

    private static let auditChain = Drill.byHand("rb-23-audit-chain", check: { $0.isNot(.normal) })
}

extension DrillStand {
    /// Told as a part of the node tells it.
    func incident(_ code: IncidentCode) {
        let at = now
        visit {
            $0.trouble(Incident(code: code, severity: .warning, venue: nil, detail: "a drill", at: at))
        }
    }
}
