/// What tells one text from another.
public enum HexDigest {
    /// SHA-256 in lower-case hex digits.
    public static func of(_ bytes: [UInt8]) -> String {
        Digest.sha256(bytes).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
