import Engine
import Node
import Orders
import Runbooks
import SimulatedWorld
import TradingModel
import Watch

/// Plans every runbook on every target of a running node, and counts what that has written or sent.
enum DryRun {
    /// At one moment of virtual time: what is different afterwards, the planning did.
    static func writes(_ stand: DrillStand) -> Int {
        let before = traces(stand)
        let shelf = stand.plan.runbooks
        for runbook in shelf.runbooks {
            let targets: [VenueID?] =
                runbook.target == .node ? [nil] : stand.plan.policy.venues.indices.map { VenueID($0) }
            for target in targets {
                let plan = stand.visit { RunbookPlan(runbook, $0.runbookFacts(at: target)) }
                if let plan { _ = shelf.plan(runbook, target: plan.target) }
            }
        }
        let after = traces(stand)
        return zip(before, after).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
    }

    /// Whatever a deed leaves: the bytes on the disk, rows on their way there, requests to venues, incidents,
    /// runs, and what the engine has decided.
    private static func traces(_ stand: DrillStand) -> [UInt64] {
        var traces = SimulatedDisk.File.allCases.map { file in
            (stand.disk.bytes(of: file) ?? []).reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01b3
            }
        }
        traces.append(UInt64(stand.rows.count))
        traces.append(stand.network.requests.values.reduce(0) { $0 + UInt64($1) })
        let inside = stand.visit { desk in
            [
                desk.backlog, desk.cases.cases.count, desk.runs.all.count, Int(desk.engine.mode.rawValue),
                desk.engine.orders.live.count, desk.engine.hasDirectives ? 1 : 0,
            ]
        }
        return traces + (inside ?? []).map { UInt64($0) }
    }
}
