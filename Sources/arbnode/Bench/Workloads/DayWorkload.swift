import ArgumentParser
import Engine
import Foundation
import Measures
import Streams
import TradingModel

/// W8: a day and more of virtual time, and what it leaves in memory.
struct DayWorkload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w8",
        abstract: "24 hours of virtual time: memory per row, order and symbol, and its slope.",
        discussion: """
            The whole node against the demo's four venues in virtual time, with takers and quotes. An order is
            remembered for 26 hours, and a thousand incidents are, of which this world tells some eleven an
            hour: memory rises until both are full. 80 hours warm up, which leaves a tenth of the incidents to
            come, and the hours after that are read.

            The slope is the median of the slopes between all pairs of readings of the heap in use, the
            venues' doubles included, after what more or fewer remembered orders explain has been taken out;
            where a rank test finds no drift (Mann and Kendall, one in a hundred) it is 0, and
            heap_fit_bytes_per_hour shows what noise there is.

            Example: arbnode bench w8 --json --hours 24
            """)

    @Option(help: "Hours that are read, after the warm-up.") var hours = 24
    @Option(help: "Hours before that.") var warmUp = 80
    @Option(help: "What the venues do.") var seed: UInt64 = 7
    @Flag(help: "One JSON object on stdout.") var json = false
    @Flag(help: "Three hours after one: whether it works, not what it leaves.") var quick = false

    func validate() throws {
        guard (3...2_000).contains(hours), (0...2_000).contains(warmUp) else {
            throw ValidationError("--hours is from 3, --warm-up from 0 to 2000.")
        }
    }

    struct Report: Encodable {
        var workload = "W8"
        var peer = "arbnode"
        var variant = "memory"
        var virtualHours: Int
        var wallSeconds: Double
        /// 0 unless the rank test is sure.
        var memorySlopeBytesPerHour: Double
        /// The slope itself, sure or not, and how sure.
        var heapFitBytesPerHour: Double
        var driftDeviations: Double
        var heapBytes: Int
        var residentBytes: Int
        /// The node's mode at the end, and what it told people by then: a day in which nothing trades
        /// measures nothing.
        var mode: String
        var incidents: [String]
        var ordersSent: Int
        var rows: Int
        var bytes: MemoryShares
        /// What the node has of everything that comes and goes, after the warm-up and at the end.
        var census: [String: [Int]]
        var looks: [DayWorld.Look]
    }

    func run() throws {
        let shares = try MemoryShares.measured(isQuick: quick)
        let (warmUp, hours) = quick ? (1, 3) : (warmUp, hours)
        let began = ProgressLine.now()
        let day = try DayWorld(seed: seed)
        day.start()
        var looks: [DayWorld.Look] = []
        var first: [String: Int] = [:]
        let progress = ProgressLine()
        for hour in 1...(warmUp + hours) {
            looks.append(try day.advance(to: hour))
            if hour == max(1, warmUp) { first = day.census() }
            progress.show { _ in "\(hour) of \(warmUp + hours) virtual hours" }
        }
        progress.clear()
        let last = day.census()
        let summary = day.summary
        let incidents = day.incidents()
        day.end()
        let read = Array(looks.dropFirst(warmUp))
        guard let drift = Drift(read.map { Double($0.heap) - Double($0.remembered) * shares.perOrder }) else {
            throw ExitCode(70)
        }
        let report = Report(
            virtualHours: warmUp + hours,
            wallSeconds: Double((ProgressLine.now() - began).nanoseconds) / 1e9,
            memorySlopeBytesPerHour: drift.proven, heapFitBytesPerHour: drift.slope,
            driftDeviations: drift.certainty, heapBytes: read.last?.heap ?? 0,
            residentBytes: read.last?.resident ?? 0,
            mode: summary.map { "\($0.mode.name) \($0.modeReason)" } ?? "",
            incidents: incidents, ordersSent: summary?.counters.ordersSent ?? 0,
            rows: read.last?.rows ?? 0, bytes: shares,
            census: last.reduce(into: [:]) { $0[$1.key] = [first[$1.key] ?? 0, $1.value] }, looks: looks)
        if json { return Terminal.print(try Terminal.json(report)) }
        for line in report.lines { Terminal.print(line) }
    }
}

extension DayWorkload.Report {
    var lines: [String] {
        var rows = [["hour", "heap MB", "resident MB", "remembered", "sent", "rows"]]
        for look in looks {
            rows.append([
                "\(look.hour)", String(format: "%.3f", Double(look.heap) / 1e6),
                String(format: "%.1f", Double(look.resident) / 1e6), "\(look.remembered)", "\(look.sent)",
                "\(look.rows)",
            ])
        }
        var lines = TextTable(rows: rows).lines + ["", "mode \(mode)"] + incidents
        var counts = [["remembered", "after warm-up", "at the end"]]
        for (name, values) in census.sorted(by: { $0.key < $1.key }) {
            counts.append([name] + values.map(String.init))
        }
        lines += [""] + TextTable(rows: counts).lines
        lines.append(
            String(
                format: "\n%.0f bytes an ended order, %.0f a row (%.0f on disk), %.0f an open order, "
                    + "%.0f a symbol", bytes.perOrder, bytes.perRow, bytes.rowOnDisk, bytes.perOpenOrder,
                bytes.perSymbol))
        lines.append(
            String(
                format: "memory slope %.0f bytes/hour (fit %.0f, %.2f deviations); %d hours in %.0f s",
                memorySlopeBytesPerHour, heapFitBytesPerHour, driftDeviations, virtualHours, wallSeconds))
        return lines
    }
}
