import NIOCore
import SimulatedWorld
import TradingModel

extension VenueHost {
    /// Plays a script at the double from now on, as far as the host lives: `told` hears of each step as it
    /// happens, on the host's loop. The double has a generated market.
    public func play(_ script: FaultScript, told: @escaping @Sendable (FaultScript.Step) -> Void) async {
        for step in script.steps {
            await after(.nanoseconds(step.after.nanoseconds)) { double in
                guard let venue = double as? any SimulatedVenue else {
                    preconditionFailure("a script is for a venue with a generated market")
                }
                if step.isEnd { venue.mischief.end(step.fault) } else { venue.mischief.begin(step.fault) }
                told(step)
            }
        }
    }
}
