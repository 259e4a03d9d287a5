import Foundation
import Ports
import Testing

@testable import LiveWorld

@Suite struct `Secrets and where they come from` {
    private let none: @Sendable (String) -> String? = { _ in nil }

    @Test func `a venue's keys come from the environment first, then from the file`() throws {
        let scratch = try Scratch()
        let file = try scratch.write(
            "secrets",
            """
            # the test account
            okx.api_key = from-file
            okx.secret=file-secret
              okx.passphrase =  two words\u{20}

            binance-spot.api_key = other
            """)
        let secrets = try Secrets(file: file) { name in
            ["ARBNODE_OKX_API_KEY": "from-environment", "ARBNODE_BINANCE_SPOT_SECRET": "s"][name]
        }
        let okx = try secrets.access(to: "okx", needsPassphrase: true, needsBase64Secret: false)
        #expect(okx.apiKey == "from-environment")
        #expect(okx.passphrase == "two words")
        var fileSecret = Array("file-secret".utf8)
        #expect(okx.signer.hmacSHA256([7]) == OpenSSLSigner(wiping: &fileSecret).hmacSHA256([7]))
        #expect(
            try secrets.access(to: "binance-spot", needsPassphrase: false, needsBase64Secret: false).apiKey
                == "other")
        #expect(secrets.mention("okx"))
        #expect(!secrets.mention("bybit"))
    }

    @Test func `what is missing is named, with the variable that would hold it`() throws {
        let secrets = try Secrets(file: nil) { $0 == "ARBNODE_BINANCE_SPOT_API_KEY" ? "k" : nil }
        #expect(throws: SecretsFault.missing(venue: "binance-spot", fields: ["secret"])) {
            try secrets.access(to: "binance-spot", needsPassphrase: false, needsBase64Secret: false)
        }
        let all = SecretsFault.missing(venue: "okx", fields: ["api_key", "secret", "passphrase"])
        #expect(throws: all) {
            try secrets.access(to: "okx", needsPassphrase: true, needsBase64Secret: false)
        }
        for name in ["ARBNODE_OKX_API_KEY", "ARBNODE_OKX_SECRET", "ARBNODE_OKX_PASSPHRASE"] {
            #expect(all.description.contains(name))
        }
    }

    @Test func `a Kraken secret that is not base64 is refused before it signs anything`() throws {
        let secrets = try Secrets(file: nil) { $0.hasSuffix("SECRET") ? "not base64!" : "k" }
        #expect(throws: SecretsFault.notBase64(venue: "kraken")) {
            try secrets.access(to: "kraken", needsPassphrase: false, needsBase64Secret: true)
        }
    }

    @Test func `a key that cannot stand in a header is refused`() throws {
        let secrets = try Secrets(file: nil) { _ in "key\r\nX-Evil: 1" }
        #expect(throws: SecretsFault.unusable(venue: "okx", field: "api_key")) {
            try secrets.access(to: "okx", needsPassphrase: true, needsBase64Secret: false)
        }
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o622, 0o755, 0o601])
    func `a file others may touch is refused`(_ mode: Int) throws {
        let scratch = try Scratch()
        let file = try scratch.write("secrets", "okx.api_key = a", mode: mode)
        #expect(throws: SecretsFault.tooOpen(path: file, mode: UInt32(mode))) {
            try Secrets(file: file, environment: none)
        }
    }

    @Test(arguments: [0o600, 0o400])
    func `a file of the owner alone is taken`(_ mode: Int) throws {
        let scratch = try Scratch()
        let file = try scratch.write("secrets", "okx.api_key = a", mode: mode)
        #expect(try Secrets(file: file, environment: none).mention("okx"))
    }

    @Test(arguments: [
        ("okx.api_key", 1), ("okx.api_key=CANARY\nnonsense CANARY", 2), ("okx.key = CANARY", 1),
        ("okx.api_key =", 1),
        ("= CANARY", 1), ("\n\nOKX.api_key = CANARY", 3), ("okx.api_key = CANARY\nokx.api_key = CANARY", 2),
        (".secret = CANARY", 1), ("okx.a.b = CANARY", 1), ("CANARY = CANARY", 1),
    ])
    func `a malformed line is named by its number, never by its content`(_ text: String, _ line: Int) throws {
        let scratch = try Scratch()
        let file = try scratch.write("secrets", text)
        do {
            _ = try Secrets(file: file, environment: none)
            Issue.record("it was taken")
        } catch {
            guard case .malformed(_, line, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!error.description.contains("CANARY"))
        }
    }

    @Test func `what is no readable file of sensible size is refused`() throws {
        let scratch = try Scratch()
        let big = try scratch.write("big", String(repeating: "#", count: 70_000))
        for path in [scratch.path, scratch.file("missing"), "/dev/null", big] {
            #expect(throws: SecretsFault.self) { try Secrets(file: path, environment: none) }
        }
    }

    @Test func `no description tells a secret`() throws {
        let scratch = try Scratch()
        let file = try scratch.write("secrets", "okx.secret = CANARY")
        let secrets = try Secrets(file: file, environment: none)
        var dumped = ""
        dump(secrets, to: &dumped)
        #expect(!"\(secrets) \(String(reflecting: secrets)) \(dumped)".contains("CANARY"))
    }
}
