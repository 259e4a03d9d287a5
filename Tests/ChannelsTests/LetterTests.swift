import Channels
import Foundation
import LiveWorld
import Ports
import Testing
import TradingModel
import VenueServer
import Watch

@Suite struct `A report sent through channels` {
    private static let page =
        "<!doctype html><html lang=en><title>ä</title>"
        + String(repeating: "<p>a day</p>", count: 400)
    private static let letter = Letter(
        title: "report 2026-11-28: profit 12.34", text: "profit  12.34\n\n.\nlast",
        pages: [
            Letter.Page(
                name: "report-2026-11-28.html", type: "text/html; charset=utf-8", bytes: Array(page.utf8)),
            Letter.Page(name: "report-2026-11-28.pdf", type: "application/pdf", bytes: paper),
        ], at: Moment(nanoseconds: 1_790_000_000_000_000_000))
    private static let paper = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    @Test func `reaches a mailbox with its pages, byte for byte`() async throws {
        let stand = try await MailStand.start(.takes)
        let mail = MailChannel(
            AlertPolicy.Mail(
                server: "smtp://127.0.0.1:\(stand.port)", from: "node@example.org", to: ["ann@example.org"],
                user: nil, encrypts: false))
        #expect(await delivering(mail, .letter(Self.letter)) == nil)
        let text = try #require(stand.letters.first).text
        #expect(text.contains("Subject: [arbnode] report 2026-11-28: profit 12.34"))
        #expect(text.contains("Content-Type: multipart/mixed; boundary="))
        #expect(text.contains("filename=\"report-2026-11-28.html\""))
        #expect(text.contains("profit  12.34") && text.contains("\nlast"))
        let attached = try text.components(separatedBy: "attachment").dropFirst().map { part in
            let encoded = try #require(part.components(separatedBy: "\n\n").dropFirst().first)
            let lines = encoded.split(separator: "\n").prefix { !$0.hasPrefix("--") }
            #expect(lines.allSatisfy { $0.count <= 76 })
            return try #require(Data(base64Encoded: lines.joined()))
        }
        #expect(attached.map { Array($0) } == [Array(Self.page.utf8), Self.paper])
        try await stand.stop()
    }

    @Test func `reaches a webhook as one object that says which page there is`() async throws {
        let stand = try await HTTPStand.start(.answer(200))
        let hook = WebhookChannel(url: "http://127.0.0.1:\(stand.port)/")
        #expect(await delivering(hook, .letter(Self.letter)) == nil)
        await stand.received(1)
        let body = try #require(stand.requests.first).body
        let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        #expect(object?["kind"] as? String == "report")
        #expect(object?["page"] as? String == "report-2026-11-28.html")
        #expect((object?["text"] as? String)?.hasPrefix("profit  12.34") == true)
        try await stand.stop()
    }

    @Test func `says which channels did not take it, and nothing of those not named`() async throws {
        let nobody = DeadPort()
        let good = try await HTTPStand.start(.answer(200))
        let refusing = try await HTTPStand.start(.answer(400))
        let timers = try WorkerLane(name: "timers")
        let time = SystemTime(timers: timers)
        var lanes = [timers]
        func entry(_ name: String) -> AlertPolicy.Channel {
            AlertPolicy.Channel(name: name, target: .log, least: .info)
        }
        let dispatcher = try AlertDispatcher(
            AlertPolicy(channels: [entry("good"), entry("refusing"), entry("unasked")]),
            channels: [
                WebhookChannel(url: "http://127.0.0.1:\(good.port)/"),
                WebhookChannel(url: "http://127.0.0.1:\(refusing.port)/"),
                WebhookChannel(url: "http://127.0.0.1:\(nobody.number)/"),
            ], time: time,
            lane: { _ in
                let lane = try WorkerLane(name: "channel")
                lanes.append(lane)
                return lane
            }, tell: { _ in })
        let failures = await dispatcher.send(Self.letter, to: ["good", "refusing"])
        #expect(failures.map(\.channel) == ["refusing"])
        #expect(failures.first?.reason.contains("400") == true)
        await good.received(1)
        await dispatcher.close(by: time.now + .seconds(5))
        for lane in lanes { lane.stop() }
        try await good.stop()
        try await refusing.stop()
    }
}
