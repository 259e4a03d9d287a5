import ArgumentParser
import Configuration
import Foundation
import LiveWorld
import TradingModel

/// `arbnode config sign`.
struct ConfigSignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign a configuration, so that a node takes it and nothing that was changed since.",
        discussion: """
            Signs the file with all it includes and writes FILE.sig beside it: digest, a version that rises \
            with every signature, the digest before, and an end. The key is made where there is none, for \
            its owner only; its public half is printed, and belongs where nodes run \
            (arbnode run --signed-by KEY). Keep the key itself elsewhere. Such a node refuses files that \
            were changed, signatures of other keys, expired ones and older versions, at its start and at \
            every reload.

            Example: arbnode config sign config/paper.yaml --key signing.pem
            """)

    @Argument(help: ArgumentHelp("The configuration file.", valueName: "file")) var file: String
    @Option(help: ArgumentHelp("The key that signs; made if it is not there.", valueName: "file"))
    var key: String
    @Option(help: "For how many days it is valid.") var days = 90
    @Flag(help: "Print one JSON object.") var json = false

    private struct Answer: Encodable {
        var file: String
        var version: Int
        var digest: String
        var expires_ns: Int64
        var key: String
    }

    func validate() throws {
        guard (1...3_650).contains(days) else { throw ValidationError("--days takes 1 to 3650.") }
    }

    func run() throws {
        let (_, bundle) = try NodePlanning.loadBundle(file)
        let path = ConfigurationSeal.path(bundle.file)
        do {
            let signer = try SigningKey(at: key)
            let now = Moment(nanoseconds: Int64(Date(timeIntervalSinceNow: 0).timeIntervalSince1970 * 1e9))
            let seal = ConfigurationSeal(
                bundle, after: try ConfigurationSeal.read(path), by: signer, at: now,
                valid: .seconds(Int64(days) * 86_400))
            try seal.write(to: path)
            guard !json else {
                return Terminal.print(
                    try Terminal.json(
                        Answer(
                            file: file, version: seal.version, digest: seal.digest,
                            expires_ns: seal.expiresNs, key: seal.key)))
            }
            Terminal.say("\(path): version \(seal.version), valid for \(days) days; the public key:")
            Terminal.print(String(signer.verifying.pem.dropLast()))
        } catch {
            Terminal.say("\(file) is not signed: \(error)")
            throw ExitCode(error is ConfigurationSeal.Fault ? 65 : 73)
        }
    }
}
