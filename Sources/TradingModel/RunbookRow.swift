/// One entry of a runbook's run as it stands in the outbox: which run, whose place in it, and what happened.
public struct RunbookRow: Hashable, Sendable {
    /// Counted over all runs of a data directory, from 1.
    public var run: UInt64
    /// Its place among the run's entries, from 0. A place that is told twice is told anew.
    public var index: Int
    /// The runbook's name, `rb-05-venue-outage`.
    public var runbook: String
    /// A venue's name, or `node`.
    public var target: String
    /// The hash of the plan that is carried out; a run goes on only while it is the same.
    public var plan: String
    /// The run of which it is a step; 0: it was started for itself.
    public var parent: UInt64
    public var parentStep: Int
    /// The entry, as its room spells it.
    public var line: String
    public var at: Moment

    public init(
        run: UInt64, index: Int, runbook: String, target: String, plan: String, parent: UInt64,
        parentStep: Int, line: String, at: Moment
    ) {
        self.run = run
        self.index = index
        self.runbook = runbook
        self.target = target
        self.plan = plan
        self.parent = parent
        self.parentStep = parentStep
        self.line = line
        self.at = at
    }
}
