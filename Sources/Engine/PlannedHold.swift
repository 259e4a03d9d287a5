import TradingModel

/// A step of a maintenance. The raw values are the tape's.
public enum MaintenanceStep: UInt8, Hashable, Sendable, CaseIterable {
    case end = 0
    /// Nothing new is opened.
    case hold = 1
    /// Nothing new is opened, and perpetuals are closed.
    case flatten = 2
}

/// A HOLD that was planned. The outbox keeps it as the first words of the mode's reason.
public struct PlannedHold: Hashable, Sendable {
    /// Where it leads back to: NORMAL or REDUCED.
    public var origin: OperatingMode
    /// Perpetuals are closed.
    public var flattens: Bool

    private static let all = [OperatingMode.normal, .reduced].flatMap { origin in
        [false, true].map { PlannedHold(origin: origin, flattens: $0) }
    }

    init(origin: OperatingMode, flattens: Bool) {
        self.origin = origin
        self.flattens = flattens
    }

    /// `nil`: a HOLD for this reason was not planned.
    public init?(reason: String) {
        guard let hold = PlannedHold.all.first(where: { reason.hasPrefix($0.words + ":") }) else {
            return nil
        }
        self = hold
    }

    var words: String {
        "MAINTENANCE" + (flattens ? " that flattens" : "") + (origin == .reduced ? " from REDUCED" : "")
    }
}
