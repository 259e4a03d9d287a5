import ArgumentParser
import Backtest
import Configuration
import Foundation
import TradingModel

/// `arbnode backtest`: recordings through the whole node in virtual time.
struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Run the same engine over recordings in virtual time.",
        discussion: """
            Books, strategies, risk, outbox and hedging are the live ones; orders go to the paper exchange, \
            which fills \
            them from the recorded books when they arrive (`paper_latency`). Recordings meet by their \
            recorded times; \
            those further apart than five minutes are sessions of their own. Two runs print the same bytes.

            Without --config every recorded symbol is traded with the rules of a demonstration.

            Example: arbnode backtest --config config/demo.yaml \
            --recording ../shared/recordings/okx-three-2022-05-13.rec.gz
            """)

    @Option(help: ArgumentHelp("Configuration of the node.", valueName: "file")) var config: String?
    @Option(help: ArgumentHelp("A recording, plain or gzip (repeatable).", valueName: "file"))
    var recording: [String] = []
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Every venue's taker fee, instead of its own; negative is a rebate.", valueName: "bps"))
    var feesBps: String?
    @Option(help: ArgumentHelp("Write a page with plots.", valueName: "html")) var report: String?
    @Option(help: "Order of what happens at one moment.") var seed: UInt64 = 1
    @Flag(help: "Print one JSON object on stdout.") var json = false

    func validate() throws {
        guard !recording.isEmpty else { throw ValidationError("Name at least one --recording.") }
        _ = try takerFee()
    }

    func run() throws {
        let configuration = try config.map { try NodePlanning.load($0) }
        let sources = try recordings()
        let takerFee = try takerFee()
        let backtest: Backtest
        do throws(RecordedMarketFault) {
            backtest = try Backtest(sources, in: configuration, takerFee: takerFee, seed: seed)
        } catch {
            Terminal.say("\(error)")
            if case .notConfigured = error { throw ExitCode(78) }
            throw ExitCode(65)
        }
        for line in backtest.leftOut { Terminal.say(line) }
        let began = ProgressLine.now()
        let progress = ProgressLine()
        let results: [BacktestResult]
        do {
            results = try backtest.run { passed, all in
                progress.show { _ in
                    String(
                        format: "%.0f of %.0f s of recorded time", Double(passed.nanoseconds) / 1e9,
                        Double(all.nanoseconds) / 1e9)
                }
            }
        } catch {
            progress.clear()
            Terminal.say("The node did not start: \(error)")
            throw ExitCode(NodePlanning.exitCode(error))
        }
        progress.clear()
        let summary = BacktestReport(results)
        let wall = Double((ProgressLine.now() - began).nanoseconds) / 1e9
        Terminal.say(
            String(
                format: "%d frames, %.1f s of recorded time in %.2f s: %.0f frames/s", summary.frames,
                summary.virtualSeconds, wall, Double(summary.frames) / max(wall, 1e-9)))
        if let report { try write(BacktestPage(summary).html, to: report) }
        if json {
            Terminal.print(try Terminal.json(summary))
        } else {
            for line in BacktestText(summary).lines { Terminal.print(line) }
        }
        // What was there was run; that it was not all has been said.
        guard sources.allSatisfy(\.isWhole) else { throw ExitCode(65) }
    }

    /// Venues that the node does not speak are left out, unless nothing is left.
    private func recordings() throws -> [RecordedSource] {
        var sources: [RecordedSource] = []
        var refused: ExitCode?
        for path in recording {
            do { sources.append(try RecordedFiles.load(path)) } catch let exit as ExitCode {
                // A file that cannot be read is no part of the market to be left out.
                guard exit.rawValue == 65, recording.count > 1 else { throw exit }
                refused = exit
            }
        }
        if let refused, sources.isEmpty { throw refused }
        return sources
    }

    private func takerFee() throws -> Rate? {
        guard let feesBps else { return nil }
        do {
            let raw = try DecimalText.parse(feesBps, scale: 4)
            guard (-1_000_000...10_000_000).contains(raw) else {
                throw ValidationError("--fees-bps \(feesBps): expected -100 to 1000 basis points.")
            }
            return Rate(raw: raw)
        } catch is DecimalText.Fault {
            throw ValidationError("--fees-bps \(feesBps): expected basis points, as in 2.5.")
        }
    }

    private func write(_ text: String, to path: String) throws {
        do { try text.write(toFile: path, atomically: true, encoding: .utf8) } catch {
            Terminal.say("\(path) cannot be written: \(error.localizedDescription)")
            throw ExitCode(73)
        }
    }
}
