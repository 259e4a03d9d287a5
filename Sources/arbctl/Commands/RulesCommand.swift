import ArgumentParser
import Control
import Streams

/// `arbctl limits`.
struct LimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits",
        abstract: "Every rule's limits: what each is held against now, and how much is left.",
        discussion: "Example: arbctl limits")

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.limits, as: LimitsAnswer.self, LimitsCommand.lines) }

    static func lines(_ answer: LimitsAnswer) -> [String] {
        var rows = [["rule", "on", "place", "figure", "value", "", "limit", "left"]]
        for limit in answer.limits {
            rows.append([
                limit.rule, Figures.yes(limit.isOn), limit.place, limit.figure, limit.value ?? "-",
                limit.bound, limit.limit, limit.headroom ?? "-",
            ])
        }
        return ["mode \(answer.mode)", ""] + TextTable(rows: rows, left: [0, 1, 2, 3, 5]).lines
    }
}

/// `arbctl rules`.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Every rule: whether it is on, what it has refused; switch one on or off.",
        discussion: """
            A switch holds across restarts, until it is switched again.

            Example: arbctl rules
            """,
        subcommands: [ListRules.self, EnableRule.self, DisableRule.self], defaultSubcommand: ListRules.self)
}

struct ListRules: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the rules.", discussion: "Example: arbctl rules list")

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.rules, as: RulesAnswer.self, ListRules.lines) }

    static func lines(_ answer: RulesAnswer) -> [String] {
        var rows = [["rule", "on", "scope", "reaction", "keeps", "refused", "last refusal"]]
        for rule in answer.rules {
            rows.append([
                rule.rule, rule.isFixed ? "always" : Figures.yes(rule.isOn), rule.scope, rule.reaction,
                rule.keeps, "\(rule.denials)", rule.last ?? "-",
            ])
        }
        var lines = TextTable(rows: rows, left: [0, 1, 2, 3, 4, 6]).lines
        for rule in answer.rules {
            if let by = rule.switchedBy {
                lines.append("\(rule.rule) was switched \(rule.isOn ? "on" : "off") by \(by)")
            }
        }
        for lockout in answer.lockouts {
            let place = lockout.place.isEmpty ? "the node" : lockout.place
            lines.append("\(place) is locked out until \(Figures.time(lockout.untilNs)) by \(lockout.reason)")
        }
        return lines
    }
}

struct EnableRule: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Switch a rule on.",
        discussion: """
            Example: arbctl rules enable volatility --reason "back to normal"
            """)

    @Argument(help: "The rule's name, as arbctl rules shows it.") var name: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(
            .rule(name: name, isOn: true, reason: why.reason), as: RuleChangeAnswer.self, RuleText.lines)
    }
}

struct DisableRule: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Switch a rule off; what it had locked out is free.",
        discussion: """
            Refused for rules that are no choice.

            Example: arbctl rules disable volatility --reason "listing day, watched by ann"
            """)

    @Argument(help: "The rule's name, as arbctl rules shows it.") var name: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(
            .rule(name: name, isOn: false, reason: why.reason), as: RuleChangeAnswer.self, RuleText.lines)
    }
}

/// What a switch found and left.
enum RuleText {
    static func lines(_ change: RuleChangeAnswer) -> [String] {
        func state(_ state: RuleChangeAnswer.State) -> String {
            (state.isOn ? "on" : "off") + (state.lockouts > 0 ? ", \(state.lockouts) lockout(s)" : "")
        }
        return ["\(change.rule) by \(change.actor): \(state(change.before)) → \(state(change.after))"]
    }
}
