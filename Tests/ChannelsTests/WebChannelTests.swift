import Channels
import Foundation
import Testing
import TradingModel
import VenueServer
import Watch

@Suite struct `A webhook` {
    private struct Body: Decodable {
        var incident: Int
        var code: String
        var severity: String
        var detail: String
        var runbook: String
        var kind: String
    }

    @Test func `gets one JSON object with everything in it, and its token as a bearer`() async throws {
        let stand = try await HTTPStand.start(.answer(200))
        let channel = WebhookChannel(
            url: "http://127.0.0.1:\(stand.port)/alerts", token: Secret("made-up-token"))
        let detail = "a \"quoted\" cause\nwith\ta control \u{1} and ünïcode"
        #expect(await delivering(channel, .alert(Sample.alert(detail))) == nil)
        let request = try #require(stand.requests.first)
        #expect(request.method == "POST" && request.path == "/alerts")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["authorization"] == "Bearer made-up-token")
        let body = try JSONDecoder().decode(Body.self, from: Data(request.body.utf8))
        #expect(body.incident == 7 && body.code == "HEDGE_FAILURE" && body.severity == "PAGE_NOW")
        #expect(body.detail == detail && body.runbook == "rb-30-hedge-failure" && body.kind == "opened")
        try await stand.stop()
    }

    @Test(arguments: [(500, false), (503, false), (429, false), (401, false), (302, false), (400, true)])
    func `that says anything but 2xx has not taken it`(status: Int, isFinal: Bool) async throws {
        let stand = try await HTTPStand.start(.answer(status))
        let fault = await delivering(WebhookChannel(url: "http://127.0.0.1:\(stand.port)/"))
        #expect(fault == DeliveryFault("the other side said \(status)", isFinal: isFinal))
        #expect(stand.requests.count == 1, "redirections are not followed")
        try await stand.stop()
    }

    @Test func `that refuses, hangs up or says nothing has not taken it`() async throws {
        let nobody = DeadPort()
        let refused = await delivering(WebhookChannel(url: "http://127.0.0.1:\(nobody.number)/"))
        #expect(refused?.isFinal == false && refused?.reason.isEmpty == false)
        let rude = try await HTTPStand.start(.hangUp)
        #expect(await delivering(WebhookChannel(url: "http://127.0.0.1:\(rude.port)/")) != nil)
        try await rude.stop()
        let silent = try await HTTPStand.start(.silence)
        let fault = await delivering(WebhookChannel(url: "http://127.0.0.1:\(silent.port)/"))
        #expect(fault?.reason.contains("Timeout") == true, "\(String(describing: fault))")
        try await silent.stop()
    }

    @Test func `behind TLS is believed only with a certificate of a trusted authority`() async throws {
        let (ours, other) = (try TestAuthority.temporary(), try TestAuthority.temporary())
        defer {
            ours.remove()
            other.remove()
        }
        let stand = try await HTTPStand.start(.answer(200), tls: ours)
        let url = "https://127.0.0.1:\(stand.port)/"
        #expect(await delivering(WebhookChannel(url: url, authority: ours.caPath)) == nil)
        for authority in [nil, other.caPath, "/nowhere/ca.pem"] {
            let fault = await delivering(WebhookChannel(url: url, authority: authority))
            #expect(fault != nil && fault?.isFinal == false)
        }
        #expect(stand.requests.count == 1, "nothing was said to a stranger")
        try await stand.stop()
    }

    @Test func `ends at once when the node ends`() async throws {
        let stand = try await HTTPStand.start(.silence)
        let stop = StopFlag()
        async let ended = delivering(WebhookChannel(url: "http://127.0.0.1:\(stand.port)/"), unless: stop)
        await stand.received(1)
        stop.set()
        #expect(await ended == DeliveryFault("the node is ending"))
        try await stand.stop()
    }
}

@Suite struct `A Telegram chat` {
    private struct Body: Decodable {
        var chat_id: String
        var text: String
        var disable_notification: Bool
    }

    private func channel(_ port: Int) -> TelegramChannel {
        TelegramChannel(
            api: "http://127.0.0.1:\(port)", chat: "-1001", token: Secret("12345:made-up"))
    }

    @Test func `gets what happened and what to do, from the bot of the token`() async throws {
        let stand = try await HTTPStand.start(.answer(200))
        #expect(await delivering(channel(stand.port)) == nil)
        #expect(await delivering(channel(stand.port), .alert(Sample.alert("x", .info))) == nil)
        #expect(stand.requests.map(\.path) == Array(repeating: "/bot12345:made-up/sendMessage", count: 2))
        let bodies = try stand.requests.map {
            try JSONDecoder().decode(Body.self, from: Data($0.body.utf8))
        }
        #expect(bodies.allSatisfy { $0.chat_id == "-1001" })
        #expect(bodies[0].text.contains("What to do: "))
        #expect(bodies[0].text.contains("arbctl incidents ack 7"))
        #expect(bodies.map(\.disable_notification) == [false, true], "what can wait makes no sound")
        try await stand.stop()
    }

    @Test func `gets no message longer than the bot's limit`() async throws {
        let stand = try await HTTPStand.start(.answer(200))
        let long = Sample.alert(String(repeating: "long ", count: 5_000))
        #expect(await delivering(channel(stand.port), .alert(long)) == nil)
        let body = try JSONDecoder().decode(Body.self, from: Data(stand.requests[0].body.utf8))
        #expect(body.text.count <= 4_096)
        try await stand.stop()
    }

    @Test(arguments: [401, 500])
    func `that refuses never gets its token into an error`(status: Int) async throws {
        let stand = try await HTTPStand.start(.answer(status))
        let fault = try #require(await delivering(channel(stand.port)))
        #expect(!fault.reason.contains("made-up"))
        try await stand.stop()
        let nobody = DeadPort()
        let dead = try #require(await delivering(channel(nobody.number)))
        #expect(!dead.reason.contains("made-up"))
        #expect(!"\(Secret("made-up"))".contains("made-up"))
        #expect(!String(reflecting: Secret("made-up")).contains("made-up"))
    }
}
