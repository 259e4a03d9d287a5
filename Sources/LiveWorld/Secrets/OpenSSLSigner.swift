import COpenSSL
import Ports

/// HMACs keyed once and copied for every message: the key schedule is not paid on the way to an order, and
/// the secret itself is gone from this object as soon as the keyed contexts exist. OpenSSL wipes those when
/// they are freed.
public final class OpenSSLSigner: Signer, @unchecked Sendable {
    // Immutable after `init`; copying a context only reads it.
    private let sha256Keyed: OpaquePointer
    private let sha512Keyed: OpaquePointer

    /// `secret`: the UTF-8 text the venue gave out. Its bytes are wiped before this returns.
    ///
    /// A secret that is not base64 keys `hmacSHA512` with its text: the venue will refuse such signatures
    /// (`Secrets` refuses the secret before that, for venues that need base64).
    public init(wiping secret: inout [UInt8]) {
        sha256Keyed = OpenSSLSigner.keyed("SHA256", secret)
        if var decoded = secret.withUnsafeBufferPointer({ Base64.decode($0) }) {
            sha512Keyed = OpenSSLSigner.keyed("SHA512", decoded)
            SecretBytes.wipe(&decoded)
        } else {
            sha512Keyed = OpenSSLSigner.keyed("SHA512", secret)
        }
        SecretBytes.wipe(&secret)
    }

    deinit {
        EVP_MAC_CTX_free(sha256Keyed)
        EVP_MAC_CTX_free(sha512Keyed)
    }

    public func hmacSHA256(_ message: [UInt8]) -> [UInt8] {
        OpenSSLSigner.sign(message, sha256Keyed, count: 32)
    }
    public func hmacSHA512(_ message: [UInt8]) -> [UInt8] {
        OpenSSLSigner.sign(message, sha512Keyed, count: 64)
    }
    public func sha256(_ message: [UInt8]) -> [UInt8] { Digest.sha256(message) }

    private static func keyed(_ digest: String, _ secret: [UInt8]) -> OpaquePointer {
        guard let mac = EVP_MAC_fetch(nil, "HMAC", nil), let context = EVP_MAC_CTX_new(mac) else {
            preconditionFailure("OpenSSL has no HMAC")
        }
        EVP_MAC_free(mac)
        // The parameters only point to their texts.
        "digest".withCString { key in
            digest.withCString { value in
                var parameters = [
                    OSSL_PARAM_construct_utf8_string(key, UnsafeMutablePointer(mutating: value), 0),
                    OSSL_PARAM_construct_end(),
                ]
                // A zero-length key must still be a key, or OpenSSL takes it for "as before".
                let isKeyed = EVP_MAC_init(context, secret.isEmpty ? [0] : secret, secret.count, &parameters)
                precondition(isKeyed == 1, "OpenSSL refused an HMAC key")
            }
        }
        return context
    }

    private static func sign(_ message: [UInt8], _ keyed: OpaquePointer, count: Int) -> [UInt8] {
        guard let context = EVP_MAC_CTX_dup(keyed) else { preconditionFailure("HMAC: out of memory") }
        defer { EVP_MAC_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: count)
        var length = 0
        let isDone =
            EVP_MAC_update(context, message, message.count) == 1
            && EVP_MAC_final(context, &out, &length, count) == 1
        precondition(isDone && length == count, "OpenSSL could not finish an HMAC")
        return out
    }
}

extension OpenSSLSigner: CustomStringConvertible, CustomReflectable {
    public var description: String { "OpenSSLSigner(…)" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

enum SecretBytes {
    /// Overwrites the bytes in place, in a way the compiler may not leave out.
    static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { wipe($0) }
        bytes.removeAll()
    }

    static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
        OPENSSL_cleanse(bytes.baseAddress, bytes.count)
    }
}
