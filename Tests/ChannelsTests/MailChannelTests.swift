import Channels
import Testing
import TradingModel
import VenueServer
import Watch

@Suite struct `Mail` {
    private func channel(
        _ scheme: String, _ port: Int, user: String? = nil, encrypts: Bool, authority: String? = nil
    ) -> MailChannel {
        MailChannel(
            AlertPolicy.Mail(
                server: "\(scheme)://127.0.0.1:\(port)", from: "node@example.org",
                to: ["ann@example.org", "bob@example.org"], user: user, encrypts: encrypts),
            password: user.map { _ in Secret("made-up") }, authority: authority)
    }

    @Test func `reaches everybody it is for, with a subject of one line and a text of many`() async throws {
        let stand = try await MailStand.start(.takes)
        let alert = Sample.alert("first\r\nBcc: eve@example.org\r\n\r\n.\r\nrest")
        #expect(await delivering(channel("smtp", stand.port, encrypts: false), .alert(alert)) == nil)
        let letter = try #require(stand.letters.first)
        #expect(letter.from.contains("<node@example.org>") && letter.login == nil)
        #expect(letter.to.count == 2 && letter.to[1].contains("<bob@example.org>"))
        let parts = letter.text.split(separator: "\n\n", maxSplits: 1)
        let head = try #require(parts.first)
        #expect(head.contains("Subject: [arbnode] PAGE_NOW HEDGE_FAILURE okx: first"))
        #expect(head.contains("Date: Mon, 21 Sep 2026 14:13:20 +0000"))
        #expect(!head.contains("\nBcc:"), "others' words start no header")
        #expect(parts[1].contains("\n.\n"), "a lone point ends no mail")
        #expect(parts[1].contains("What to do: "))
        try await stand.stop()
    }

    @Test func `goes over TLS with a login, and to a trusted server alone`() async throws {
        let (ours, other) = (try TestAuthority.temporary(), try TestAuthority.temporary())
        defer {
            ours.remove()
            other.remove()
        }
        let stand = try await MailStand.start(.takes, tls: ours)
        let good = channel("smtps", stand.port, user: "node", encrypts: true, authority: ours.caPath)
        #expect(await delivering(good) == nil)
        #expect(stand.letters.count == 1 && stand.letters[0].login?.hasPrefix("AUTH PLAIN") == true)
        let bad = channel("smtps", stand.port, user: "node", encrypts: true, authority: other.caPath)
        let fault = try #require(await delivering(bad))
        #expect(!fault.reason.contains("made-up"))
        #expect(stand.letters.count == 1)
        try await stand.stop()
    }

    @Test func `is upgraded before anything is said, or not sent`() async throws {
        let authority = try TestAuthority.temporary()
        defer { authority.remove() }
        let plain = try await MailStand.start(.takes)
        let refused = channel("smtp", plain.port, user: "node", encrypts: true, authority: authority.caPath)
        #expect(await delivering(refused) != nil)
        #expect(!plain.commands.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
        try await plain.stop()
        let stand = try await MailStand.start(.upgrades, upgrade: authority)
        let taken = channel("smtp", stand.port, user: "node", encrypts: true, authority: authority.caPath)
        #expect(await delivering(taken) == nil)
        #expect(stand.letters.count == 1)
        #expect(stand.commands.firstIndex { $0.hasPrefix("STARTTLS") } == 1)
        try await stand.stop()
    }

    @Test(arguments: [
        MailStand.Manner.refuses("CONNECT", "421 not now"), .refuses("MAIL", "451 later"),
        .refuses("RCPT", "550 nobody here"), .refuses("DATA", "554 no"), .silence,
    ])
    func `that is refused at any step, or never answered, has not been sent`(manner: MailStand.Manner)
        async throws
    {
        let stand = try await MailStand.start(manner)
        let fault = await delivering(channel("smtp", stand.port, encrypts: false))
        #expect(fault != nil && fault?.isFinal == false)
        #expect(stand.letters.isEmpty)
        try await stand.stop()
    }

    @Test func `to a port where nobody listens has not been sent`() async {
        let nobody = DeadPort()
        #expect(await delivering(channel("smtp", nobody.number, encrypts: false)) != nil)
    }
}
