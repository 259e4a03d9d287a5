/// A hash of 32 bytes, kept without an array of its own.
public struct Fingerprint: Hashable, Sendable {
    public static let length = 32
    public static let zero = Fingerprint(0, 0, 0, 0)

    let first: UInt64
    let second: UInt64
    let third: UInt64
    let fourth: UInt64

    public init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        self.first = first
        self.second = second
        self.third = third
        self.fourth = fourth
    }

    /// Reads 32 bytes; fewer are our own bug.
    public init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
        self.init(
            bytes.integer(at: offset), bytes.integer(at: offset + 8), bytes.integer(at: offset + 16),
            bytes.integer(at: offset + 24))
    }

    /// As people compare hashes.
    public var hexadecimal: String {
        [first, second, third, fourth].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// The hash a journal is chained with, over the two pieces as if they were one. Injected, so that this room
/// stays pure: SHA-256 where it matters, something quicker where ten thousand disks are simulated.
public typealias Seal = @Sendable (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Fingerprint
