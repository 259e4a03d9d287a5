import Ports
import TradingModel
import VenueKit
import Watch

// The machine under the node, and the way to the venues. What is beyond a bound lowers the mode and is told;
// nothing here raises it.
extension TradingDesk {
    /// What was read of the machine; round trips are the connectors' own.
    public func observe(_ reading: HostReading) {
        guard isRunning else { return }
        let now = world.time.now
        let trips = connectors.map { connector in connector.assumeIsolated { $0.pulse.roundTrip } }
        for change in health.host.observe(reading, trips: trips, at: now) where change.isWorse {
            raise(
                Incident(
                    code: change.line.measure.code,
                    severity: change.line.measure.severity(at: change.line.vitality),
                    venue: change.line.venue, subject: change.line.measure.name, detail: change.detail,
                    at: now))
            if let mode = change.line.measure.mode(at: change.line.vitality) {
                lower(to: mode, because: "\(change.line.measure.code.rawValue): \(change.detail)")
            }
        }
        let ways = health.host.everyWay
        defer { health.everyWay = ways }
        guard ways > health.everyWay else { return }
        lower(
            to: ways == .red ? .hold : .reduced,
            because: "\(IncidentCode.hostStrained.rawValue): the way to every venue is slow")
    }

    public var hostLines: [HostWatch.Line] { health.host.lines }
}
