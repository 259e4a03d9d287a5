import ArgumentParser
import Configuration
import Foundation
import Replay
import TradingModel

/// `arbnode replay`: recordings through dialects and books.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Feed recordings through dialects and books.",
        discussion: """
            Several recordings are merged by time. A book whose proof is lost stays empty until a snapshot \
            proves it again. Exits with 65 when a recording cannot be read to its end or none is of a known \
            venue.

            Example: arbnode replay ../shared/recordings/okx-three-2022-05-13.rec.gz
            """)

    @Argument(help: ArgumentHelp("Recordings, plain or gzip.", valueName: "file"))
    var files: [String]

    @Option(
        help: ArgumentHelp("Write the top of book after every book message (gzip if .gz).", valueName: "csv"))
    var top: String?

    @Option(
        help: ArgumentHelp(
            "Where the venue files with the taker fees are (default: venues).", valueName: "dir"))
    var venues: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Name at least one recording.") }
    }

    func run() throws {
        let fees = try takerFees()
        let progress = ProgressLine()
        let replay = ReplayRun(
            files, top: top.map { TopOfBookFile(path: $0) },
            takerFee: { fees[$0] ?? PublishedFees.taker($0) },
            clock: ProgressLine.now,
            progress: { frames in
                progress.show { "\(frames) frames, \(Int64(Double(frames) / $0)) frames/s" }
            })
        let report: ReplayReport
        do throws(ReplayFault) { report = try replay.run() } catch {
            progress.clear()
            Terminal.say(error.description)
            if case .output = error { throw ExitCode(73) }
            throw ExitCode(65)
        }
        progress.clear()
        Terminal.print(json ? try Terminal.json(report) : report.table)
        for skipped in report.skipped ?? [] { Terminal.say("skipped, no dialect for its venue: \(skipped)") }
        for problem in report.problems ?? [] { Terminal.say(problem) }
        if report.problems != nil { throw ExitCode(65) }
    }

    /// The fees of `<dir>/<venue>.yaml`; a venue without a file there has its published fee.
    private func takerFees() throws -> [String: Rate] {
        var fees: [String: Rate] = [:]
        for venue in ReplayRun.venues {
            let path = venues.map { "\($0)/\(venue).yaml" } ?? HouseFiles.find("venues/\(venue).yaml")
            guard let path, FileManager.default.fileExists(atPath: path) else { continue }
            switch VenueSheet.load(path: path) {
            case .success(let sheet): fees[venue] = sheet.takerFee
            case .failure(let problems):
                Terminal.say("\(problems)")
                throw ExitCode(78)
            }
        }
        return fees
    }
}
