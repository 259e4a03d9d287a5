import Console
import Engine
import LiveWorld
import Node
import Ports
import Synchronization

/// The audit log of a node that runs, on a thread of its own, from before its start until after its end.
final class AuditPost: Sendable {
    let keeper: AuditKeeper
    private let lane: WorkerLane
    private let vigil = Mutex<Task<Void, Never>?>(nil)

    /// Opens and verifies the log; throws what keeps it from being kept.
    init(_ policy: EnginePolicy, in directory: String, time: any Timekeeper) throws {
        let lane = try WorkerLane(name: "audit")
        self.lane = lane
        do { keeper = try AuditKeeper(policy, in: directory, lane: lane, time: time) } catch {
            lane.stop()
            throw error
        }
    }

    /// The node runs: it hears of troubles, and heads are signed.
    func begin(with desk: TradingDesk) async {
        await keeper.begin { trouble in
            Task(executorPreference: desk.lane) {
                switch trouble {
                case .damaged(let detail): await desk.auditBroke(detail)
                case .stuck(let detail): await desk.auditStuck(detail)
                }
            }
        }
        let keeper = keeper
        let task = Task(executorPreference: keeper.lane) { await keeper.run() }
        vigil.withLock { $0 = task }
    }

    /// The outbox is closed.
    func end() async {
        let task = vigil.withLock { $0 }
        task?.cancel()
        await task?.value
        await keeper.close()
        lane.stop()
    }
}
