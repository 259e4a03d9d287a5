import ArgumentParser
import Foundation
import Hedging
import Ports
import Streams
import TradingModel

/// W6: the whole node against doubles over TLS, at one, two and ten times the recorded peak.
struct LoadWorkload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w6",
        abstract: "The whole node over TLS at 1, 2 and 10 times the recorded peak, with hedges.",
        discussion: """
            The peak is the busiest second of each venue's recording, all its messages counted: binance-spot
            1,362, bybit 188, okx 44; kraken, which was not recorded, as bybit. A double's stream carries its
            own book messages, as often as the venue publishes them, and public trades for the rest, at times
            planned before: what is late is sent late and not left out.

            fill_to_hedge_us counts from the moment the venue handed out the fill, by the venue's own note, to
            the last byte of the hedge handed to TLS; node_fill_to_hedge_us from the frame's arrival. cores is
            the processor time of all threads but the doubles' loops, over the time that passed. Doubles and
            node share this process and this machine: on two cores the doubles take what they take from it.
            The figures in front are those at twice the peak: that load goes on until it has timed two
            hundred hedges, six times as long at most, for the 99th percentile of forty is their largest.

            Example: arbnode bench w6 --json
            """)

    /// The load whose figures stand in front.
    private static let shown = 2

    @Option(help: "Seconds of each load, after three that warm up.") var seconds: Int64 = 20
    @Option(help: ArgumentHelp("Times the recorded peak (repeatable).", valueName: "n"))
    var load: [Int] = [1, 2, 10]
    @Option(help: "What the venues do.") var seed: UInt64 = 7
    @Flag(help: "The socket lane never sleeps.") var busyPoll = false
    @Option(help: "Real-time priority of the socket and store lanes (1…99).") var realtime: Int?
    @Option(help: "The only core of the socket lane, counted from 0.") var core: Int?
    @Option(help: "As hedge.quote_warrants (0…4).") var quoteWarrants = HedgePolicy().quoteWarrants
    @Flag(help: "One JSON object on stdout.") var json = false
    @Flag(help: "Two seconds at the recorded peak: whether it works, not how fast it is.") var quick = false

    func validate() throws {
        guard (1...3_600).contains(seconds), load.allSatisfy({ (1...1_000).contains($0) }), !load.isEmpty
        else {
            throw ValidationError("--seconds is from 1 to 3600, --load from 1 to 1000.")
        }
        guard (0...4).contains(quoteWarrants) else {
            throw ValidationError("--quote-warrants is from 0 to 4.")
        }
        guard realtime.map({ (1...99).contains($0) }) ?? true, core ?? 0 >= 0 else {
            throw ValidationError("--realtime is from 1 to 99, --core from 0.")
        }
    }

    struct Report: Encodable {
        var workload = "W6"
        var peer = "arbnode"
        var variant = "whole node"
        var factor: Int
        var fillToHedgeUs: BenchResults.Latency
        var orderEventsDropped: Int
        var cores: Double
        var loads: [LoadRun.Report]
    }

    func run() async throws {
        var threads = ThreadPlan.ordinary
        threads.sockets.busyPoll = busyPoll
        threads.sockets.realtime = realtime
        threads.sockets.core = core
        threads.store.realtime = realtime
        var loads: [LoadRun.Report] = []
        for factor in quick ? [1] : load {
            Terminal.say("bench w6: \(factor) × the recorded peak …")
            loads.append(
                try await LoadRun(
                    factor: factor, seconds: quick ? 2 : seconds,
                    leastHedges: factor == LoadWorkload.shown && !quick ? 200 : 0, seed: seed,
                    threads: threads, quoteWarrants: quoteWarrants
                ).run())
        }
        guard let shown = loads.first(where: { $0.factor == LoadWorkload.shown }) ?? loads.first
        else { return }
        let report = Report(
            factor: shown.factor, fillToHedgeUs: shown.fillToHedgeUs,
            orderEventsDropped: loads.reduce(0) { $0 + $1.orderEventsDropped }, cores: shown.cores,
            loads: loads)
        if json { return Terminal.print(try Terminal.json(report)) }
        for line in report.lines { Terminal.print(line) }
    }
}

extension LoadWorkload.Report {
    var lines: [String] {
        func microseconds(_ value: Double?) -> String { value.map { String(format: "%.0f", $0) } ?? "-" }
        var rows = [
            [
                "load", "messages/s", "planned", "books/s", "fill→hedge µs p50", "p99", "max", "hedges",
                "node's own p50", "p99", "dropped", "cores", "doubles",
            ]
        ]
        for one in loads {
            rows.append([
                "\(one.factor) ×", String(format: "%.0f", one.messagesPerS), "\(one.plannedMessagesPerS)",
                String(format: "%.0f", one.bookMessagesPerS), microseconds(one.fillToHedgeUs.p50),
                microseconds(one.fillToHedgeUs.p99), microseconds(one.fillToHedgeUs.max),
                "\(one.fillToHedgeUs.count)", microseconds(one.nodeFillToHedgeUs.p50),
                microseconds(one.nodeFillToHedgeUs.p99), "\(one.orderEventsDropped)",
                String(format: "%.2f", one.cores), String(format: "%.2f", one.doublesCores),
            ])
        }
        return TextTable(rows: rows).lines
    }
}
