import ArgumentParser
import Foundation
import Streams

/// W7: what grows when the market does, through the real engine, books and outbox.
struct GrowthWorkload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w7", abstract: "Growth with venues, symbols, levels, open orders and outbox rows.",
        discussion: """
            One dimension grows at a time; the others stay at 4 venues, 2 symbols, 25 levels, no open order.
            A slope is that of the line through the logarithms of sizes and costs: 0 is flat, 1 linear. Flat
            holds up to 0.2, linear up to 1.15.

            message: one book message of ten level changes, with everything that it entails. pair: a message
            that shows an edge, until both legs are filled and settled. beat: one look at deadlines and
            silences, 200 a second. append: one durable row. recovery: opening, verifying, replaying.

            Example: arbnode bench w7 --json
            """)

    @Flag(help: "One JSON object on stdout.") var json = false
    @Flag(help: "Small sizes: whether it works, not how fast it is.") var quick = false

    struct Report: Encodable {
        var workload = "W7"
        var peer = "arbnode"
        var variant = "growth"
        /// Everything that must be linear is, and everything that must be flat is.
        var linear: Bool
        var slopes: [String: Double]
        var secondsPerMillionRows: Double
        var series: [GrowthSeries]
    }

    func run() throws {
        let say = { (text: String) in Terminal.say("bench w7: \(text) …") }
        var series = try EngineGrowth(isQuick: quick).run(say)
        let outbox = try OutboxGrowth(isQuick: quick).run(say)
        series += [outbox.append, outbox.recovery]
        let report = Report(
            linear: series.allSatisfy(\.holds),
            slopes: Dictionary(uniqueKeysWithValues: series.map { ($0.name, $0.slope ?? 0) }),
            secondsPerMillionRows: outbox.secondsPerMillionRows, series: series)
        if json { return Terminal.print(try Terminal.json(report)) }
        for line in report.lines { Terminal.print(line) }
    }
}

extension GrowthWorkload.Report {
    var lines: [String] {
        var rows = [["growth", "slope", "must be", "holds", "sizes", "costs"]]
        for one in series {
            rows.append([
                one.name, one.slope.map { String(format: "%.2f", $0) } ?? "-", one.promise.rawValue,
                one.holds ? "yes" : "NO", one.sizes.map(String.init).joined(separator: " "),
                one.costs.map { String(format: $0 < 100 ? "%.3f" : "%.0f", $0) }.joined(separator: " "),
            ])
        }
        return TextTable(rows: rows).lines
            + [String(format: "recovery: %.2f s per million rows", secondsPerMillionRows)]
    }
}
