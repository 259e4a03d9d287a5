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
import TradingModel

/// Ends trading days: flat if the policy says so, reconciled, counted, archived with hashes, told.
actor DayEnd {
    nonisolated let lane: any Lane
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let policy: DayEndPolicy
    private let desk: TradingDesk
    private let figures: FigureKeeper
    private let audit: AuditKeeper
    private let archive: DayArchive
    private let time: any Timekeeper
    /// Hands a letter to channels; answers what those that did not take it said.
    typealias Send = @Sendable (Letter, [String]) async -> [(channel: String, reason: String)]
    private let send: Send

    /// Orders and hedges end within seconds; a perpetual is closed in pieces, each hedged on spot.
    private static let flatWithin = Span.seconds(60)
    private static let closedWithin = Span.seconds(300)
    private static let reconciledWithin = Span.seconds(120)
    /// The first word of the reason of the HOLD that a day's end brings.
    static let actor = "day-end"

    init(
        _ policy: DayEndPolicy, desk: TradingDesk, figures: FigureKeeper, audit: AuditKeeper,
        in directory: String, lane: any Lane, time: any Timekeeper, send: @escaping Send
    ) {
        self.lane = lane
        self.policy = policy
        self.desk = desk
        self.figures = figures
        self.audit = audit
        self.time = time
        self.send = send
        archive = DayArchive(in: directory)
    }

    /// Until its task is cancelled. A day that ended while no node ran is counted at the start; one whose end
    /// was cut off, while this one's HOLD stood, is ended then.
    func run() async {
        guard policy.isOn else { return }
        var day = policy.clock.day(at: time.now)
        if archive.holds(day - 1) {
            await release()
        } else if await holdsForIt() {
            await end(day - 1)
        } else {
            await report(day - 1, problems: [])
        }
        while !Task.isCancelled {
            do { try await time.sleep(until: policy.clock.begin(ofDay: day + 1)) } catch { return }
            // A sleep may end early by a hair, and a clock may be set.
            guard policy.clock.day(at: time.now) > day else { continue }
            await end(day)
            day = policy.clock.day(at: time.now)
        }
    }

    /// Ends this trading day.
    func end(_ day: Int64) async {
        var problems: [String] = []
        let name = CivilDate(days: day).text
        let holds = policy.flatten == .off ? await holdsForIt() : await hold(name)
        if policy.flatten != .off, let open = await flatten() { problems.append("day \(name): \(open)") }
        let differing = await desk.reconcileAll(by: time.now + DayEnd.reconciledWithin)
        problems += differing.map { "day \(name): \($0) is not reconciled" }
        await report(day, problems: problems)
        if holds { await release() }
    }

    /// A planned HOLD, unless something stricter stands; answers whether it is this one's.
    private func hold(_ name: String) async -> Bool {
        if await desk.inspect({ $0.mode < .hold }) {
            await desk.setMaintenance(
                policy.flatten == .perpetuals ? .flatten : .hold, reason: "\(DayEnd.actor) \(name)",
                actor: DayEnd.actor)
        }
        return await holdsForIt()
    }

    /// Whether the HOLD that stands is a day end's: this run's, or one before it that was cut off.
    private func holdsForIt() async -> Bool {
        await desk.inspect { $0.isInMaintenance && $0.modeReason.contains(": \(DayEnd.actor) ") }
    }

    /// Waits until nothing is open that the policy wants closed; answers what still is.
    private func flatten() async -> String? {
        let wantsPerpetuals = policy.flatten == .perpetuals
        let deadline = time.now + (wantsPerpetuals ? DayEnd.closedWithin : DayEnd.flatWithin)
        while true {
            let (isFlat, holds) = await desk.inspect { ($0.isFlat, wantsPerpetuals && $0.holdsPerpetuals) }
            guard !isFlat || holds else { return nil }
            let open = isFlat ? "perpetuals are still held" : "orders or hedges are still open"
            guard time.now < deadline else { return open }
            do { try await time.sleep(until: time.now + .milliseconds(50)) } catch { return open }
        }
    }

    /// Ends its own HOLD alone: what else has called for one meanwhile has made it another.
    private func release() async {
        let end = await desk.inspect { $0.maintenanceEnd }
        guard await holdsForIt() else { return }
        await desk.setMaintenance(.end, reason: "the day is counted", actor: DayEnd.actor)
        _ = await desk.awaitLoosening(.mode(end), by: time.now + .seconds(10))
    }

    private func report(_ day: Int64, problems: [String]) async {
        var problems = problems
        let name = CivilDate(days: day).text
        await figures.sample()
        var letters: [Letter] = []
        for period in policy.periods(endingWith: day) {
            guard let report = await figures.period(period.kind, around: day) else { continue }
            let answer = await figures.answer(report)
            do {
                let letter = try await write(answer, report, day)
                letters.append(letter)
            } catch { problems.append("\(period.name): the report cannot be written: \(error)") }
        }
        guard !letters.isEmpty else { return }
        do {
            try archive.seal(day, await audit.signer(), figures: FigureFiles(in: archive.data))
        } catch { problems.append("day \(name): it cannot be archived: \(error)") }
        for letter in letters where !policy.channels.isEmpty {
            for failure in await send(letter, policy.channels) {
                let name = letter.pages.first?.name ?? letter.title
                problems.append("\(name) was not taken by \(failure.channel): \(failure.reason)")
            }
        }
        let told = letters.map(\.title).joined(separator: "; ")
        await desk.dayEnded("day \(name) ended: \(told)", problems: problems)
    }

    private func write(_ answer: ReportAnswer, _ report: PeriodReport, _ day: Int64) async throws -> Letter {
        let page = Array(ReportPage(answer, report).html.utf8)
        let paper = try ReportDocument(answer, report).pdf()
        let lines = ReportLines(answer)
        let head = await audit.head
        let file = "report-\(report.period.slug)"
        try archive.write(page, as: file + ".html", day)
        try archive.write(paper, as: file + ".pdf", day)
        try archive.write(
            Array(try ControlProtocol.line(answer)) + [UInt8(ascii: "\n")], as: file + ".json", day)
        // Who keeps the letter can show later that the audit log is the one of today.
        let text =
            lines.text + "\n\naudit head \(head.sequence):\(head.hash), key \(head.key)\n"
            + "arbnode audit verify DIR --head \(head.sequence):\(head.hash)"
        return Letter(
            title: "report " + lines.title, text: text,
            pages: [
                Letter.Page(name: file + ".html", type: "text/html; charset=utf-8", bytes: page),
                Letter.Page(name: file + ".pdf", type: "application/pdf", bytes: paper),
            ], at: time.now)
    }
}

/// What is kept of a day, in `days/2026-11-28`: reports, figures, incidents, and their hashes, signed.
struct DayArchive {
    let data: String

    init(in data: String) { self.data = data }

    func path(_ day: Int64) -> String { data + "/days/" + CivilDate(days: day).text }

    /// The day is sealed.
    func holds(_ day: Int64) -> Bool {
        FileManager.default.fileExists(atPath: path(day) + "/SHA256SUMS.sig")
    }

    func write(_ bytes: [UInt8], as name: String, _ day: Int64) throws {
        try FileManager.default.createDirectory(
            atPath: path(day), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try DurableFile.write(bytes, to: path(day) + "/" + name)
    }

    /// Copies the day's figures and incidents in, lists every file's SHA-256 as `sha256sum --check` reads it,
    /// and signs the list.
    func seal(_ day: Int64, _ key: SigningKey, figures: FigureFiles) throws {
        // A trading day lies in at most two days of UTC.
        for utc in [day, day + 1] {
            guard let bytes = try DurableFile.read(figures.path(utc)) else { continue }
            try DurableFile.write(bytes, to: path(day) + "/figures-\(CivilDate(days: utc).text).jsonl")
        }
        let incidents = data + "/incidents"
        for name in try DurableFile.names(in: incidents) {
            guard let bytes = try DurableFile.read(incidents + "/" + name) else { continue }
            try DurableFile.write(bytes, to: path(day) + "/incident-" + name)
        }
        let names = try DurableFile.names(in: path(day)).filter {
            !$0.hasPrefix("SHA256SUMS") && !$0.hasSuffix(".new")
        }
        let lines = try names.map { name in
            "\(HexDigest.of(try DurableFile.read(path(day) + "/" + name) ?? []))  \(name)\n"
        }.joined()
        try DurableFile.write(Array(lines.utf8), to: path(day) + "/SHA256SUMS")
        try DurableFile.write(key.sign(Array(lines.utf8)), to: path(day) + "/SHA256SUMS.sig")
    }
}
