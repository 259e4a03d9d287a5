import Console
import Engine
import LiveWorld
import Node
import Ports
import Reports
import Synchronization
import TradingModel

/// Figures and day's ends of a node that runs, on a thread of their own.
final class ReportPost: Sendable {
    let figures: FigureKeeper
    private let lane: WorkerLane
    private let tasks: Mutex<[Task<Void, Never>]>

    /// Begins both.
    ///
    /// - Parameters:
    ///   - fills: was told of every row from the start on.
    ///   - directory: where incidents and days lie.
    init(
        _ policy: DayEndPolicy, _ node: TradingNode, fills: FillTally, fees: FeeTiers, audit: AuditKeeper,
        in directory: String, time: any Timekeeper, send: @escaping DayEnd.Send
    ) throws {
        let lane = try WorkerLane(name: "reports")
        self.lane = lane
        let figures = FigureKeeper(
            node.desk, fills: fills, fees: fees, clock: policy.clock, in: directory, lane: lane, time: time)
        let days = DayEnd(
            policy, desk: node.desk, figures: figures, audit: audit, in: directory, lane: lane, time: time,
            send: send)
        self.figures = figures
        tasks = Mutex([
            Task(executorPreference: lane) { await figures.run() },
            Task(executorPreference: lane) { await days.run() },
        ])
    }

    /// The desk is still there: the last figures are taken.
    func end() async {
        let running = tasks.withLock { $0 }
        for task in running { task.cancel() }
        for task in running { await task.value }
        await figures.sample()
        lane.stop()
    }
}
