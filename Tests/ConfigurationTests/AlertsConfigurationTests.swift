import Configuration
import Testing
import TradingModel
import Watch

@Suite struct `Where incidents are told` {
    private func load(_ alerts: String) -> Result<NodeConfiguration, ConfigurationProblems> {
        var source = SampleNode.source
        source.files["config/node.yaml"] = SampleNode.node + alerts
        return source.load()
    }

    private static let all = """
        alerts:
          channels:
            - channel: log
              least: WARN
            - channel: file
              path: told.jsonl
            - channel: webhook
              name: ops
              url: https://hooks.example.org:8443/node
              ca: ops-ca.pem
            - channel: telegram
              chat: "-1001"
              least: CRITICAL
              per_minute: 5
            - channel: email
              server: smtps://mail.example.org:465
              from: node@example.org
              to: [ann@example.org, bob@example.org]
              user: node
              least: PAGE_NOW
          second: email

        """

    @Test func `is standard error and a file when nothing is said`() throws {
        #expect(try load("").get().alerts == .standard)
    }

    @Test func `is read whole`() throws {
        let policy = try load(Self.all).get().alerts
        #expect(policy.channels.map(\.name) == ["log", "file", "ops", "telegram", "email"])
        #expect(policy.channels.map(\.least) == [.warning, .info, .warning, .critical, .pageNow])
        #expect(policy.channels[1].target == .file("told.jsonl"))
        #expect(policy.channels[2].target == .webhook(url: "https://hooks.example.org:8443/node"))
        #expect(policy.channels[2].authority == "config/ops-ca.pem")
        #expect(policy.channels[3].target == .telegram(api: "https://api.telegram.org", chat: "-1001"))
        #expect(policy.channels[3].perMinute == 5)
        #expect(
            policy.channels[4].target
                == .mail(
                    .init(
                        server: "smtps://mail.example.org:465", from: "node@example.org",
                        to: ["ann@example.org", "bob@example.org"], user: "node", encrypts: true)))
        #expect(policy.second == "email")
    }

    @Test(arguments: [
        ("channel: log", "channel: pager", "expected one of log, file, webhook, telegram, email"),
        ("path: told.jsonl", "pat: told.jsonl", "unknown key"),
        ("name: ops", "name: Ops!", "small letters"),
        ("name: ops", "name: file", "two channels are called file"),
        ("second: email", "second: pager", "no channel is called pager"),
        ("https://hooks.example.org:8443/node", "http://hooks.example.org/node", "https://"),
        ("https://hooks.example.org:8443/node", "https://me:x@hooks.example.org/", "without user and query"),
        ("https://hooks.example.org:8443/node", "https://hooks.example.org/?k=v", "without user and query"),
        ("smtps://mail.example.org:465", "https://mail.example.org", "smtps://host"),
        ("ann@example.org", "ann", "mail address"),
        ("least: CRITICAL", "least: LOUD", "INFO, WARN, CRITICAL, PAGE_NOW"),
        ("per_minute: 5", "per_minute: 0", "between 1 and 6000"),
        ("user: node", "encryption: off", "only encrypted"),
        ("user: node", "password: hunter2", "secrets do not belong"),
        ("chat: \"-1001\"", "token: \"x\"", "secrets do not belong"),
    ])
    func `is refused with its place when it is wrong`(old: String, new: String, says: String) {
        let text = Self.all.replacing(old, with: new)
        #expect(text != Self.all)
        let problems = load(text).problems
        #expect(problems.contains { $0.message.contains(says) }, "\(problems)")
    }

    @Test func `an address that is itself a secret is left to the environment`() throws {
        let text = Self.all.replacing("      url: https://hooks.example.org:8443/node\n", with: "")
        #expect(try load(text).get().alerts.channels[2].target == .webhook(url: ""))
    }
}
