import TradingModel

/// What a step does. Each brings about a state and names it: done again where the state is not there, it is
/// not done twice.
public enum RunbookAction: String, Hashable, Sendable, CaseIterable {
    /// A person looks, and says that it may go on.
    case ask
    /// Until what it ensures is so.
    case wait
    /// Tells people, over every channel.
    case notify
    case hold
    case safeMode = "safe-mode"
    /// Back to NORMAL.
    case resume
    /// Cancels the target and sends nothing more there.
    case kill
    /// As `kill`, but what is owed is hedged.
    case flatten
    /// The venue may be traded with again after a kill.
    case lift
    /// Whatever may still work at the target.
    case cancelAll = "cancel-all"
    /// Orders, fills and balances against the ledger.
    case reconcile
    /// Fetch every book anew.
    case resynchronise
    /// Open every connection anew.
    case reconnect
    /// The venue's key is read anew from where keys are kept, and used from then on.
    case rotateKey = "rotate-key"
    /// Nothing new at the venue; the others go on.
    case routeAround = "route-around"
    /// Let the venue out of its own SAFE_MODE.
    case release
    /// The risk index to the step's value, if it is above.
    case lowerRiskIndex = "lower-risk-index"
    case raiseRiskIndex = "raise-risk-index"
    case beginMaintenance = "begin-maintenance"
    case endMaintenance = "end-maintenance"
    /// Another runbook on the same target, to its end.
    case run

    /// It is about one venue alone.
    public var needsVenue: Bool { [.routeAround, .release, .lift, .rotateKey].contains(self) }

    /// It is about the whole node.
    public var needsNode: Bool { self == .beginMaintenance || self == .endMaintenance }

    /// It allows risk that is not allowed now.
    public var loosens: Bool {
        switch self {
        case .resume, .lift, .release, .raiseRiskIndex, .endMaintenance: true
        default: false
        }
    }

    /// It waits and leaves the node as it is.
    var isPassive: Bool { self == .ask || self == .wait }

    var takesValue: Bool { self == .lowerRiskIndex || self == .raiseRiskIndex }
}

extension RunbookStep {
    /// What it would do to the node as it is, for a plan.
    func effect(_ facts: RunbookFacts) -> String {
        let place = facts.venue?.name ?? "every venue"
        let orders = "\(facts.venue?.liveOrders ?? facts.liveOrders) order(s)"
        let mode = facts.mode.name
        func toMode(_ to: OperatingMode, _ rest: String = "") -> String {
            facts.mode >= to ? "nothing: the mode is \(mode)" : "mode \(mode) → \(to.name)\(rest)"
        }
        switch action {
        case .ask: return "waits for a person"
        case .wait: return "waits; changes nothing"
        case .notify: return "tells every channel: \(why)"
        case .hold where facts.isInMaintenance: return "the planned HOLD becomes one that stays"
        case .hold, .beginMaintenance: return toMode(.hold)
        case .safeMode: return toMode(.safe, "; cancels \(facts.liveOrders) order(s)")
        case .resume: return facts.mode == .normal ? "nothing: the mode is NORMAL" : "mode \(mode) → NORMAL"
        case .endMaintenance:
            return facts.isInMaintenance ? "ends the planned HOLD" : "nothing: no maintenance is under way"
        case .kill, .flatten:
            let hedges = action == .flatten ? "; what is owed is hedged" : ""
            if facts.isKilled { return "nothing: it is killed already" }
            return "nothing more is sent to \(place); cancels \(orders)\(hedges)"
        case .lift:
            return facts.isKilled ? "\(place) may be traded with again" : "nothing: \(place) is not killed"
        case .cancelAll: return "cancels \(orders) at \(place)"
        case .reconcile: return "compares orders, fills and balances of \(place) with the ledger"
        case .resynchronise: return "takes every book of \(place) out until its proof stands anew"
        case .reconnect: return "closes and opens every connection to \(place)"
        case .rotateKey: return "reads the key of \(place) anew and opens its connections with it"
        case .routeAround:
            return facts.venue?.isSafe == true
                ? "nothing: \(place) is in SAFE_MODE" : "\(place) → SAFE_MODE; the others go on"
        case .release:
            return facts.venue?.isSafe == true
                ? "\(place) leaves its SAFE_MODE" : "nothing: \(place) is in no SAFE_MODE"
        case .lowerRiskIndex, .raiseRiskIndex:
            let to = value ?? 0
            let isThere = action == .raiseRiskIndex ? facts.riskTarget >= to : facts.riskTarget <= to
            return isThere
                ? "nothing: \(facts.riskTarget) is wanted of the risk index"
                : "wanted of the risk index: \(facts.riskTarget) → \(to)"
        case .run: return "runs \(runbook ?? "") on \(facts.venue?.name ?? "the node")"
        }
    }
}
