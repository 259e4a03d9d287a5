import TradingModel

/// Fingerprints of the signals that have opened, so that none opens twice: not after a restart, not from a
/// book that stands still. Bounded: the oldest are forgotten.
public struct SignalMemory: Hashable, Sendable {
    private var known: Set<UInt64> = []
    /// In order of arrival, a ring.
    private var order: [UInt64] = []
    private var oldest = 0
    public let capacity: Int

    public init(capacity: Int = 16_384) {
        precondition(capacity > 0)
        self.capacity = capacity
    }

    public var count: Int { known.count }
    public func contains(_ fingerprint: UInt64) -> Bool { known.contains(fingerprint) }

    public mutating func remember(_ fingerprint: UInt64) {
        guard fingerprint != 0, known.insert(fingerprint).inserted else { return }
        guard order.count == capacity else { return order.append(fingerprint) }
        known.remove(order[oldest])
        order[oldest] = fingerprint
        oldest = (oldest + 1) % capacity
    }
}

/// 64-bit FNV-1a over what makes a signal that signal; equal facts give equal fingerprints in every run.
public struct Fingerprint: Hashable, Sendable {
    public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
    public init() {}

    /// 16 digits.
    public var hexadecimal: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    public mutating func add(_ word: Int64) {
        var rest = UInt64(bitPattern: word)
        for _ in 0..<8 {
            value = (value ^ (rest & 0xFF)) &* 0x100_0000_01b3
            rest >>= 8
        }
    }

    public mutating func add(_ text: String) {
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        value = (value ^ 0xFF) &* 0x100_0000_01b3
    }
}
