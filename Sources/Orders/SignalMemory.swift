import TradingModel

/// Fingerprints of the signals that have opened, so that none opens twice: not after a restart, not from a
/// book that stands still. Bounded: the oldest are forgotten.
public struct SignalMemory: Sendable {
    /// Fingerprints by their own bits, which are as good as random: the first free cell from there on holds
    /// one, 0 where there is none. At least half of the cells are free.
    private var cells: [UInt64]
    private let mask: Int
    /// In order of arrival, a ring.
    private var order: [UInt64] = []
    private var oldest = 0
    public let capacity: Int

    public init(capacity: Int = 16_384) {
        precondition(capacity > 0)
        self.capacity = capacity
        var size = 16
        while size < capacity * 2 { size *= 2 }
        cells = Array(repeating: 0, count: size)
        mask = size - 1
        order.reserveCapacity(capacity)
    }

    public var count: Int { order.count }
    public func contains(_ fingerprint: UInt64) -> Bool {
        fingerprint != 0 && cells[cell(of: fingerprint)] == fingerprint
    }

    public mutating func remember(_ fingerprint: UInt64) {
        guard fingerprint != 0, !contains(fingerprint) else { return }
        if order.count < capacity {
            order.append(fingerprint)
        } else {
            forget(order[oldest])
            order[oldest] = fingerprint
            oldest = (oldest + 1) % capacity
        }
        cells[cell(of: fingerprint)] = fingerprint
    }

    /// Where it lies, or would.
    private func cell(of fingerprint: UInt64) -> Int {
        var cell = home(of: fingerprint)
        while cells[cell] != 0, cells[cell] != fingerprint { cell = (cell + 1) & mask }
        return cell
    }

    private func home(of fingerprint: UInt64) -> Int { Int(truncatingIfNeeded: fingerprint) & mask }

    /// Those behind it that were pushed on move up, so that every search still ends.
    private mutating func forget(_ fingerprint: UInt64) {
        var hole = cell(of: fingerprint)
        var next = (hole + 1) & mask
        while cells[next] != 0 {
            if (next - home(of: cells[next])) & mask >= (next - hole) & mask {
                cells[hole] = cells[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        cells[hole] = 0
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
            add(byte: UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    public mutating func add(byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }

    public mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte: byte) }
        add(byte: 0xFF)
    }
}
