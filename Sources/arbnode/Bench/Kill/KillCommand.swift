import ArgumentParser
import Foundation
import Streams
import TradingModel

/// `arbnode bench kill`: how fast a kill is, and whether it works when other things do not.
struct KillBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "Measure a kill: cancels on the wire, nothing open, with what may fail failing.",
        discussion: """
            One node of each kind over TLS against four doubles, with quotes resting; each run kills \
            everything, waits for the venues' word and resumes by two people. wire: from the word to the \
            last cancel's last byte; clear: until every living venue has confirmed that nothing is open, \
            which the doubles then confirm themselves. Milliseconds. Use a release build.

            Example: arbnode bench kill --runs 20 --json
            """)

    @Option(help: "Runs of each kind.") var runs = 200
    @Option(help: "Only this kind: none, console_dead, disk_full, desk_stuck, venue_dead (repeatable).")
    var only: [KillHardship] = []
    @Option(help: "Which market: the same seed gives the same prices.") var seed: UInt64 = 1
    @Flag(help: "Print one JSON object on stdout.") var json = false

    func validate() throws {
        guard (1...10_000).contains(runs) else {
            throw ValidationError("--runs takes a number from 1 to 10000.")
        }
    }

    func run() async throws {
        var results: [KillHardship: KillSeries] = [:]
        for hardship in KillHardship.allCases where only.isEmpty || only.contains(hardship) {
            Terminal.say("bench: kill, \(hardship.rawValue): \(runs) runs …")
            // What one hardship leaves behind (a full disk holds the node back for minutes) is not the next
            // one's.
            let stand = try await KillStand.start(seed: seed)
            await stand.begin(hardship)
            var series = KillSeries()
            for _ in 0..<runs { series.add(await stand.run(hardship)) }
            await stand.stop()
            results[hardship] = series
        }
        let report = KillBenchReport(results, runs: runs)
        Terminal.print(json ? try report.encoded() : report.text)
        if results.values.contains(where: { $0.leaks > 0 }) { throw ExitCode(1) }
    }
}

/// One run.
struct KillRun: Sendable {
    /// Orders that were open when the word was given.
    var orders: Int
    var wireMs: Double?
    var clearMs: Double?
    /// Orders of ours that living doubles hold after all was told to be clear.
    var leaks: Int
    var byWatchkeeper: Bool
}

struct KillSeries {
    private(set) var wire: [Double] = []
    private(set) var clear: [Double] = []
    private(set) var orders = 0
    private(set) var leaks = 0
    private(set) var byWatchkeeper = 0
    /// Runs in which a living venue had not confirmed within five seconds.
    private(set) var unconfirmed = 0
    /// Runs in which nothing rested, because a venue would take no quotes.
    private(set) var empty = 0

    mutating func add(_ run: KillRun) {
        orders += run.orders
        leaks += run.leaks
        byWatchkeeper += run.byWatchkeeper ? 1 : 0
        if run.orders == 0 { empty += 1 }
        if let wire = run.wireMs { self.wire.append(wire) }
        if let clear = run.clearMs { self.clear.append(clear) } else { unconfirmed += 1 }
    }
}

struct KillBenchReport {
    struct Figures: Encodable {
        var p50: Double?
        var p99: Double?
        var max: Double?
        var count: Int

        init(_ values: [Double]) {
            let sorted = values.sorted()
            func percentile(_ share: Double) -> Double? {
                sorted.isEmpty ? nil : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
            }
            p50 = percentile(0.5)
            p99 = percentile(0.99)
            max = sorted.last
            count = sorted.count
        }
    }

    struct Kind: Encodable {
        var wireMs: Figures
        var clearMs: Figures
        var orders: Int
        var byWatchkeeper: Int
        var unconfirmed: Int
        var leaks: Int
        var emptyRuns: Int

        init(_ series: KillSeries) {
            wireMs = Figures(series.wire)
            clearMs = Figures(series.clear)
            orders = series.orders
            byWatchkeeper = series.byWatchkeeper
            unconfirmed = series.unconfirmed
            leaks = series.leaks
            emptyRuns = series.empty
        }
    }

    private struct Document: Encodable {
        var runs: Int
        var wireMs: Figures
        var clearMs: Figures
        var orders: Int
        var leaks: Int
        var unconfirmed: Int
        var consoleDead: Kind
        var diskFull: Kind
        var deskStuck: Kind
        var venueDead: Kind
    }

    private let kinds: [KillHardship: Kind]
    private let runs: Int

    init(_ results: [KillHardship: KillSeries], runs: Int) {
        kinds = results.mapValues { Kind($0) }
        self.runs = runs
    }

    private func kind(_ hardship: KillHardship) -> Kind { kinds[hardship] ?? Kind(KillSeries()) }

    func encoded() throws -> String {
        let plain = kind(.none)
        let document = Document(
            runs: runs, wireMs: plain.wireMs, clearMs: plain.clearMs, orders: plain.orders,
            leaks: plain.leaks, unconfirmed: plain.unconfirmed, consoleDead: kind(.consoleDead),
            diskFull: kind(.diskFull), deskStuck: kind(.deskStuck), venueDead: kind(.venueDead))
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }

    var text: String {
        func cell(_ value: Double?) -> String { value.map { String(format: "%.1f", $0) } ?? "-" }
        var rows = [
            ["kill, ms", "wire p50", "p99", "max", "clear p50", "p99", "max", "orders", "open after"]
        ]
        for hardship in KillHardship.allCases {
            let kind = kind(hardship)
            rows.append(
                [hardship.rawValue]
                    + [kind.wireMs.p50, kind.wireMs.p99, kind.wireMs.max].map(cell)
                    + [kind.clearMs.p50, kind.clearMs.p99, kind.clearMs.max].map(cell)
                    + ["\(kind.orders)", "\(kind.leaks)"])
        }
        return TextTable(rows: rows).lines.joined(separator: "\n")
    }
}
