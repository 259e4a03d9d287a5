import Books
import Configuration
import Engine
import Node
import Ports
import SimulatedWorld
import TradingModel
import VenueKit

/// One stretch of recorded time: the whole node in virtual time against the recordings of one market, its
/// orders on the paper exchange. Nothing here decides anything: engine, risk, dialects, outbox and paper
/// exchange are the live ones.
final class BacktestSession {
    private let market: RecordedMarket
    private let simulation: Simulation
    private let process: SimulatedProcess
    private let times: ClosedRange<Moment>
    private var node: TradingNode?
    private var failure: (any Error)?
    private var hasClosed = false
    private var curve: [EquityCurve.Point] = []
    /// By number: every trade as it was last seen.
    private var trades: [UInt64: TradeStory] = [:]
    private var report: NodeReport?

    /// Before the first recorded frame, so that the node listens when it comes; its first snapshot is asked
    /// for about when the recorder asked.
    private static let lead = Span.milliseconds(50)
    /// A node whose desk beats on whole twentieths of a second retries hedges when that of the recording did.
    private static let beat = Span.milliseconds(50)
    /// How often profit is looked at.
    private static let look = Span.seconds(1)
    /// What is under way when the recording ends has this long to end.
    private static let patience = Span.seconds(3)

    init(_ market: RecordedMarket, seed: UInt64) {
        var market = market
        times = market.times
        let start = (times.lowerBound - BacktestSession.lead).nanoseconds
        simulation = Simulation(
            seed: seed,
            start: Moment(nanoseconds: start - start % BacktestSession.beat.nanoseconds), elidesHops: true)
        let network = SimulatedNetwork(simulation)
        // The recorder's distance from the venue is in the recorded times already.
        network.latency = .zero
        network.jitter = .zero
        network.marketBeat = .zero
        for (index, source) in market.sources.enumerated() {
            let symbols = market.venues[index].listings.map(\.symbol)
            network.add(RecordingDouble(byRecordedTime: source.recording, symbols: symbols))
            let at = SimulatedNetwork.Origins(of: source.recording.venue)
            market.venues[index].profile.move(
                rest: at.rest, publicStreams: at.publicStreams, privateStreams: at.privateStreams)
        }
        let disk = SimulatedDisk()
        process = SimulatedProcess(simulation, network) { try SimulatedOutbox(disk) }
        self.market = market
    }

    /// Runs to the end of the recordings. `progress` is told the virtual time now and then.
    func run(_ progress: (Moment) -> Void) throws -> BacktestResult {
        start()
        var next = times.lowerBound
        while next < times.upperBound, failure == nil {
            next = min(next + BacktestSession.look, times.upperBound)
            simulation.run(until: next) { failure != nil }
            observe()
            progress(simulation.now)
        }
        if let failure { throw failure }
        finish()
        guard let report else { preconditionFailure("a node that closed has reported") }
        return BacktestResult(
            market: market, times: times, report: report, curve: EquityCurve(curve),
            trades: trades.values.sorted { $0.number < $1.number }, marks: marks, decisions: decisions)
    }

    private var marks: [Price] = []
    private var decisions = DecisionDigest()

    private func start() {
        nonisolated(unsafe) let session = self
        let world = process.world
        let plan = market.plan
        Task(executorPreference: world.socketLane) {
            do { session.node = try await TradingNode.start(plan, in: world) } catch {
                session.failure = error
            }
        }
    }

    /// Profit now, and what the last trades have come to.
    private func observe() {
        guard let node else { return }
        let (profit, stories) = visit(node.desk) { desk in
            desk.inspect { ($0.summary.profit, $0.trades.stories) }
        }
        curve.append(.init(at: simulation.now, profit: profit))
        for story in stories { trades[story.number] = story }
    }

    /// What is under way ends; then the books are closed.
    private func finish() {
        guard let node else { return }
        nonisolated(unsafe) let session = self
        let end = simulation.now + BacktestSession.patience
        let desk = node.desk
        Task(executorPreference: desk.lane) {
            _ = await desk.drain(by: end)
            session.observe()
            session.report = await desk.report()
            session.marks = await desk.inspect { $0.mids }
            session.decisions = await desk.inspect { $0.decisions }
            await desk.close(by: end + BacktestSession.patience)
            session.hasClosed = true
        }
        simulation.run(until: end + BacktestSession.patience * 2) { hasClosed }
        process.kill()
    }

    private func visit<Answer: Sendable>(
        _ desk: TradingDesk, _ body: @Sendable (isolated TradingDesk) -> Answer
    ) -> Answer {
        simulation.visit(process.world.socketLane) { desk.assumeIsolated { body($0) } }
    }
}
