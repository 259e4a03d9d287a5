import Configuration
import Engine
import Orders
import Ports
import Testing
import TradingModel

@testable import Node
@testable import SimulatedWorld

/// A quoting node in virtual time that somebody kills.
@Suite struct `A node that is killed` {
    private static let bound = Span.milliseconds(100)

    private func quoting(seed: UInt64 = 3) throws -> NodeStand {
        let stand = try NodeStand(seed: seed, change: MakerTakerTests.quoting)
        try stand.startNode()
        for _ in 0..<400 where open(stand) < 2 { stand.run(.milliseconds(50)) }
        #expect(open(stand) >= 2)
        return stand
    }

    /// By the venues' own word.
    private func open(_ stand: NodeStand) -> Int {
        stand.doubles.reduce(0) { $0 + $1.observer.openOrders().count { $0.isNodeNamed } }
    }

    /// The word, given where the console or a signal would.
    private func kill(
        _ stand: NodeStand, _ scope: KillScope = .all, flattens: Bool = false,
        within span: Span = .seconds(10)
    ) throws -> KillOutcome {
        let keeper = try #require(stand.node?.watchkeeper)
        nonisolated(unsafe) var outcome: KillOutcome?
        let order = KillOrder(scope, reason: "a drill", actor: "ann", flattens: flattens)
        Task(executorPreference: keeper.lane) { outcome = await keeper.kill(order) }
        stand.simulation.run(until: stand.simulation.now + span) { outcome != nil }
        return try #require(outcome)
    }

    /// Requests that place orders, of all venues.
    private func placings(_ stand: NodeStand) -> Int {
        let paths = ["/api/v3/order", "/api/v5/trade/order", "/v5/order/create", "/0/private/AddOrder"]
        return stand.network.requests.reduce(0) { sum, request in
            request.key.hasPrefix("POST") && paths.contains { request.key.hasSuffix($0) }
                ? sum + request.value : sum
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `has its cancels on the wire within 100 ms, and nothing open within two seconds`(seed: UInt64) throws
    {
        let stand = try quoting(seed: seed)
        let outcome = try kill(stand)
        #expect(outcome.by == .desk && outcome.isClear)
        let wire = try #require(outcome.wireAt) - outcome.askedAt
        let clear = try #require(outcome.clearAt) - outcome.askedAt
        #expect(wire <= Self.bound && clear <= .seconds(2))
        #expect(open(stand) == 0)
        let sent = placings(stand)
        stand.run(.seconds(5))
        #expect(placings(stand) == sent && open(stand) == 0)
        #expect(try stand.report().summary.mode == .killed)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `is cleared by its Watchkeeper while the desk hangs, and the desk sends nothing when it is back`(
        seed: UInt64
    ) throws {
        let stand = try quoting(seed: seed)
        let sent = placings(stand)
        stand.hang(\.socketLane, for: .seconds(4))
        let outcome = try kill(stand, within: .seconds(3))
        #expect(outcome.by == .watchkeeper && outcome.isClear)
        let wire = try #require(outcome.wireAt) - outcome.askedAt
        let clear = try #require(outcome.clearAt) - outcome.askedAt
        #expect(wire <= Self.bound && clear <= .seconds(2), "\(wire.milliseconds) \(clear.milliseconds)")
        #expect(open(stand) == 0)
        stand.run(.seconds(6))
        #expect(placings(stand) == sent && open(stand) == 0)
        #expect(try stand.report().summary.mode == .killed)
    }

    @Test func `does not wait for a full disk, and stays killed once it has room`() throws {
        let stand = try quoting()
        stand.disk.isFull = true
        stand.disk.failsReserve = true
        let outcome = try kill(stand)
        #expect(outcome.isClear && open(stand) == 0)
        #expect(try #require(outcome.wireAt) - outcome.askedAt <= Self.bound)
        stand.disk.heal()
        stand.run(.seconds(5))
        stand.killNode()
        try stand.startNode()
        stand.run(.seconds(5))
        #expect(try stand.report().summary.mode == .killed)
        #expect(open(stand) == 0)
    }

    @Test func `clears the venues that live when one is dead`() throws {
        let stand = try quoting()
        stand.network.setReachable("okx", false)
        let outcome = try kill(stand)
        for venue in outcome.venues where stand.doubles[venue.venue.index].name != "okx" {
            #expect(venue.clearAt != nil && venue.open.isEmpty)
        }
        stand.network.setReachable("okx", true)
        stand.run(.seconds(30))
        #expect(open(stand) == 0, "and that one when it is back")
    }

    @Test func `in one venue quotes on at the other`() throws {
        let stand = try quoting()
        func placed(_ venue: Int) -> Int { stand.doubles[venue].truth.orders.count { $0.isNodeNamed } }
        _ = try kill(stand, .venue("okx"))
        let before = [placed(1), placed(3)]
        stand.run(.seconds(20))
        #expect(placed(1) == before[0] && placed(3) > before[1])
        #expect(stand.doubles[1].observer.openOrders().allSatisfy { !$0.isNodeNamed })
    }

    @Test func `resumes by two people, and not before it is durable`() throws {
        let stand = try quoting()
        _ = try kill(stand)
        let one = try stand.ask { await $0.loosen(.mode(.normal), reason: "over", people: ["ann"]) }
        #expect(one == .needs(agreed: ["ann"], more: 1))
        stand.disk.fault = .unavailable("no room")
        let two = try stand.ask { await $0.loosen(.mode(.normal), reason: "over", people: ["bob"]) }
        #expect(two == .ready(people: ["ann", "bob"]))
        stand.run(.seconds(2))
        #expect(try stand.report().summary.mode == .killed, "the store refused")
        stand.disk.heal()
        stand.run(.seconds(3))
        #expect(try stand.report().summary.mode == .killed, "and nobody has asked again")
        _ = try stand.ask { await $0.loosen(.mode(.normal), reason: "over", people: ["ann", "bob"]) }
        stand.run(.seconds(10))
        #expect(try stand.report().summary.mode == .normal)
        #expect(open(stand) > 0)
    }

    @Test func `in a dry run is killed as well, without a byte to any order endpoint`() throws {
        let stand = try NodeStand(seed: 3, isDryRun: true)
        try stand.startNode()
        stand.run(.seconds(4))
        let outcome = try kill(stand)
        #expect(outcome.isClear && outcome.by == .desk)
        let pairs = try stand.report().summary.counters.pairs
        stand.run(.seconds(4))
        let summary = try stand.report().summary
        #expect(summary.mode == .killed && summary.counters.pairs == pairs && pairs > 0)
        #expect(placings(stand) == 0)
    }

    @Test func `starts in the mode its configuration says, and stays there`() throws {
        let stand = try NodeStand(seed: 3) { $0.startMode = .hold }
        try stand.startNode()
        stand.run(.seconds(6))
        let summary = try stand.report().summary
        #expect(summary.mode == .hold && summary.modeReason == "start_in" && summary.counters.pairs == 0)
    }
}
