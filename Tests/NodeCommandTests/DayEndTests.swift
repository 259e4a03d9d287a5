import Audit
import Channels
import Control
import Engine
import Foundation
import LiveWorld
import Node
import Ports
import Reports
import Risk
import Synchronization
import Testing
import TradingModel

@testable import arbnode

@Suite struct `The end of a day` {
    private final class Post: Sendable {
        let letters = Mutex<[(Letter, [String])]>([])
        let refusal = Mutex<String?>(nil)

        func take(_ letter: Letter, _ names: [String]) -> [(channel: String, reason: String)] {
            letters.withLock { $0.append((letter, names)) }
            return refusal.withLock { reason in reason.map { [(names[0], $0)] } ?? [] }
        }
    }

    private static func day(
        _ stand: NodeStand, _ policy: DayEndPolicy, _ post: Post
    ) -> (DayEnd, FigureKeeper, Int64) {
        let figures = FigureKeeper(
            stand.node.desk, fills: stand.fills, fees: FeeTiers(), clock: policy.clock,
            in: stand.folder.path, lane: stand.live.world.coldLane, time: stand.live.world.time)
        let end = DayEnd(
            policy, desk: stand.node.desk, figures: figures, audit: stand.audit.keeper,
            in: stand.folder.path, lane: stand.live.world.coldLane, time: stand.live.world.time,
            send: { post.take($0, $1) })
        return (end, figures, policy.clock.day(at: stand.live.world.time.now))
    }

    @Test func `counts it, archives it with signed hashes, and sends the report`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        let post = Post()
        let policy = DayEndPolicy(flatten: .on, reports: [.day], channels: ["email"])
        let (end, figures, day) = Self.day(stand, policy, post)
        await figures.sample()
        await end.end(day)
        let letters = post.letters.withLock { $0 }
        #expect(letters.count == 1 && letters[0].1 == ["email"])
        let letter = try #require(letters.first?.0)
        let page = String(decoding: try #require(letter.pages.first).bytes, as: UTF8.self)
        #expect(page.hasPrefix("<!doctype html>") && !page.contains("http"))
        #expect(letter.pages.map(\.type) == ["text/html; charset=utf-8", "application/pdf"])
        #expect(letter.pages.last?.bytes.starts(with: Array("%PDF-".utf8)) == true)
        let head = try #require(letter.text.firstMatch(of: #/audit head (\d+):([0-9a-f]{64})/#))
        let number = try #require(UInt64(head.output.1))
        // The planned HOLD is over, and stands in the log with who began it.
        let mode = await stand.node.desk.inspect { $0.mode }
        #expect(mode == .normal)
        let rows = DayArchive(in: folder.path).path(day)
        let names = try FileManager.default.contentsOfDirectory(atPath: rows).sorted()
        let date = CivilDate(days: day).text
        #expect(
            names.contains("report-\(date).html") && names.contains("report-\(date).pdf")
                && names.contains("report-\(date).json"))
        #expect(names.contains { $0.hasPrefix("figures-") })
        let check = Process()
        check.executableURL = URL(filePath: "/usr/bin/sha256sum")
        check.currentDirectoryURL = URL(filePath: rows)
        check.arguments = ["--check", "--strict", "--quiet", "SHA256SUMS"]
        try check.run()
        check.waitUntilExit()
        #expect(check.terminationStatus == 0)
        let key = try SigningKey(at: folder.path + "/audit/key.pem").verifying
        let sums = Array(try Data(contentsOf: URL(filePath: rows + "/SHA256SUMS")))
        let signature = Array(try Data(contentsOf: URL(filePath: rows + "/SHA256SUMS.sig")))
        #expect(key.verify(sums, signature) && !key.verify(sums + [10], signature))
        await stand.stop()
        let holds = try (AuditReport.lines(folder.path) ?? []).compactMap { AuditEntry($0[...])?.change }
            .filter { $0.subject == .mode }
        #expect(holds.map(\.after) == ["HOLD", "NORMAL"] && holds.allSatisfy { $0.actor == "day-end" })
        // A letter's head is found in the log later on.
        #expect(
            try AuditReport.inspect(folder.path, expected: (number, String(head.output.2)))?.flaw == nil)
        #expect(
            try AuditReport.inspect(
                folder.path, expected: (number, String(repeating: "0", count: 64)))?.flaw != nil)
    }

    @Test func `tells people what of it was not done`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        let post = Post()
        post.refusal.withLock { $0 = "550 nobody here" }
        let (end, figures, day) = Self.day(
            stand, DayEndPolicy(reports: [.day], channels: ["email"]), post)
        await figures.sample()
        await end.end(day)
        let incidents = await stand.node.desk.report().incidents
        let told = incidents.first { $0.incident.code == .dayEndIncomplete }
        #expect(told?.incident.detail.contains("550 nobody here") == true)
        await stand.stop()
    }

    @Test func `leaves a HOLD alone that somebody else has called for`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        await stand.node.desk.setMode(.hold, reason: "a drill", actor: "ann")
        let (end, figures, day) = Self.day(
            stand, DayEndPolicy(flatten: .on, reports: [.day]), Post())
        await figures.sample()
        await end.end(day)
        let (mode, reason) = await stand.node.desk.inspect { ($0.mode, $0.modeReason) }
        #expect(mode == .hold && reason == "a drill")
        await stand.stop()
    }

    @Test(.timeLimit(.minutes(5)))
    func `that was cut off is ended by the next run, which lets trading go on`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        let (end, _, _) = Self.day(stand, DayEndPolicy(flatten: .perpetuals, reports: [.day]), Post())
        // As the run before left it.
        await stand.node.desk.setMaintenance(.flatten, reason: "day-end 2026-11-28", actor: "day-end")
        #expect(await stand.node.desk.inspect { $0.isInMaintenance })
        let running = Task { await end.run() }
        while await stand.node.desk.inspect({ $0.mode }) != .normal {
            try await Task.sleep(for: .milliseconds(20))
        }
        running.cancel()
        await running.value
        await stand.stop()
    }

    @Test func `leaves a person's maintenance to that person`() async throws {
        let folder = try Folder()
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder)
        await stand.node.desk.setMaintenance(.hold, reason: "kernel", actor: "ann")
        let (end, figures, day) = Self.day(stand, DayEndPolicy(flatten: .on, reports: [.day]), Post())
        await figures.sample()
        await end.end(day)
        #expect(await stand.node.desk.inspect { $0.isInMaintenance })
        await stand.stop()
    }
}

@Suite struct `Figures that a node keeps` {
    private static let sample = FigureSample(
        at: Moment(nanoseconds: 1_795_910_460_000_000_000), run: 3, counters: ["pairs": 4],
        sums: ["fees": Amount(raw: 1_234_567_890_123_456_789)],
        gauges: ["profit": Amount(raw: -5), "capital": Amount(raw: 1 << 90)],
        latencies: ["hedge.p99": 12.5], levels: ["quality.okx": 93], mode: "HOLD")

    @Test func `are read as they were written, and a line that was cut off is left out`() throws {
        let folder = try Folder()
        let files = FigureFiles(in: folder.path)
        try files.append(Self.sample)
        try files.append(Self.sample)
        let day = FigureFiles.day(Self.sample.at)
        let period = ReportPeriod(.day, around: day, DayClock())
        #expect(files.samples(period) == [Self.sample, Self.sample])
        let path = files.path(day)
        let bytes = try Data(contentsOf: URL(filePath: path))
        try bytes.dropLast(9).write(to: URL(filePath: path))
        #expect(files.samples(period) == [Self.sample])
        #expect(files.samples(ReportPeriod(.day, around: day + 9, DayClock())).isEmpty)
    }

    @Test func `make a page and an object of the same figures`() throws {
        var later = Self.sample
        later.at = Moment(nanoseconds: Self.sample.at.nanoseconds + 60_000_000_000)
        later.counters = [
            "pairs": 9, "orders.sent": 20, "hedges.opened": 5, "incident.DISK_LOW": 2,
            "venue.okx.resyncs": 1, "venue.okx.fills": 7,
        ]
        later.sums["venue.okx.volume"] = Amount(raw: 2_000_000_000_000_000_000_000)
        later.sums["venue.okx.fees"] = Amount(raw: 2_000_000_000_000_000_000)
        let period = ReportPeriod(.day, around: FigureFiles.day(later.at), DayClock())
        let report = try #require(PeriodReport([Self.sample, later], period))
        let answer = ReportAnswer(report, fees: FeeTiers(), at: period.to)
        #expect(answer.isComplete && answer.pairs == 9 && answer.orders == ["sent": 20])
        #expect(answer.incidents.map { [$0.code, "\($0.count)"] } == [["DISK_LOW", "2"]])
        #expect(answer.venues.map(\.venue) == ["okx"] && answer.venues[0].leastQuality == 93)
        #expect(abs((answer.venues[0].paidBps ?? 0) - 10) < 1e-9)
        #expect(answer.sharpe == nil)
        let page = ReportPage(answer, report).html
        #expect(page.contains("DISK_LOW") && page.contains("okx") && page.contains("insufficient data"))
        // Nothing is fetched from anywhere.
        #expect(!page.contains("src=") && !page.contains("href=") && !page.contains("://"))
        let line = try ControlProtocol.line(answer)
        #expect(try ControlProtocol.read(ReportAnswer.self, from: line) == answer)
    }
}
