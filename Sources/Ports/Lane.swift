/// A thread that runs actors and their tasks. Each actor stores `nonisolated let lane: any Lane` and returns
/// it from `unownedExecutor`; every root task starts as `Task(executorPreference: lane)`.
///
/// Actors that must act in one step (a venue's connector and the trading desk) share one lane *object*, live
/// and simulated alike: calls between them are synchronous `assumeIsolated` calls, and no interleaving can
/// come between a frame and its decision. Actors that only exchange messages get lanes of their own.
public protocol Lane: SerialExecutor, TaskExecutor {
    /// Whether the caller runs on this lane now.
    var isCurrent: Bool { get }
}
