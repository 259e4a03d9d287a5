import Ports
import TradingModel
import Watch

/// Looks at the desk from a lane of its own, and reassures a supervisor while every critical heartbeat is
/// fresh. A desk that is stuck is told to people past the desk; a supervisor that is no longer reassured
/// starts the node anew. Live programs have one; nothing in a node depends on it.
public actor DeskWatch {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let pulse: NodePulse
    private let time: any Timekeeper
    private let tell: @Sendable (Alert) -> Void
    private let interval: Span?
    private let reassure: @Sendable () -> Void
    private var vigil = DeskVigil()
    private var nextReassurance = Moment.distantPast

    /// - Parameters:
    ///   - lane: not the desk's.
    ///   - every: how often the supervisor wants to be reassured; `nil`: there is none.
    public init(
        _ pulse: NodePulse, lane: any Lane, time: any Timekeeper, reassuring every: Span? = nil,
        by reassure: @escaping @Sendable () -> Void = {}, tell: @escaping @Sendable (Alert) -> Void
    ) {
        self.pulse = pulse
        self.lane = lane
        self.time = time
        interval = every
        self.reassure = reassure
        self.tell = tell
    }

    /// Until its task is cancelled.
    public func run() async {
        while true {
            look(at: time.now)
            do { try await time.sleep(until: time.now + DeskVigil.every) } catch { return }  // the node ends
        }
    }

    private func look(at now: Moment) {
        let beatAt = pulse.deskAt
        if case .stuck(let silence) = vigil.look(beatAt: beatAt, at: now) {
            // What the desk knows of itself it tells when it moves again; this goes past it.
            tell(
                Alert(
                    kind: .opened, number: 0, code: .heartbeatLost, severity: .pageNow, scope: "desk lane",
                    detail: "the desk has been stuck for \(silence.milliseconds) ms", count: 1, at: now))
        }
        guard let interval, now >= nextReassurance,
            DeskVigil.mayReassure(
                beatAt: beatAt, isEveryCriticalFresh: pulse.isEveryCriticalFresh, at: now)
        else { return }
        nextReassurance = now + interval
        reassure()
    }
}
