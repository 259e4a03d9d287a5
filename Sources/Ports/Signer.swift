/// Keyed hashes over a secret that never leaves the adapter: no getter, no description.
public protocol Signer: Sendable {
    /// HMAC-SHA256 keyed with the secret's UTF-8 bytes (32 bytes).
    func hmacSHA256(_ message: [UInt8]) -> [UInt8]
    /// HMAC-SHA512 keyed with the base64-decoded secret (64 bytes; Kraken).
    func hmacSHA512(_ message: [UInt8]) -> [UInt8]
    /// Unkeyed SHA-256 (32 bytes; part of Kraken's prehash).
    func sha256(_ message: [UInt8]) -> [UInt8]
}

/// What a venue's private endpoints need besides signatures. The secret stays in the signer.
public struct VenueAccess: Sendable {
    public let apiKey: String
    /// OKX only; empty elsewhere.
    public let passphrase: String
    public let signer: any Signer
    public init(apiKey: String, passphrase: String, signer: any Signer) {
        self.apiKey = apiKey
        self.passphrase = passphrase
        self.signer = signer
    }
}

extension VenueAccess: CustomStringConvertible, CustomReflectable {
    public var description: String { "VenueAccess(…)" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
