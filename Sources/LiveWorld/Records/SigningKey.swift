import COpenSSL
import Glibc

/// An Ed25519 key that signs for this node. It lies in the data directory, for its owner only.
public final class SigningKey: Sendable {
    public let verifying: VerifyingKey
    private let seed: [UInt8]

    /// The key at `path`; made there when there is none. Throws when others could read it.
    public convenience init(at path: String) throws(FileFault) {
        guard let bytes = try DurableFile.read(path, most: 4_096) else {
            var seed = [UInt8](repeating: 0, count: 32)
            precondition(RAND_bytes(&seed, 32) == 1, "OpenSSL has no randomness")
            let pem = PEM.encode(SigningKey.intro + seed, "PRIVATE KEY")
            try DurableFile.write(Array(pem.utf8), to: path)
            self.init(seed: seed)
            return
        }
        var information = stat()
        guard stat(path, &information) == 0 else { throw FileFault(path: path, "cannot be read") }
        guard information.st_mode & 0o077 == 0 else {
            throw FileFault(path: path, detail: "is a secret that others can read: chmod 600 it")
        }
        guard let der = PEM.decode(bytes, "PRIVATE KEY"), der.count == SigningKey.intro.count + 32,
            der.starts(with: SigningKey.intro)
        else {
            throw FileFault(
                path: path,
                detail: "holds no Ed25519 key: put it back from a backup, or move it away for a new one")
        }
        self.init(seed: Array(der.suffix(32)))
    }

    /// - Parameter seed: 32 bytes.
    init(seed: [UInt8]) {
        self.seed = seed
        guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count) else {
            preconditionFailure("OpenSSL has no Ed25519")
        }
        defer { EVP_PKEY_free(key) }
        var raw = [UInt8](repeating: 0, count: 32)
        var length = 32
        precondition(EVP_PKEY_get_raw_public_key(key, &raw, &length) == 1 && length == 32, "a public key")
        verifying = VerifyingKey(raw: raw)
    }

    /// 64 bytes (RFC 8032).
    public func sign(_ message: [UInt8]) -> [UInt8] {
        guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count),
            let context = EVP_MD_CTX_new()
        else { preconditionFailure("Ed25519: out of memory") }
        defer {
            EVP_MD_CTX_free(context)
            EVP_PKEY_free(key)
        }
        var signature = [UInt8](repeating: 0, count: 64)
        var length = 64
        let isDone =
            EVP_DigestSignInit(context, nil, nil, nil, key) == 1
            && EVP_DigestSign(context, &signature, &length, message, message.count) == 1
        precondition(isDone && length == 64, "OpenSSL could not sign")
        return signature
    }

    /// RFC 8410: what stands before the 32 bytes of a private key.
    private static let intro: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "SigningKey(\(verifying.name))" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The public half: may be given to anybody, and checks what the other half signed.
public struct VerifyingKey: Hashable, Sendable {
    public let raw: [UInt8]

    /// - Parameter raw: 32 bytes.
    public init(raw: [UInt8]) {
        precondition(raw.count == 32)
        self.raw = raw
    }

    /// `nil`: no Ed25519 public key in PEM.
    public init?(pem: [UInt8]) {
        guard let der = PEM.decode(pem, "PUBLIC KEY"), der.count == VerifyingKey.intro.count + 32,
            der.starts(with: VerifyingKey.intro)
        else { return nil }
        raw = Array(der.suffix(32))
    }

    /// As other programs read it (`openssl pkey -pubin`).
    public var pem: String { PEM.encode(VerifyingKey.intro + raw, "PUBLIC KEY") }

    /// The beginning of its SHA-256: what people compare.
    public var name: String { String(HexDigest.of(raw).prefix(16)) }

    public func verify(_ message: [UInt8], _ signature: [UInt8]) -> Bool {
        guard signature.count == 64,
            let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, raw, raw.count),
            let context = EVP_MD_CTX_new()
        else { return false }
        defer {
            EVP_MD_CTX_free(context)
            EVP_PKEY_free(key)
        }
        return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// RFC 8410: what stands before the 32 bytes of a public key.
    private static let intro: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]
}

/// RFC 7468, for what fits a line.
private enum PEM {
    static func encode(_ der: [UInt8], _ label: String) -> String {
        "-----BEGIN \(label)-----\n\(Base64.encode(der))\n-----END \(label)-----\n"
    }

    static func decode(_ text: [UInt8], _ label: String) -> [UInt8]? {
        let lines = text.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        guard lines.count == 3, lines[0] == "-----BEGIN \(label)-----", lines[2] == "-----END \(label)-----"
        else { return nil }
        return Array(lines[1].utf8).withUnsafeBufferPointer { Base64.decode($0) }
    }
}
