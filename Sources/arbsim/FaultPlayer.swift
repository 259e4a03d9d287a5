import SimulatedWorld
import TradingModel
import VenueServer

/// Plays a fault script at a served double, and says on stderr what it does.
struct FaultPlayer {
    let script: FaultScript
    let host: VenueHost

    /// Returns with the last step, or when the task is cancelled.
    func play() async {
        let start = ContinuousClock.now
        for step in script.steps {
            let due = start + .nanoseconds(step.after.nanoseconds)
            // The only error of a sleep is its cancellation: the double is being stopped.
            guard (try? await Task.sleep(until: due, clock: .continuous)) != nil else { return }
            Console.note("arbsim: \(host.venue) after \(SpanText.format(step.after)): \(what(step))")
            _ = await host.withDouble { double, _ in
                guard let venue = double as? any SimulatedVenue else {
                    preconditionFailure("a script is for a venue with a generated market")
                }
                if step.isEnd { venue.mischief.end(step.fault) } else { venue.mischief.begin(step.fault) }
            }
        }
    }

    private func what(_ step: FaultScript.Step) -> String {
        let fault = step.fault
        let place = fault.symbol.map { " of \($0)" } ?? ""
        if step.isEnd { return "\(fault.name)\(place) ends" }
        return "\(fault.name)\(place)" + (fault.duration.map { " for \(SpanText.format($0))" } ?? "")
    }
}
