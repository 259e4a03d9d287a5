import Ports

/// Signs for a simulated node without a C library. Behind real sockets nodes sign with OpenSSL, so there the
/// doubles check signatures by other code than made them.
public struct SimulatedSigner: Signer {
    private let secret: [UInt8]
    private let decoded: [UInt8]

    public init(secret: String) {
        self.secret = Array(secret.utf8)
        decoded = Base64.decode(secret) ?? []
    }

    public func hmacSHA256(_ message: [UInt8]) -> [UInt8] { Digest.hmacSHA256(key: secret, message) }
    public func hmacSHA512(_ message: [UInt8]) -> [UInt8] { Digest.hmacSHA512(key: decoded, message) }
    public func sha256(_ message: [UInt8]) -> [UInt8] { Digest.sha256(message) }
}
