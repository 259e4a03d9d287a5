import ArgumentParser
import Control
import Streams

/// `arbctl portfolio`.
struct PortfolioCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portfolio",
        abstract: "Value at risk, stress, capital health, and how far strategies are throttled.",
        discussion: """
            Figures are about all positions together: the net ones (departures from opening balances) and \
            the inventory (everything owned). While there are too few returns the state is insufficient_data \
            and the assumed move stands in.

            Example: arbctl portfolio
            """)

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.portfolio, as: PortfolioAnswer.self, PortfolioCommand.lines) }

    static func lines(_ answer: PortfolioAnswer) -> [String] {
        guard answer.isConfigured else {
            return ["no portfolio is configured: see `portfolio:` in config/limits.yaml"]
        }
        let health = answer.health.score.map { "\($0)" } ?? "not known"
        var lines = [
            "capital \(answer.capital.map { Figures.money($0) } ?? "not known")  health \(health)"
                + (answer.health.weakest.map { " (\($0))" } ?? "")
                + "  drawdown \(Figures.money(answer.drawdown))  \(Figures.time(answer.atNs))",
            "value at risk: \(answer.terms)", "",
        ]
        lines += TextTable(rows: risks(answer), left: [0, 1]).lines + [""]
        lines += TextTable(rows: stress(answer.stress), left: [0, 7, 8]).lines + [""]
        let parts = answer.health.parts.map { [$0.name, $0.score.map { "\($0)" } ?? "-", $0.why] }
        lines += TextTable(rows: [["health", "score", "why"]] + parts, left: [0, 2]).lines
        if !answer.throttles.isEmpty {
            lines += [""] + TextTable(rows: throttles(answer.throttles), left: [0, 5]).lines
        }
        return lines + (answer.breaches.isEmpty ? [] : [""]) + answer.breaches
    }

    private static func risks(_ answer: PortfolioAnswer) -> [[String]] {
        var rows = [["positions", "state", "returns", "parametric", "historical", "counted", "limit"]]
        for (name, risk) in [("net", answer.valueAtRisk), ("inventory", answer.inventory)] {
            rows.append([
                name, risk.state, "\(risk.returns) of \(risk.needed)", money(risk.parametric),
                money(risk.historical), money(risk.counted), money(risk.limit),
            ])
        }
        for position in answer.positions {
            rows.append(["  \(position.symbol)", position.net, "", "", "", money(position.value), ""])
        }
        return rows
    }

    private static func stress(_ results: [PortfolioAnswer.Stress]) -> [[String]] {
        var rows = [
            ["stress", "loss", "limit", "closing", "margin call", "uncovered", "stuck", "within", "note"]
        ]
        for result in results {
            rows.append([
                result.scenario, money(result.loss), money(result.limit), money(result.closing),
                money(result.marginCall), money(result.uncovered), money(result.stuck),
                result.isWithin.map { Figures.yes($0) } ?? "-", result.note,
            ])
        }
        return rows
    }

    private static func throttles(_ throttles: [PortfolioAnswer.Throttle]) -> [[String]] {
        var rows = [["strategy", "size", "own steps", "market steps", "good trades", "last step"]]
        for throttle in throttles {
            let last = throttle.last.map {
                "\(Figures.time($0.atNs)) \(Figures.tenths($0.fromPercent)) → "
                    + "\(Figures.tenths($0.toPercent)) % \($0.cause): \($0.why)"
            }
            rows.append([
                throttle.strategy, "\(Figures.tenths(throttle.sharePercent)) %", "\(throttle.conductSteps)",
                "\(throttle.marketSteps)", "\(throttle.goodTrades) of \(throttle.goodTradesNeeded)",
                last ?? "none",
            ])
        }
        return rows
    }

    static func money(_ text: String?) -> String { text.map { Figures.money($0) } ?? "-" }
}

/// `arbctl what-if`: a question, never a change.
struct WhatIfCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "what-if",
        abstract: "What every figure and limit would be with a position, a shock or another limit.",
        discussion: """
            A position is taken at present prices, then prices move. Nothing is changed. Limits are named as \
            in the configuration: value_at_risk, order_notional, position_notional, exposure_notional, \
            crash_limit, depeg_limit, venue_loss_limit, funding_spike_limit, spread_limit, correlation_limit.

            Example: arbctl what-if --position BTC-USDT:-0.5 --venue okx --shock -10%
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("In base units, negative is sold.", valueName: "symbol:quantity"))
    var position: String?
    @Option(help: "Where it is bought or sold for cash; asks the governor about the order as well.")
    var venue: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("All prices, or one, move by this.", valueName: "[symbol:]percent%"))
    var shock: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("Another limit.", valueName: "name:value"))
    var limit: String?
    @OptionGroup var node: NodeConnection

    func validate() throws {
        guard position != nil || shock != nil || limit != nil else {
            throw ValidationError("Suppose something: --position, --shock or --limit.")
        }
        guard venue == nil || position != nil else {
            throw ValidationError("--venue says where a --position is.")
        }
    }

    func run() throws {
        let question = WhatIfQuestion(position: position, venue: venue, shock: shock, limit: limit)
        try node.show(.whatIf(question), as: WhatIfAnswer.self, WhatIfCommand.lines)
    }

    static func lines(_ answer: WhatIfAnswer) -> [String] {
        var rows = [["figure", "now", "then", "limit now", "limit then", "within"]]
        for figure in answer.figures {
            rows.append([
                figure.name, PortfolioCommand.money(figure.before), PortfolioCommand.money(figure.after),
                PortfolioCommand.money(figure.limitBefore), PortfolioCommand.money(figure.limitAfter),
                figure.isWithinAfter.map { Figures.yes($0) } ?? "-",
            ])
        }
        let (before, after) = (answer.healthBefore, answer.healthAfter)
        rows.append([
            "capital health", before.map { "\($0)" } ?? "-", after.map { "\($0)" } ?? "-", "-", "-", "-",
        ])
        let held = answer.breaches.map { "would hold: \($0)" }
        let denied = answer.denial.map { ["the governor would refuse the order now: \($0)"] } ?? []
        return ["if \(answer.supposed.joined(separator: ", "))  \(Figures.time(answer.atNs))", ""]
            + TextTable(rows: rows).lines + (held.isEmpty && denied.isEmpty ? [] : [""]) + held + denied
    }
}
