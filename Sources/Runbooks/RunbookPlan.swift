import TradingModel

/// What a runbook would do now, step by step. Nothing is done by planning.
public struct RunbookPlan: Hashable, Sendable {
    public struct Step: Hashable, Sendable {
        public var id: String
        public var action: RunbookAction
        public var why: String
        /// The real effect on the node as it is.
        public var effect: String
        /// Conditions of before that do not hold now; earlier steps may bring them about.
        public var missing: [RunbookCondition]
        /// What it ensures holds already: it is passed without acting.
        public var isDone: Bool
        public var timeout: Span
        public var danger: RunbookDanger
        public var undo: RunbookAction?
    }

    public var runbook: String
    public var target: String
    public var steps: [Step]
    public var approvals: Int
    /// No run takes longer.
    public var longest: Span

    public init(_ runbook: Runbook, _ facts: RunbookFacts) {
        self.runbook = runbook.name
        target = facts.venue?.name ?? "node"
        approvals = runbook.approvals
        longest = runbook.steps.reduce(.zero) { $0 + $1.timeout }
        steps = runbook.steps.map { step in
            let isDone = RunbookRun.isPassed(step, facts)
            return Step(
                id: step.id, action: step.action, why: step.why,
                effect: isDone ? "nothing: it is so already" : step.effect(facts),
                missing: step.requires.filter { !$0.holds(facts) }, isDone: isDone, timeout: step.timeout,
                danger: step.danger, undo: step.undo)
        }
    }

    /// What an approval is given to: the same bytes for the same steps on the same target, and for nothing
    /// else. The node's state is not part of it; conditions are checked when each step's turn comes.
    public static func canonical(_ runbook: Runbook, target: String) -> [UInt8] {
        var lines = ["runbook-plan 1", runbook.name, runbook.target.rawValue, target]
        for step in runbook.steps {
            lines += [
                "step", step.id, step.action.rawValue, "\(step.timeout.nanoseconds)", step.danger.rawValue,
                step.value.map { "\($0)" } ?? "", step.runbook ?? "", step.undo?.rawValue ?? "",
                "\(step.requires.count)", "\(step.ensures.count)",
            ]
            lines += (step.requires + step.ensures).map(\.text)
        }
        // Each line with its length before it: no two plans have the same bytes.
        return lines.flatMap { Array("\($0.utf8.count):\($0)\n".utf8) }
    }
}
