import Engine
import Node
import Risk
import TradingModel

/// The node's state in plain language: what it is doing, what blocks it, what a person should do next.
struct StatusSentence {
    private(set) var doing = ""
    private(set) var blockedBy: [String] = []
    private(set) var next: [String] = []

    /// - Parameter asks: what runs of runbooks wait for people with: it comes before everything else.
    init(_ report: NodeReport, _ engine: TradingEngine, asks: [String] = []) {
        next = asks
        doing = StatusSentence.doing(report, engine)
        venues(report, engine)
        mode(report.summary)
        kills(report.summary)
        strategies(report)
        store(engine)
        if engine.isResidualHigh {
            blockedBy.append("what no venue takes is above its cap")
            next.append("look at the residuals: arbctl positions")
        }
        let unknown = report.summary.unknownOpen
        if unknown > 0 {
            blockedBy.append("\(unknown) order(s) of unknown fate keep their reservation")
            next.append("nothing yet, the node asks the venue: arbctl orders --unknown")
        }
        if next.isEmpty, !blockedBy.isEmpty {
            next.append("nothing yet, the node goes on trying; arbctl incidents says what happened")
        }
    }

    var line: String {
        let others = blockedBy.count - 1
        let blocked =
            blockedBy.first.map { "blocked by \($0)" + (others > 0 ? " and \(others) more" : "") }
            ?? "nothing blocks it"
        return "\(doing); \(blocked); next: \(next.first ?? "nothing to do")."
    }

    private static func doing(_ report: NodeReport, _ engine: TradingEngine) -> String {
        let open = report.venues.count { $0.mayOpen && $0.booksSynced > 0 }
        let venues = "\(open) of \(report.venues.count) venues" + (report.isDryRun ? " (dry run)" : "")
        if engine.isDraining { return "Ending: no new risk, hedges are being finished" }
        switch report.summary.mode {
        case .normal where open < 2: return "Waiting: \(venues) can be traded at, a pair needs two"
        case .normal: return "Trading on \(venues)"
        case .reduced: return "Trading with smaller limits on \(venues)"
        case .hold: return "Holding: hedges and cancels only"
        case .safe: return "In SAFE_MODE: all orders canceled, risk may only fall"
        case .killed: return "Killed: nothing is sent but cancels"
        }
    }

    private mutating func venues(_ report: NodeReport, _ engine: TradingEngine) {
        for (venue, status) in zip(report.venues, engine.venues) {
            if let blockade = venue.blockedBy { blockedBy.append("\(venue.name): \(blockade)") }
            if venue.booksSynced < venue.books {
                blockedBy.append("\(venue.name): \(venue.booksSynced) of \(venue.books) books proven")
            }
            if let accepted = venue.accepted {
                next.append("wait: \(venue.name)'s balances are \(accepted)")
            } else if status.isDirty {
                next.append(
                    "compare \(venue.name)'s balances (arbctl positions), then "
                        + "arbctl reconcile \(venue.name) --accept --reason \"…\"")
            }
            if status.safeReason != nil {
                next.append(
                    "look at \(venue.name)'s orders and trades, then "
                        + "arbctl resume --venue \(venue.name) --reason \"…\"")
            }
        }
    }

    private mutating func mode(_ summary: EngineSummary) {
        guard summary.mode != .normal else { return }
        let reason = summary.modeReason.isEmpty ? "" : ": \(summary.modeReason)"
        blockedBy.insert("\(summary.mode.name)\(reason)", at: 0)
        let two = summary.mode >= .safe ? " --approved-by NAME" : ""
        next.append("when its cause is settled: arbctl resume --reason \"…\"\(two)")
    }

    private mutating func kills(_ summary: EngineSummary) {
        for block in summary.kills {
            guard let (kind, name) = block.scope.part else { continue }
            // A venue's kill is said where venues are.
            if kind != "venue" { blockedBy.append("\(block.scope.text) is killed: \(block.reason)") }
            let option = "--\(kind) " + (name.contains(" ") ? "\"\(name)\"" : name)
            next.append("two people lift it: arbctl resume \(option) --reason \"…\" --approved-by NAME")
        }
        guard let index = summary.riskIndex else { return }
        if index.multipliers.sizeShare == 0 {
            blockedBy.append("the risk index is \(index.value): \(index.ceilingCause)")
        } else if let freeze = index.freeze, index.value < index.target {
            blockedBy.append(
                "the risk index is \(index.value) of \(index.target) and may not rise: \(freeze)")
            next.append("see arbctl risk-index show and arbctl self-check")
        }
    }

    private mutating func strategies(_ report: NodeReport) {
        for strategy in report.disabledStrategies {
            blockedBy.append("\(strategy.name) is disabled: \(strategy.reason)")
            next.append(
                "find out why; two people enable it at the next start: "
                    + "arbnode run --enable \"\(strategy.name)\" --approved-by A --approved-by B")
        }
    }

    private mutating func store(_ engine: TradingEngine) {
        switch engine.storeHealth {
        case .good: return
        case .slow:
            blockedBy.append("the outbox's disk answers too slowly")
            next.append("see what else writes to the outbox's disk")
        case .low(let what):
            blockedBy.append("the outbox: \(what)")
            next.append("make room on the outbox's disk")
        }
    }
}
