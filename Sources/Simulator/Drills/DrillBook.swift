import Engine
import Node
import Orders
import Ports
import Risk
import SimulatedWorld
import TradingModel

/// A drill for every runbook of the product, in the order of their names.
enum DrillBook {
    static let all: [Drill] =
        [killAll, flattenVenue, unknownOrder, zombieOrder, venueOutage, dirtyStart, disk, clockDrift]
        + [keyRotation, badDeploy, badConfiguration, stuckActor, rateLimit, marketChaos, restore, endOfDay]
        + [nightBegins, nightEnds, maintenance] + others

    private static let killAll = Drill.byHand(
        "rb-01-kill-all", check: { $0.isNot(.normal) })

    private static let flattenVenue = Drill.byHand(
        "rb-02-flatten-venue", on: "okx",
        people: ["look": { $0.object($0.rests(at: ["okx"])) }],
        check: { $0.isClosed("okx") ?? $0.isNot(.normal) })

    /// Orders are taken, and their answers are errors that prove nothing.
    private static let unknownOrder = Drill.triggered(
        "rb-03-unknown-order", on: "bybit",
        { stand in
            stand.network.weather(at: "bybit") {
                $0.errorAfterAll = 10_000
                $0.answerLost = 3_000
            }
            stand.after(.seconds(6)) { $0.network.weather(at: "bybit") { $0 = VenueWeather() } }
        }, check: { $0.isNot(.normal) ?? $0.isClosed("bybit") })

    /// Somebody else's order rests on the account; people find out who, and it is gone.
    private static let zombieOrder = Drill.triggered(
        "rb-04-zombie-order", on: "kraken",
        { stand in
            let best = stand.double("kraken").observer.best("ETH-USDT")
            let price = (best.bid ?? Price(raw: 300_000_000_000)).raw / 100 * 97
            stand.deed("kraken") {
                _ = $0.plant(
                    symbol: "ETH-USDT", side: .buy, price: Price(raw: price / 100_000_000 * 100_000_000),
                    quantity: Quantity(raw: 20_000_000))
            }
        }, people: ["look": { $0.deed("kraken") { $0.cancelAllOrders() } }],
        check: { $0.isClosed("kraken") })

    private static let venueOutage = Drill.triggered(
        "rb-05-venue-outage", on: "okx",
        { stand in
            stand.network.setReachable("okx", false)
            stand.after(.seconds(45)) { $0.network.setReachable("okx", true) }
        }, check: { $0.isClosed("okx") })

    /// Money is moved by hand: a person takes the venue's word for it.
    private static let dirtyStart: Drill = {
        var drill = Drill.triggered(
            "rb-06-dirty-start", on: "bybit",
            { $0.deed("bybit") { $0.transfer(Amount(raw: -2 * 1_000_000_000_000_000_000), asset: "ETH") } },
            people: ["look": { $0.acceptAll() }], check: { $0.isNot(.normal) ?? $0.isClosed("bybit") })
        // A word that the ledger had not followed yet when the node died is given again.
        drill.again = { $0.acceptAll() }
        return drill
    }()

    private static let disk = Drill.triggered(
        "rb-07-disk", { $0.disk.isFull = true }, people: ["look": { $0.disk.heal() }],
        check: { $0.isNot(.normal) })

    private static let clockDrift = Drill.triggered(
        "rb-08-clock-drift", on: "okx", { $0.deed("okx") { $0.clockOffset = .seconds(5) } },
        people: ["look": { $0.deed("okx") { $0.clockOffset = .zero } }], check: { $0.isClosed("okx") })

    /// The old key is one no longer, the new one is where keys are read from.
    private static let keyRotation = Drill.byHand(
        "rb-09-key-rotation", on: "kraken",
        people: [
            "key": { stand in
                stand.replaceKey(of: "kraken", by: "another-key")
                stand.run(.seconds(5))
            }
        ], check: { $0.isClosed("kraken") ?? $0.isNot(.normal) })

    private static let badDeploy = Drill.byHand(
        "rb-12-bad-deploy", people: ["back": { $0.restartNode() }],
        check: { $0.isNot(.normal) ?? $0.isClosed() })

    private static let badConfiguration = Drill.byHand(
        "rb-13-bad-configuration", people: ["back": { $0.restartNode() }],
        check: { $0.isNot(.normal) ?? $0.isClosed() })

    private static let stuckActor = Drill.triggered(
        "rb-14-stuck-actor", { $0.hang(\.socketLane, for: .seconds(4)) }, check: { $0.isNot(.normal) })

    private static let rateLimit = Drill.triggered(
        "rb-15-rate-limit-ban", on: "bybit",
        { stand in
            stand.network.weather(at: "bybit") { $0.overload = 10_000 }
            stand.after(.seconds(8)) { $0.network.weather(at: "bybit") { $0 = VenueWeather() } }
        }, check: { $0.isClosed("bybit") })

    /// Prices move further than any strategy was made for.
    private static let marketChaos = Drill.triggered(
        "rb-16-market-chaos",
        { stand in
            for double in stand.doubles {
                stand.deed(double.name) { $0.moveMarket(percent: -15, within: .seconds(4)) }
            }
        }, people: ["look": { $0.run(.seconds(60)) }], check: { $0.isNot(.normal) })

    /// An older copy of the directory is put back; histories tell what happened since.
    private static let restore = Drill.byHand(
        "rb-17-restore",
        { stand in
            let copies = SimulatedDisk.File.allCases.map { ($0, stand.disk.bytes(of: $0)) }
            stand.run(.seconds(6))
            stand.killNode()
            for (file, bytes) in copies { stand.disk.restore(file, to: bytes) }
            stand.run(.seconds(1))
            stand.startNode()
            stand.run(.seconds(20))
        },
        people: [
            "verify": { $0.acceptAll() }, "look": { $0.acceptAll() }, "release": { $0.releaseAll() },
        ],
        check: { $0.isNot(.normal) ?? $0.isClosed() })

    private static let endOfDay = Drill.byHand(
        "rb-19-end-of-day", check: { $0.isNot(.hold) ?? $0.rests() })

    private static let nightBegins = Drill.byHand(
        "rb-20-night-begins",
        check: { stand in
            let target = stand.visit { $0.engine.riskIndex?.target } ?? nil
            return target == 40 ? nil : "the index's target is \(target ?? -1)"
        })

    private static let nightEnds = calm(
        Drill.byHand(
            "rb-20-night-ends",
            { stand in stand.visit { $0.setRiskTarget(40, reason: "night", actor: "ann") } },
            check: { stand in
                let target = stand.visit { $0.engine.riskIndex?.target } ?? nil
                return target == 80 ? nil : "the index's target is \(target ?? -1)"
            }))

    /// In a market that is far from what this node calls chaos.
    private static func calm(_ drill: Drill) -> Drill {
        var drill = drill
        drill.prepare = { $0.limits.windowCollar = Rate(raw: Rate.one) }
        return drill
    }

    private static let maintenance = Drill.byHand(
        "rb-21-maintenance", people: ["work": { $0.restartNode() }],
        check: { $0.isNot(.normal) ?? $0.isClosed() })
}
