import Engine
import Ports
import TradingModel
import Watch

// What caps the appetite for risk besides what the engine sees itself: told to it as events, which leave
// rows.
extension TradingDesk {
    /// Called once a second.
    func feedRiskIndex(_ now: Moment) {
        watchPresence(now)
        let lines = health.beats.lines(at: now)
        let green = lines.count { $0.vitality == .green }
        let inputs = RiskInputs(
            heartbeats: lines.isEmpty ? nil : green * 100 / lines.count, canary: health.canary,
            operatorPresent: health.presence?.isPresent(at: now))
        guard inputs != health.toldInputs else { return }
        health.toldInputs = inputs
        handle(.governance(.riskInputs(inputs)))
    }

    /// From here on an operator can show, and is missed.
    public func expectOperators() {
        guard health.presence == nil, let span = engine.operatorAbsentAfter else { return }
        health.presence = OperatorPresence(absentAfter: span, at: world.time.now)
    }

    /// Somebody asked or told the node something.
    public func operatorSeen() { health.presence?.seen(at: world.time.now) }

    private func watchPresence(_ now: Moment) {
        guard let presence = health.presence else { return }
        let wasMissed = health.isOperatorMissed
        health.isOperatorMissed = !presence.isPresent(at: now)
        guard health.isOperatorMissed, !wasMissed else { return }
        let minutes = (now - presence.seenAt).milliseconds / 60_000
        raise(
            Incident(
                code: .operatorAway, severity: .warning, venue: nil,
                detail: "nobody has shown for \(minutes) min: risk may only fall until somebody does",
                at: now))
    }
}
