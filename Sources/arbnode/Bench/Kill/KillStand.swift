import ArgumentParser
import Configuration
import Console
import Control
import Engine
import Foundation
import Hedging
import LiveWorld
import Node
import Orders
import Ports
import SimulatedWorld
import Strategies
import Synchronization
import TradingModel
import VenueKit
import VenueServer

/// A node with resting quotes, four doubles, and what can be broken between them.
struct KillStand {
    let directory: DemoDirectory
    let live: LiveWorld
    let disk: FullDisk
    let venues: DemoVenues
    let node: TradingNode
    let control: ControlServer
    let words: SignalWords
    private let desk = StuckThread()

    /// The venue that dies: others have quotes as well.
    static let mortal = "okx"

    static func start(seed: UInt64) async throws -> KillStand {
        guard let path = HouseFiles.find("config/demo.yaml") else {
            Terminal.say("config/demo.yaml is not here: run from the project's folder")
            throw ExitCode(78)
        }
        let directory = try DemoDirectory(nil)
        var configuration = try NodePlanning.load(path)
        quote(&configuration)
        let venues = try await DemoVenues.start(
            &configuration, seed: seed, directory: directory.path, now: VenueHost.now)
        let live = try LiveWorld.make(
            dataDirectory: directory.path + "/node", extraCA: venues.authority.caPath, limits: .demonstration)
        let disk = FullDisk()
        let node = try await TradingNode.start(
            try NodePlanning.plan(configuration, access: venues.access, isDryRun: false),
            in: disk.under(live.world))
        guard let control = await ControlSocket.open(node, in: directory.path) else { throw ExitCode(73) }
        let stand = KillStand(
            directory: directory, live: live, disk: disk, venues: venues, node: node, control: control,
            words: SignalWords(node.watchkeeper) {})
        await stand.hold(.seconds(20)) { $0.inspect { $0.venues.allSatisfy(\.mayOpen) } }
        return stand
    }

    private init(
        directory: DemoDirectory, live: LiveWorld, disk: FullDisk, venues: DemoVenues, node: TradingNode,
        control: ControlServer, words: SignalWords
    ) {
        self.directory = directory
        self.live = live
        self.disk = disk
        self.venues = venues
        self.node = node
        self.control = control
        self.words = words
    }

    /// Quotes at every venue that would cancel them, and nothing else: Bybit's switch is for institutional
    /// clients, which the double's account is.
    private static func quote(_ configuration: inout NodeConfiguration) {
        configuration.policy.takerTaker = []
        configuration.policy.makerTaker = []
        // A fill that a kill leaves unhedged is late, and its instrument would rest.
        configuration.policy.hedge.cooldown = .zero
        for index in configuration.venues.indices {
            let name = configuration.venues[index].profile.name
            if name == "bybit" {
                configuration.venues[index].profile.deadMan = DeadManRule(
                    trigger: .disconnection, window: .seconds(30), refresh: .seconds(15))
            }
            guard configuration.venues[index].profile.deadMan != nil else { continue }
            // Kraken counts young cancels eightfold: one quote there is what its counter bears.
            let places = configuration.policy.instruments.prefix(name == "kraken" ? 1 : .max)
            for instrument in places {
                configuration.policy.makerTaker.append(
                    MakerTakerPolicy(
                        instrument: instrument.id, quoteVenue: VenueID(index),
                        minimumEdge: Rate(hundredthsOfBasisPoint: 3_000),
                        quoteNotional: Amount(raw: 2_000 * 1_000_000_000_000_000_000),
                        sides: name == "kraken" ? .bids : .both, caution: 0,
                        tolerance: Rate(hundredthsOfBasisPoint: 1_000), life: .milliseconds(100)))
            }
        }
    }

    // MARK: Runs

    func begin(_ hardship: KillHardship) async {
        guard hardship == .venueDead else { return }
        for host in venues.hosts where host.venue == KillStand.mortal { await host.stop() }
    }

    func run(_ hardship: KillHardship) async -> KillRun {
        let orders = await waitForQuotes()
        if hardship == .diskFull { disk.isFull = true }
        if hardship == .deskStuck { await desk.hang(live.world.socketLane) }
        let asked = live.world.time.now
        let outcome = hardship == .consoleDead ? await killBySignal(asked) : await killByConsole(asked)
        desk.release()
        let leaks = outcome?.clearMs == nil ? 0 : await openOrders(except: hardship)
        disk.isFull = false
        await resume()
        guard var outcome else {
            return KillRun(orders: orders, wireMs: nil, clearMs: nil, leaks: leaks, byWatchkeeper: false)
        }
        outcome.orders = orders
        outcome.leaks = leaks
        return outcome
    }

    /// Until each venue has what it takes, or a moment has passed: some take less at times.
    private func waitForQuotes() async -> Int {
        let dead = venues.hosts.indices.filter { venues.hosts[$0].isStopped }
        let wanted = await node.desk.inspect { engine in
            engine.policy.makerTaker.filter { !dead.contains($0.quoteVenue.index) }
                .reduce(0) { $0 + ($1.sides == .both ? 2 : 1) }
        }
        await self.hold(.milliseconds(600)) { desk in
            desk.inspect { $0.open(in: .all).count { $0.state == .acked } >= wanted }
        }
        return await node.desk.inspect { $0.open(in: .all).count }
    }

    private func killByConsole(_ asked: Moment) async -> KillRun? {
        let path = control.path
        let answer = await withCheckedContinuation {
            (continuation: CheckedContinuation<KillAnswer?, Never>) in
            Thread.detachNewThread {  // sim-ok: the operator's side of the socket, which blocks
                do {
                    let client = try ControlClient(path: path, milliseconds: 10_000)
                    continuation.resume(
                        returning: try client.ask(
                            .kill(.all, flattens: false, reason: "bench"), for: KillAnswer.self))
                } catch {
                    Terminal.say("kill: \(error)")
                    continuation.resume(returning: nil)
                }
            }
        }
        guard let answer else { return nil }
        let offset = Double(answer.change.atNs - asked.nanoseconds) / 1e6
        let alive = answer.venues.filter { isAlive($0.venue) }
        return KillRun(
            orders: 0, wireMs: alive.compactMap(\.wireMs).max().map { $0 + offset },
            clearMs: alive.allSatisfy { $0.clearMs != nil }
                ? alive.compactMap(\.clearMs).max().map { $0 + offset } : nil,
            leaks: 0, byWatchkeeper: answer.by == KillOutcome.Carrier.watchkeeper.rawValue)
    }

    private func killBySignal(_ asked: Moment) async -> KillRun? {
        kill(getpid(), SIGQUIT)
        let deadline = asked + .seconds(8)
        while live.world.time.now < deadline {
            if let outcome = await node.watchkeeper.lastOutcome, outcome.askedAt >= asked {
                func since(_ moment: Moment?) -> Double? {
                    moment.map { Double(($0 - asked).nanoseconds) / 1e6 }
                }
                return KillRun(
                    orders: 0, wireMs: since(outcome.wireAt), clearMs: since(outcome.clearAt), leaks: 0,
                    byWatchkeeper: outcome.by == .watchkeeper)
            }
            do { try await live.world.time.sleep(until: live.world.time.now + .milliseconds(2)) } catch {
                break
            }
        }
        return nil
    }

    private func isAlive(_ venue: String) -> Bool {
        venue != KillStand.mortal || !venues.hosts.contains { $0.venue == venue && $0.isStopped }
    }

    /// By the living doubles' own word.
    private func openOrders(except hardship: KillHardship) async -> Int {
        var count = 0
        for host in venues.hosts where isAlive(host.venue) {
            count +=
                await host.withDouble { double, _ in
                    (double as? any SimulatedVenue)?.observer.openOrders().count { $0.isNodeNamed } ?? 0
                } ?? 0
        }
        return count
    }

    private func resume() async {
        await self.hold(.seconds(5)) { $0.inspect { $0.mode == .killed } }
        let people = ["bench", "second"]
        for _ in 0..<200 {
            if case .nothing = await node.desk.loosen(.mode(.normal), reason: "bench", people: people) {
                return
            }
            let deadline = live.world.time.now + .milliseconds(50)
            _ = await node.desk.awaitLoosening(.mode(.normal), by: deadline)
        }
    }

    /// Until it holds, at most for so long.
    private func hold(_ span: Span, _ holds: @escaping @Sendable (isolated TradingDesk) -> Bool) async {
        let deadline = live.world.time.now + span
        while live.world.time.now < deadline {
            if await node.desk.answer(holds) { return }
            do { try await live.world.time.sleep(until: live.world.time.now + .milliseconds(5)) } catch {
                return
            }
        }
    }

    func stop() async {
        words.end()
        await control.stop()
        _ = await node.desk.drain(by: live.world.time.now + .seconds(2))
        await node.desk.close(by: live.world.time.now + .seconds(2))
        await venues.stop()
        live.shutdown()
        directory.discard()
    }
}

/// Makes a lane's thread hang until it is released.
final class StuckThread: Sendable {
    private let isStuck = Atomic<Bool>(false)

    /// Returns once it hangs.
    func hang(_ lane: any Lane) async {
        isStuck.store(true, ordering: .releasing)
        let begun = Flag()
        Task(executorPreference: lane) { [self] in
            begun.set()
            while isStuck.load(ordering: .acquiring) { usleep(200) }
        }
        while !begun.isSet { usleep(100) }
    }

    func release() { isStuck.store(false, ordering: .releasing) }

    private final class Flag: Sendable {
        private let value = Atomic<Bool>(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
    }
}
