import Engine
import Hedging
import Node
import Orders
import Portfolio
import Ports
import Risk
import SimulatedWorld
import TradingModel

// What fires the codes that no drill's trigger fires. Where a figure alone decides, its limit is set so that
// the first trades break it.
extension DrillScene {
    static let all: [DrillScene] = venues + money + machine

    private static let venues: [DrillScene] = [
        // An order in the node's own format that no row knows.
        DrillScene(codes: [.zombieOrder]) { stand in
            let id = ClientOrderID(epoch: 0, node: 1, strategy: 9, intent: 77, leg: 0, attempt: 0)
            let price = (stand.double("okx").observer.best("ETH-USDT").bid ?? .zero).raw / 100 * 97
            stand.deed("okx") {
                _ = $0.plant(
                    clientID: id.description, symbol: "ETH-USDT", side: .buy,
                    price: Price(raw: price / 100_000_000 * 100_000_000),
                    quantity: Quantity(raw: 20_000_000))
            }
        },
        DrillScene(codes: [.overfill]) { stand in
            for double in stand.doubles {
                stand.deed(double.name) { $0.overfills = [.lots(1), .lots(1), .lots(1)] }
            }
        },
        DrillScene(codes: [.orderRefused]) { stand in
            for double in stand.doubles { stand.deed(double.name) { $0.halt("BTC-USDT", .halted) } }
            stand.run(.milliseconds(400))
            for double in stand.doubles { stand.deed(double.name) { $0.keyTrouble = .tradingNotAllowed } }
        },
        DrillScene(codes: [.frameQuarantined]) { stand in
            stand.deed("okx") { $0.spoilBook("BTC-USDT", .garbled(.notANumber), count: 3) }
        },
        DrillScene(codes: [.rateLimited, .venueRefused]) { stand in
            stand.network.weather(at: "bybit") { $0.overload = 10_000 }
        },
        // A venue refuses an order and carries it out all the same, a little later.
        DrillScene(codes: [.ghostFill]) { stand in
            for double in stand.doubles { stand.deed(double.name) { $0.halt("BTC-USDT", .halted) } }
            stand.run(.seconds(10))
            for double in stand.doubles { stand.deed(double.name) { $0.resume("BTC-USDT") } }
            stand.run(.seconds(2))
            for double in stand.doubles {
                guard let refused = stand.rows.refused(at: double.name) else { continue }
                let symbol = stand.plan.policy.instruments[refused.instrument.index].symbol
                stand.deed(double.name) {
                    _ = $0.trade(
                        clientID: refused.id.description, symbol: symbol, side: refused.side,
                        quantity: refused.quantity)
                }
            }
        },
    ]

    private static let money: [DrillScene] = [
        DrillScene(codes: [.strategyPnlStop], prepare: { $0.limits.rules[.strategyLoss] = [-1 << 100] }),
        DrillScene(codes: [.ruleBroken], prepare: { $0.limits.rules[.realisedLoss] = [-1 << 100] }),
        DrillScene(codes: [.marketChaos], prepare: { $0.limits.rules[.chaos] = [-1] }),
        DrillScene(codes: [.varLimit], prepare: { $0.portfolio?.valueAtRisk = Amount(raw: 1) }),
        DrillScene(
            codes: [.stressFail],
            prepare: {
                $0.portfolio?.stress.venueLoss.limit = Rate(hundredthsOfBasisPoint: 1)
                $0.portfolio?.stress.correlationLimit = Rate(hundredthsOfBasisPoint: 0)
            }),
        DrillScene(codes: [.strategyThrottled]) { stand in
            for double in stand.doubles {
                stand.deed(double.name) { $0.moveMarket(percent: -3, within: .seconds(3)) }
            }
        },
        // A short that is large beside its equity, and a price that goes against it.
        DrillScene(
            codes: [.marginLow], within: .seconds(60), venues: ["binance-spot", "okx", "okx-swap"],
            deed: { stand in
                let swap = stand.double("okx-swap").observer
                func size() -> Quantity { swap.position("BTC-USDT")?.size ?? .zero }
                // The perpetual is dear, so it is what gets sold, whatever the market does else.
                stand.deed("okx-swap") { $0.moveMarket(percent: 1, within: .seconds(3)) }
                // 0.05 bitcoin, half as much again as the account is worth.
                for _ in 0..<600 where size().raw > -5_000_000 { stand.run(.seconds(1)) }
                for double in stand.doubles {
                    stand.deed(double.name) { $0.moveMarket(percent: 50, within: .seconds(13)) }
                }
            },
            before: { stand in
                let left = Amount(raw: 2_000 * 1_000_000_000_000_000_000)
                let wallet = stand.double("okx-swap").observer.wallet() ?? .zero
                stand.deed("okx-swap") { $0.transfer(left - wallet, asset: "USDT") }
            }),
        // Legs fill in part, and no spot venue has anything left when the rest is to be hedged.
        DrillScene(
            codes: [.fallbackHedgeUsed], venues: ["binance-spot", "okx", "okx-swap"],
            deed: { stand in
                for spot in ["binance-spot", "okx"] {
                    stand.deed(spot) { $0.fragmentation = .init(pieces: 2, percent: 30) }
                    for second in 0..<40 {
                        stand.after(.milliseconds(Int64(second) * 2_100)) { stand in
                            stand.deed(spot) { $0.vanishLiquidity(for: .milliseconds(900)) }
                        }
                    }
                }
            }),
        DrillScene(
            codes: [.residualLimit], prepare: { $0.hedge.residualCap = Amount(raw: 1_000_000_000_000) }),
    ]

    private static let machine: [DrillScene] = [
        DrillScene(codes: [.outboxSlow]) { $0.hang(\.storeLane, for: .seconds(2)) },
        DrillScene(codes: [.outboxUnavailable]) { $0.disk.fault = .unavailable("input/output error") },
        DrillScene(
            codes: [.operatorAway], deed: { stand in stand.visit { $0.expectOperators() } },
            prepare: { $0.riskIndex?.absentAfter = .seconds(20) }),
        DrillScene(codes: [.auditBroken]) { stand in
            stand.visit { $0.auditBroke("row 7 does not have the hash that its line says") }
        },
        DrillScene(codes: [.dayEndIncomplete]) { stand in
            stand.visit { $0.dayEnded("a day", problems: ["okx has not been reconciled"]) }
        },
        DrillScene(codes: [.diskLow]) { $0.disk.isFull = true },
        DrillScene(codes: [.staleTrade], within: .seconds(300)) { stand in
            for step in 0..<200 {
                stand.after(.milliseconds(Int64(step) * 1_300)) {
                    $0.hang(\.storeLane, for: .milliseconds(400))
                }
            }
        },
    ]
}
