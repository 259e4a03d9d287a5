import Glibc
import Ports

/// Where a venue's keys come from: `ARBNODE_<VENUE>_API_KEY`, `…_SECRET`, `…_PASSPHRASE` (the venue in
/// capitals, `-` as `_`), else a file that only its owner can read. Never configuration, logs or errors.
public struct Secrets: Sendable {
    private let environment: @Sendable (String) -> String?
    private let file: [String: [UInt8]]

    /// `file`: path of the secrets file, if there is one. Throws `SecretsFault`.
    public init(file: String? = nil) throws(SecretsFault) {
        try self.init(file: file) { name in getenv(name).map { String(cString: $0) } }
    }

    /// With another environment than the process's.
    public init(
        file: String? = nil, environment: @escaping @Sendable (String) -> String?
    ) throws(SecretsFault) {
        self.environment = environment
        self.file = if let file { try SecretsFile.read(file) } else { [:] }
    }

    /// Whether a key is given for `venue`, complete or not.
    public func mention(_ venue: String) -> Bool {
        value(venue, "api_key") != nil || value(venue, "secret") != nil
    }

    /// What `venue`'s private endpoints need. Throws `SecretsFault` for what is missing or cannot be right.
    ///
    /// `needsPassphrase`: OKX. `needsBase64Secret`: Kraken.
    public func access(
        to venue: String, needsPassphrase: Bool, needsBase64Secret: Bool
    ) throws(SecretsFault) -> VenueAccess {
        let fields = ["api_key", "secret"] + (needsPassphrase ? ["passphrase"] : [])
        let missing = fields.filter { value(venue, $0) == nil }
        guard missing.isEmpty, var secret = value(venue, "secret") else {
            throw .missing(venue: venue, fields: missing)
        }
        let apiKey = try text(venue, "api_key")
        let passphrase = needsPassphrase ? try text(venue, "passphrase") : ""
        if needsBase64Secret {
            var decoded = secret.withUnsafeBufferPointer { Base64.decode($0) }
            guard decoded != nil, decoded?.isEmpty == false else { throw .notBase64(venue: venue) }
            decoded?.withUnsafeMutableBytes { SecretBytes.wipe($0) }
        }
        return VenueAccess(apiKey: apiKey, passphrase: passphrase, signer: OpenSSLSigner(wiping: &secret))
    }

    /// What a channel to people needs, if it is given: `ARBNODE_<CHANNEL>_<FIELD>`, or the file's
    /// `channel.field`. A value with controls is none.
    public func optional(_ channel: String, _ field: String) -> String? {
        guard let bytes = value(channel, field), bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func text(_ venue: String, _ field: String) throws(SecretsFault) -> String {
        let bytes = value(venue, field) ?? []
        // OKX lets a passphrase have blanks; no venue lets a header have controls.
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw .unusable(venue: venue, field: field)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func value(_ venue: String, _ field: String) -> [UInt8]? {
        if let text = environment(Secrets.variable(venue, field)), !text.isEmpty { return Array(text.utf8) }
        return file["\(venue).\(field)"]
    }

    static func variable(_ venue: String, _ field: String) -> String {
        let name = String(venue.uppercased().map { $0 == "-" ? "_" : $0 })
        return "ARBNODE_\(name)_\(field.uppercased())"
    }
}

extension Secrets: CustomStringConvertible, CustomReflectable {
    public var description: String { "Secrets(…)" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
