import ArgumentParser
import Foundation
import SimulatedWorld
import VenueServer

/// `arbnode demo`: the whole node, for real, against four venue doubles on loopback TLS.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run the node against venue doubles on this machine and watch it trade.",
        discussion: """
            The doubles speak the venues' own protocols over TLS and share one seeded market; books, \
            signatures, outbox, \
            risk and hedging are the real ones. Nothing leaves this machine.

            Example: arbnode demo --seconds 10 --seed 7
            """)

    @Option(help: "How long to trade.") var seconds: Double = 30
    @Option(help: "Which market: the same seed gives the same prices.") var seed: UInt64 = 1
    @Option(
        help: ArgumentHelp(
            "Serve a recording instead of the generated market (repeatable).", valueName: "file"))
    var recording: [String] = []
    @Option(help: "Speed of recordings: 1 is as recorded, 2.5, …, max.") var speed: String = "1"
    @Option(
        help: ArgumentHelp(
            "Where outbox and venue accounts live; a new directory each time by default.", valueName: "dir"))
    var data: String?
    @Option(help: ArgumentHelp("Configuration of the node.", valueName: "file")) var config: String?
    @OptionGroup var http: HTTPOption
    @Flag(help: "Print one JSON object on stdout.") var json = false

    func validate() throws {
        guard seconds.isFinite, seconds > 0, seconds <= 86_400 * 30 else {
            throw ValidationError("--seconds takes a number above 0, at most 30 days.")
        }
        guard PlaybackSpeed(speed) != nil else {
            throw ValidationError("--speed \(speed): expected 1, 2.5, … up to 1000000, or max.")
        }
    }

    func run() async throws {
        let directory = try DemoDirectory(data)
        defer { directory.discard() }
        do { try await trade(directory) } catch let fault as JournalFile.Fault {
            Terminal.say("\(fault)")
            if case .inUse = fault { throw ExitCode(75) }
            throw ExitCode(65)
        }
    }

    private func trade(_ directory: DemoDirectory) async throws {
        if recording.isEmpty {
            try await trade(in: directory.path)
        } else {
            try await RecordedDemo(
                files: recording, speed: PlaybackSpeed(speed) ?? .recorded, seconds: seconds,
                directory: directory.path, json: json
            ).run()
        }
    }

    private func trade(in directory: String) async throws {
        let run = try await DemoRun.trade(
            config: config, seed: seed, directory: directory, signals: Signals(), seconds: seconds,
            quiet: json,
            http: http)
        if json {
            Terminal.print(
                try ReportJSON(
                    run.report, seconds: run.elapsed, seed: seed, ledgerEqualsVenues: run.ledgerEqualsVenues,
                    recoveredRows: run.recoveredRows
                ).encoded())
        } else {
            let lines = ReportText.closing(
                run.report, seconds: run.elapsed, ledgerEqualsVenues: run.ledgerEqualsVenues)
            for line in lines { Terminal.print(line) }
        }
        // Fragments below a venue's minimum remain by design; open orders, hedges or a difference do not.
        if !run.ledgerEqualsVenues || !run.isFlat { throw ExitCode(1) }
    }
}

/// The demo's data: named by the operator and kept, or a temporary folder that goes with the demo.
struct DemoDirectory {
    let path: String
    private let isTemporary: Bool

    init(_ named: String?) throws {
        try self.init(
            path: named ?? NSTemporaryDirectory() + "arbnode-demo-\(getpid())", isTemporary: named == nil)
    }

    /// For as long as this process needs it, on the disk of a directory.
    init(onDiskOf directory: String) throws {
        try self.init(path: directory + "/arbnode-bench-\(getpid())", isTemporary: true)
    }

    private init(path: String, isTemporary: Bool) throws {
        self.path = path
        self.isTemporary = isTemporary
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            Terminal.say("\(path) cannot be created: \(error.localizedDescription)")
            throw ExitCode(73)
        }
    }

    func discard() {
        guard isTemporary else { return }
        do { try FileManager.default.removeItem(atPath: path) } catch {
            Terminal.say("\(path) could not be removed: \(error.localizedDescription)")
        }
    }
}
