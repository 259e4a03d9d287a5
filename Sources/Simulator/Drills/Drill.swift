import Engine
import Node
import Runbooks
import SimulatedWorld
import TradingModel

/// One runbook rehearsed: what calls for it, who does what while it runs, and what must be so afterwards.
struct Drill: Sendable {
    typealias Deed = @Sendable (DrillStand) -> Void

    var runbook: String
    /// A venue's name, or `node`.
    var target: String
    /// Its trigger starts it; otherwise a person does.
    var startsItself: Bool
    /// What it is for.
    var provoke: Deed
    /// What people do when a step asks them, before they answer, by the step's name.
    var people: [String: Deed] = [:]
    /// What people do about what a death has undone, some time after it.
    var again: Deed = { _ in }
    /// What must be so afterwards and is not; `nil`: all is well.
    var check: @Sendable (DrillStand) -> String?
    var prepare: @Sendable (inout EnginePolicy) -> Void = { _ in }
    var venues = WorldPlan.allVenues
    var quotes = true
    var seed: UInt64 = 11

    static let node = RunbookRun.node

    /// A person starts it.
    static func byHand(
        _ runbook: String, on target: String = Drill.node, _ provoke: @escaping Deed = { _ in },
        people: [String: Deed] = [:], check: @escaping @Sendable (DrillStand) -> String?
    ) -> Drill {
        Drill(
            runbook: runbook, target: target, startsItself: false, provoke: provoke, people: people,
            check: check)
    }

    /// An incident starts it.
    static func triggered(
        _ runbook: String, on target: String = Drill.node, _ provoke: @escaping Deed,
        people: [String: Deed] = [:], check: @escaping @Sendable (DrillStand) -> String? = { _ in nil },
        prepare: @escaping @Sendable (inout EnginePolicy) -> Void = { _ in }
    ) -> Drill {
        Drill(
            runbook: runbook, target: target, startsItself: true, provoke: provoke, people: people,
            check: check, prepare: prepare)
    }
}

// What drills look at afterwards.
extension DrillStand {
    /// The mode is another one.
    func isNot(_ mode: OperatingMode) -> String? {
        let found = visit { $0.engine.mode }
        let why = rows.lastMode.map { ": \($0)" } ?? ""
        return found == mode ? nil : "the mode is \(found?.name ?? "none"), not \(mode.name)\(why)"
    }

    /// In HOLD because something owed could not be hedged in time.
    var isHeldByHedge: Bool {
        visit { $0.engine.mode == .hold && $0.engine.modeReason.hasPrefix("HEDGE_FAILURE") } ?? false
    }

    /// A venue still works on an order of ours, by its own word.
    func rests(at names: [String]? = nil) -> String? {
        for double in doubles where names?.contains(double.name) ?? true {
            double.advance(to: now)
            if let order = double.observer.openOrders().first(where: { !$0.isForeign }) {
                return "\(double.name) still holds \(order.clientID)"
            }
        }
        return nil
    }

    /// A venue that may not open new risk.
    func isClosed(_ name: String? = nil) -> String? {
        let closed = visit { desk in
            desk.report().venues.first { !$0.mayOpen && (name == nil || name == $0.name) }
                .map { "\($0.name) is not open again: \($0.blockedBy ?? "")" }
        }
        guard let closed else { return "no node runs" }
        return closed
    }
}
