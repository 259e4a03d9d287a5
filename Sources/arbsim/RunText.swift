import Simulator
import Streams

/// The end of `arbsim run`, for people.
enum RunText {
    /// Failures said in full; what a thousand more would say, the first ones do.
    private static let shown = 20

    static func lines(_ report: RunReport, asked: Int) -> [String] {
        var lines: [String] = []
        if !report.faults.isEmpty {
            var table = TextTable(rows: [["fault", "fired", "seeds", "survived"]])
            for (id, count) in report.faults.sorted(by: { $0.key < $1.key }) {
                table.rows.append([id, "\(count.fired)", "\(count.seeds)", "\(count.survived)"])
            }
            lines += table.lines + [""]
        }
        lines += figures(report, asked: asked)
        lines += failures(
            report.failures, origin: "commit \(report.commit)  configuration \(report.configurationHash)")
        return lines + ["", verdict(report)]
    }

    /// Every failure with the command that replays it.
    static func failures(_ failures: [RunReport.Failure], origin: String? = nil) -> [String] {
        guard !failures.isEmpty else { return [] }
        var lines = [""]
        for failure in failures.prefix(shown) {
            let world = failure.scenario.isEmpty ? "" : " in \(failure.scenario)"
            lines.append(
                "FAILED seed \(failure.seed)\(world): \(failure.invariant) at step \(failure.step)"
                    + " (\(Figure.short(failure.virtualSeconds)) virtual s)")
            lines.append("    \(failure.detail)")
            if let origin { lines.append("    \(origin)") }
            lines.append("    replay: \(failure.replay)")
        }
        if failures.count > shown { lines.append("… and \(failures.count - shown) more (--json lists all)") }
        return lines
    }

    private static func figures(_ report: RunReport, asked: Int) -> [String] {
        var table = TextTable(rows: [["", ""]], left: [0, 1])
        let speed = report.wallS > 0 ? report.virtualHours * 3600 / report.wallS : 0
        for row in [
            ["seeds", "\(report.seeds) of \(asked), and \(report.corpus) of the corpus"],
            [
                "virtual time",
                "\(Figure.short(report.virtualHours)) h in \(Figure.time(report.wallS)),"
                    + " \(Figure.short(speed)) times real time",
            ],
            ["starts", "\(report.starts), \(report.crashes) of them after a crash"],
            ["orders", "\(report.orders), \(report.fills) fills"],
            ["run twice", "\(report.doubleRuns), \(report.hashMismatches) differed"],
            ["escaped jobs", "\(report.escapedJobs)"],
            ["duplicate orders", "\(report.duplicateOrders)"],
            ["orphan orders", "\(report.orphanOrders)"],
            ["ghost fills", "\(report.ghostFills)"],
            ["decisions made again", "\(report.rerunDecisions)"],
            ["resolved by timeout", "\(report.resolvedByTimeout)"],
            ["longest unhedged", "\(Figure.short(report.maxUnhedgedAgeMs)) ms"],
        ] { table.rows.append(row) }
        return Array(table.lines.dropFirst())
    }

    private static func verdict(_ report: RunReport) -> String {
        let rest = report.complete ? "" : "; not all seeds were run"
        if report.failures.isEmpty && report.escapedJobs == 0 { return "every invariant held\(rest)" }
        let count = report.failures.count
        let escaped = report.escapedJobs == 0 ? "" : ", jobs escaped the simulation"
        return "\(count) \(count == 1 ? "failure" : "failures")\(escaped)\(rest)"
    }
}
