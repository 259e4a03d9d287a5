import Audit
import Configuration
import Foundation
import LiveWorld
import TradingModel

/// Who vouches for a configuration: its digest with a version, signed by a key that no node holds. It lies
/// beside the file as `FILE.sig`.
struct ConfigurationSeal: Codable, Hashable {
    /// Rises with every signature; a node takes none that is lower than one it has taken.
    var version: Int
    /// SHA-256 of the configuration, wherever its files lie.
    var digest: String
    /// That of the version before; empty: there was none.
    var previous: String
    var signedNs: Int64
    var expiresNs: Int64
    /// The name of the key that signed.
    var key: String
    /// Ed25519, in hex digits.
    var signature: String

    struct Fault: Error, CustomStringConvertible {
        var description: String
        init(_ text: String) { description = text }
    }

    static func path(_ file: String) -> String { file + ".sig" }

    private enum CodingKeys: String, CodingKey {
        case version, digest, previous, key, signature
        case signedNs = "signed_ns"
        case expiresNs = "expires_ns"
    }

    /// Signs what `bundle` holds, one version after the seal that lies there.
    init(
        _ bundle: ConfigurationBundle, after last: ConfigurationSeal?, by key: SigningKey, at now: Moment,
        valid: Span
    ) {
        version = (last?.version ?? 0) + 1
        digest = HexDigest.of(bundle.portable)
        previous = last?.digest ?? ""
        signedNs = now.nanoseconds
        expiresNs = (now + valid).nanoseconds
        self.key = key.verifying.name
        signature = ""
        signature = Hexadecimal.text(key.sign(message))
    }

    private var message: [UInt8] {
        Array("arbnode configuration\n\(version)\n\(digest)\n\(previous)\n\(signedNs)\n\(expiresNs)\n".utf8)
    }

    /// `nil`: there is none.
    static func read(_ path: String) throws -> ConfigurationSeal? {
        guard let bytes = try DurableFile.read(path, most: 65_536) else { return nil }
        do { return try JSONDecoder().decode(ConfigurationSeal.self, from: Data(bytes)) } catch {
            throw Fault("\(path) is no signature: sign the configuration again")
        }
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try DurableFile.write(Array(try encoder.encode(self)) + [UInt8(ascii: "\n")], to: path)
    }

    /// Throws why these files are not what was signed, or may not be used now.
    ///
    /// - Parameter last: the seal that the node took last.
    func check(
        _ bundle: ConfigurationBundle, by key: VerifyingKey, after last: ConfigurationSeal?, at now: Moment
    ) throws(Fault) {
        guard let bytes = Hexadecimal.bytes(Array(signature.utf8)), key.verify(message, bytes) else {
            throw Fault("the signature is not by \(key.name)")
        }
        guard digest == HexDigest.of(bundle.portable) else {
            throw Fault("the files were changed after they were signed (version \(version))")
        }
        guard now < Moment(nanoseconds: expiresNs) else {
            throw Fault("the signature has expired at \(UTCTime.text(Moment(nanoseconds: expiresNs)))")
        }
        guard let last, last != self else { return }
        guard version > last.version else {
            throw Fault("version \(version) is not newer than \(last.version), which this node has taken")
        }
    }
}

/// What a node that takes signed configurations alone holds them against.
struct ConfigurationTrust: Sendable {
    private let key: VerifyingKey
    private let taken: String

    /// - Parameters:
    ///   - path: the public key, in PEM.
    ///   - directory: where the node remembers what it has taken.
    init(key path: String, in directory: String) throws {
        guard let pem = try DurableFile.read(path, most: 4_096), let key = VerifyingKey(pem: pem) else {
            throw ConfigurationSeal.Fault("\(path) holds no public key in PEM")
        }
        self.key = key
        taken = directory + "/configuration.sig"
    }

    /// The seal of these files; throws why they may not be used.
    func seal(of bundle: ConfigurationBundle, at now: Moment) throws -> ConfigurationSeal {
        let path = ConfigurationSeal.path(bundle.file)
        guard let seal = try ConfigurationSeal.read(path) else {
            throw ConfigurationSeal.Fault("\(bundle.file) is not signed: arbnode config sign")
        }
        try seal.check(bundle, by: key, after: try ConfigurationSeal.read(taken), at: now)
        return seal
    }

    /// From here on nothing older is taken.
    func take(_ seal: ConfigurationSeal) throws { try seal.write(to: taken) }
}
