/// A person kills the node, or a part of it, while something else has failed too.
public enum KillScenario: String, CaseIterable, Sendable {
    case all = "kill-all"
    case allAndFlatten = "kill-all-and-flatten"
    case venue = "kill-venue"
    case symbol = "kill-symbol"
    case strategy = "kill-strategy"
    /// The desk's thread hangs: the Watchkeeper cancels.
    case deskStuck = "kill-with-the-desk-stuck"
    /// Nothing can be written.
    case diskFull = "kill-with-the-disk-full"
    /// A venue is away and comes back.
    case venueDead = "kill-with-a-venue-dead"
    /// The process dies soon after.
    case death = "kill-before-a-death"
    /// Answers are lost and late, and quotes fill while their cancels are under way.
    case storm = "kill-in-a-storm"

    var summary: String {
        switch self {
        case .all: "everything is killed"
        case .allAndFlatten: "everything is killed, and what is owed is hedged"
        case .venue: "one venue is killed, the others trade on"
        case .symbol: "one symbol is killed, the others trade on"
        case .strategy: "one strategy is killed, the others trade on"
        case .deskStuck: "everything is killed while the desk's thread hangs"
        case .diskFull: "everything is killed while nothing can be written"
        case .venueDead: "everything is killed while one venue is away"
        case .death: "everything is killed, and the process dies soon after"
        case .storm: "everything is killed while answers are lost and cancels race"
        }
    }

    var faults: Set<Fault> { self == .storm ? [.v01, .v02, .v09] : [] }
    var flattens: Bool { self == .allAndFlatten }
}
