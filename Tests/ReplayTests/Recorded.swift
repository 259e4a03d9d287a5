import Foundation
import Recordings
import Replay
import TradingModel

/// Real recordings lie beside the repository, not in it.
enum Recorded {
    static let directory: URL = {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["ARBNODE_RECORDINGS"] { return URL(filePath: path) }
        if let path = environment["ARBNODE_SHARED"] {
            return URL(filePath: path).appending(path: "recordings")
        }
        return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/recordings")
    }()

    static func path(_ name: String) -> String { directory.appending(path: name + ".rec.gz").path }

    static let arePresent = FileManager.default.fileExists(atPath: path("okx-three-2022-05-13"))

    static let binance = "binance-spot-btcusdt-2024-08-08"
    static let four = "binance-spot-four-2021-10-12"
    static let okx = "okx-three-2022-05-13"
    static let bybit = "bybit-spot-linear-2026-08-09"
    static let all = [binance, four, okx, bybit]

    static func messages(_ name: String) throws -> (header: RecordingHeader, messages: [RecordedMessage]) {
        let reader = try RecordingReader(path: path(name))
        var messages: [RecordedMessage] = []
        while let message = try reader.next() { messages.append(message) }
        return (reader.header, messages)
    }

    /// The rows of the reference series, without its title.
    static func referenceRows(_ name: String) throws -> [String] {
        // The reader of recordings is the one gunzip at hand; the file is no recording, so its lines come as
        // faults would: decompress with the system's tool instead.
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", directory.appending(path: name + ".top.csv.gz").path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return rows(of: String(decoding: data, as: UTF8.self))
    }

    static func rows(of text: String) -> [String] { text.split(separator: "\n").dropFirst().map(String.init) }
}

/// Keeps the series in memory.
final class TopInMemory: TopOfBookOutput {
    private var text: [UInt8] = []
    private(set) var starts = 0
    func begin() {
        text = []
        starts += 1
    }
    func write(_ more: [UInt8]) { text.append(contentsOf: more) }
    func finish() {}
    var rows: [String] { Recorded.rows(of: String(decoding: text, as: UTF8.self)) }
}

/// A directory that goes with its owner.
final class Scratch {
    private let directory = FileManager.default.temporaryDirectory.appending(
        path: "replay-\(UUID().uuidString)")
    private var files = 0

    init() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }
    // a leftover in the temporary directory harms nobody
    deinit { try? FileManager.default.removeItem(at: directory) }

    func path(_ name: String) -> String { directory.appending(path: name).path }

    /// Writes a recording and answers its path.
    func recording(_ header: RecordingHeader, _ messages: [RecordedMessage]) throws -> String {
        files += 1
        let writer = try RecordingWriter(path: path("\(files).rec"), header: header)
        for message in messages {
            try message.payload.withUnsafeBytes { payload in
                try writer.write(message.channel, payload, at: message.time)
            }
        }
        try writer.close()
        return writer.path
    }

    /// The same from `time channel payload` lines; times are milliseconds.
    func recording(_ venue: String, _ lines: [(Int64, RecordedChannel, String)]) throws -> String {
        try recording(
            RecordingHeader(venue: venue, symbols: []),
            lines.map { time, channel, payload in
                RecordedMessage(
                    time: Moment(nanoseconds: time * 1_000_000), channel: channel,
                    payload: Array(payload.utf8))
            })
    }
}

func replay(_ paths: String..., top: TopInMemory? = nil) throws -> ReplayReport {
    try ReplayRun(paths, top: top, clock: { .distantPast }).run()
}
