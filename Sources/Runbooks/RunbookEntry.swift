import TradingModel

extension RunbookRun {
    /// What is written down, in order; replayed, it makes the same run.
    public enum Entry: Hashable, Sendable {
        /// `alone`: the most dangerous step that takes nobody's further word.
        case started(by: String, reason: String, alone: RunbookDanger, at: Moment)
        case approved(by: String, reason: String, at: Moment)
        /// About to act.
        case begins(step: Int, at: Moment)
        case answered(step: Int, by: String, reason: String, at: Moment)
        case done(step: Int, at: Moment)
        case failed(step: Int, why: String, at: Moment)
        case undoes(step: Int, at: Moment)
        case undone(step: Int, at: Moment)
        case aborted(by: String, reason: String, at: Moment)
        /// The node was started anew in the middle of it.
        case resumed(at: Moment)
        case ended(Outcome, at: Moment)
    }
}

extension RunbookRun.Entry {
    public var at: Moment {
        switch self {
        case .started(_, _, _, let at), .approved(_, _, let at), .begins(_, let at),
            .answered(_, _, _, let at), .done(_, let at), .failed(_, _, let at), .undoes(_, let at),
            .undone(_, let at), .aborted(_, _, let at), .resumed(let at), .ended(_, let at):
            at
        }
    }

    /// The step it is about.
    public var step: Int? {
        switch self {
        case .begins(let step, _), .answered(let step, _, _, _), .done(let step, _), .failed(let step, _, _),
            .undoes(let step, _), .undone(let step, _):
            step
        case .started, .approved, .aborted, .resumed, .ended: nil
        }
    }

    /// In one word or two, for a transcript.
    public var what: String {
        switch self {
        case .started: "started"
        case .approved: "approved"
        case .begins: "begins"
        case .answered: "answered"
        case .done: "done"
        case .failed: "failed"
        case .undoes: "takes back"
        case .undone: "taken back"
        case .aborted: "aborted"
        case .resumed: "resumed after a restart"
        case .ended(let outcome, _): outcome.rawValue
        }
    }

    /// Who said it; `nil`: the node.
    public var person: String? {
        switch self {
        case .started(let by, _, _, _), .approved(let by, _, _), .answered(_, let by, _, _),
            .aborted(let by, _, _):
            by
        default: nil
        }
    }

    /// What was said with it.
    public var reason: String {
        switch self {
        case .started(_, let reason, _, _), .approved(_, let reason, _), .answered(_, _, let reason, _),
            .failed(_, let reason, _), .aborted(_, let reason, _):
            reason
        default: ""
        }
    }
}
