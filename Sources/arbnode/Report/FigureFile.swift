import Foundation
import Reports
import TradingModel

/// A sample of figures as one line of JSON; money is decimal text.
struct FigureLine: Codable {
    var atNs: Int64
    var run: UInt16
    var mode: String
    var counters: [String: Int64]
    var sums: [String: String]
    var gauges: [String: String]
    var latencies: [String: Double]
    var levels: [String: Int64]

    init(_ sample: FigureSample) {
        atNs = sample.at.nanoseconds
        run = sample.run
        mode = sample.mode
        counters = sample.counters
        sums = sample.sums.mapValues(\.description)
        gauges = sample.gauges.mapValues(\.description)
        latencies = sample.latencies
        levels = sample.levels
    }

    /// Text that is no amount leaves its figure out.
    var sample: FigureSample {
        FigureSample(
            at: Moment(nanoseconds: atNs), run: run, counters: counters,
            sums: sums.compactMapValues { try? Amount(text: $0) },  // as above
            gauges: gauges.compactMapValues { try? Amount(text: $0) },  // as above
            latencies: latencies, levels: levels, mode: mode)
    }
}

/// The figures of a data directory: `figures/2026-11-28.jsonl`, one line a minute, by days of UTC.
struct FigureFiles {
    let directory: String

    init(in data: String) { directory = data + "/figures" }

    func path(_ day: Int64) -> String { directory + "/" + CivilDate(days: day).text + ".jsonl" }

    func append(_ sample: FigureSample) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = try encoder.encode(FigureLine(sample)) + Data("\n".utf8)
        let path = path(FigureFiles.day(sample.at))
        guard let handle = FileHandle(forWritingAtPath: path) else {
            try line.write(to: URL(filePath: path))
            return
        }
        try handle.seekToEnd()
        try handle.write(contentsOf: line)
        try handle.close()
    }

    /// The samples of a period, with those of the day before for what it began with. A line that was cut off
    /// by a crash is left out.
    func samples(_ period: ReportPeriod) -> [FigureSample] {
        let days = (FigureFiles.day(period.from) - 1)...FigureFiles.day(period.to)
        let decoder = JSONDecoder()
        return days.flatMap { day -> [FigureSample] in
            // A day without a file has no figures.
            guard let data = try? Data(contentsOf: URL(filePath: path(day))) else { return [] }
            return data.split(separator: UInt8(ascii: "\n")).compactMap { line in
                (try? decoder.decode(FigureLine.self, from: line))?.sample  // a line that was cut off
            }
        }.sorted { $0.at < $1.at }
    }

    static func day(_ moment: Moment) -> Int64 {
        Int64((Double(moment.nanoseconds) / 86_400e9).rounded(.down))
    }
}
