import CWebSockets
import Glibc
import Ports

/// The kernel's randomness.
public struct SystemEntropy: Entropy {
    public init() {}

    public func next() -> UInt64 {
        var value: UInt64 = 0
        withUnsafeMutableBytes(of: &value) { SystemEntropy.fill($0) }
        return value
    }

    /// Fills `bytes` from getrandom(2). It cannot fail once the system has booted, short reads apart.
    static func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        var filled = 0
        while filled < bytes.count, let base = bytes.baseAddress {
            let got = getrandom(base + filled, bytes.count - filled, 0)
            precondition(got > 0 || errno == EINTR, "getrandom failed: \(String(cString: strerror(errno)))")
            filled += max(0, got)
        }
    }
}
