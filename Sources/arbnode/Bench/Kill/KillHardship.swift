import ArgumentParser

/// What has failed when somebody kills.
enum KillHardship: String, CaseIterable, Sendable, ExpressibleByArgument {
    case none
    /// No console: SIGQUIT.
    case consoleDead = "console_dead"
    /// The outbox takes nothing, not even the reserve file.
    case diskFull = "disk_full"
    /// The desk's thread hangs.
    case deskStuck = "desk_stuck"
    /// One venue does not answer, from before the first run on.
    case venueDead = "venue_dead"
}
