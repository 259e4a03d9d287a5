import COpenSSL
import Journal

/// SHA-256 over two pieces, without an array in between.
enum SHA256Seal {
    static let seal: Seal = { front, rest in
        var out: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        let isDone = withUnsafeMutableBytes(of: &out) { out in
            EVP_DigestInit_ex(context, algorithm, nil) == 1
                && EVP_DigestUpdate(context, front.baseAddress, front.count) == 1
                && EVP_DigestUpdate(context, rest.baseAddress, rest.count) == 1
                && EVP_DigestFinal_ex(context, out.bindMemory(to: UInt8.self).baseAddress, nil) == 1
        }
        precondition(isDone, "SHA-256 failed: out of memory")
        return withUnsafeBytes(of: out) { Fingerprint($0) }
    }

    /// Fetched once: looking it up for every record would cost as much as hashing it.
    nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)
}
