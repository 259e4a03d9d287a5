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
            Several recordings are merged by time. A book whose proof is lost stays empty until a snapshot proves it \
            again. Exits with 65 when a recording cannot be read to its end or none is of a known venue.

            Example: arbnode replay ../shared/recordings/okx-three-2022-05-13.rec.gz
            """)

    @Argument(help: ArgumentHelp("Recordings, plain or gzip.", valueName: "file"))
    var files: [String]

    @Option(
        help: ArgumentHelp("Write the top of book after every book message (gzip if .gz).", valueName: "csv"))
    var top: String?

    @Option(help: ArgumentHelp("Where the venue files with the taker fees are.", valueName: "dir"))
    var venues = "venues"

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
            clock: ProgressLine.now, progress: { progress.show(frames: $0) })
        let report: ReplayReport
        do throws(ReplayFault) { report = try replay.run() } catch {
            progress.clear()
            complain(error.description)
            if case .output = error { throw ExitCode(73) }
            throw ExitCode(65)
        }
        progress.clear()
        print(json ? try ReplayCommand.encoded(report) : report.table)
        for skipped in report.skipped ?? [] { complain("skipped, no dialect for its venue: \(skipped)") }
        for problem in report.problems ?? [] { complain(problem) }
        if report.problems != nil { throw ExitCode(65) }
    }

    /// The fees of `<dir>/<venue>.yaml`; a venue without a file there has its published fee.
    private func takerFees() throws -> [String: Rate] {
        var fees: [String: Rate] = [:]
        for venue in ReplayRun.venues {
            let path = "\(venues)/\(venue).yaml"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            switch VenueSheet.load(path: path) {
            case .success(let sheet): fees[venue] = sheet.takerFee
            case .failure(let problems):
                complain("\(problems)")
                throw ExitCode(78)
            }
        }
        return fees
    }

    private static func encoded(_ report: ReplayReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }

    private func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// A count on stderr for whoever waits longer than two seconds.
private final class ProgressLine {
    private let began = ProgressLine.now()
    private var shownAt: Moment?

    /// Reads the host's monotonic clock: it times the run for a person and decides nothing.
    static func now() -> Moment {
        Moment(nanoseconds: Int64(DispatchTime.now().uptimeNanoseconds))  // sim-ok: a wait, for a person
    }

    func show(frames: Int64) {
        let now = ProgressLine.now()
        guard now - began >= .seconds(2), now - (shownAt ?? .distantPast) >= .milliseconds(500) else {
            return
        }
        shownAt = now
        let rate = Double(frames) * 1_000_000_000 / Double((now - began).nanoseconds)
        FileHandle.standardError.write(Data("\r\(frames) frames, \(Int64(rate)) frames/s ".utf8))
    }

    func clear() {
        guard shownAt != nil else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
