import Console
import Foundation
import Testing
import TradingModel

/// `/metrics` as Prometheus' own reader takes it; where promtool is installed (Debian: prometheus).
@Suite struct `The metrics of a node that trades` {
    private static let promtool = "/usr/bin/promtool"

    private func page() throws -> String {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        stand.run(.seconds(10))
        return try #require(StatusPages.page("/metrics", try stand.report())).body
    }

    @Test func `are in base units, and each family is told once`() throws {
        let lines = try page().split(separator: "\n")
        let families = lines.filter { $0.hasPrefix("# TYPE") }.map { $0.split(separator: " ")[2] }
        #expect(families.count > 30 && Set(families).count == families.count)
        #expect(!families.contains { $0.hasSuffix("_us") || $0.hasSuffix("_ms") })
        let slowest = lines.filter { $0.hasPrefix("arbnode_durable_write_seconds{") }
            .compactMap { Double($0.split(separator: " ").last ?? "") }.max()
        #expect((slowest ?? 0) < 1, "seconds, not microseconds")
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: promtool)))
    func `are taken by promtool without a word`() throws {
        let check = Process()
        check.executableURL = URL(filePath: Self.promtool)
        check.arguments = ["check", "metrics"]
        let (input, output) = (Pipe(), Pipe())
        (check.standardInput, check.standardOutput, check.standardError) = (input, output, output)
        try check.run()
        input.fileHandleForWriting.write(Data(try page().utf8))
        try input.fileHandleForWriting.close()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        check.waitUntilExit()
        #expect(check.terminationStatus == 0, "\(said)")
    }
}
