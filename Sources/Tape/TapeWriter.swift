import TradingModel

/// Writes the fields of a tape: whole numbers take as many bytes as they need, times count on from the one
/// before.
struct TapeWriter {
    private(set) var bytes: [UInt8] = []
    private var last = Moment.distantPast

    var isEmpty: Bool { bytes.isEmpty }

    /// Hands over what was written; what follows is read without it.
    mutating func take() -> [UInt8] {
        defer {
            bytes = []
            bytes.reserveCapacity(1 << 16)
            last = .distantPast
        }
        return bytes
    }

    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        last = .distantPast
    }

    mutating func byte(_ value: UInt8) { bytes.append(value) }
    mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func natural(_ value: UInt64) { number { $0.natural(value) } }

    private mutating func number(_ write: (inout TapeCursor) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TapeCursor.most) { buffer in
            var cursor = TapeCursor(buffer)
            write(&cursor)
            append(UnsafeBufferPointer(rebasing: buffer[..<cursor.count]))
        }
    }

    mutating func count(_ value: Int) { natural(UInt64(value)) }
    mutating func integer(_ value: Int64) { number { $0.integer(value) } }

    mutating func wide(_ value: Int128) {
        natural(UInt64(truncatingIfNeeded: value))
        integer(Int64(truncatingIfNeeded: value >> 64))
    }

    mutating func text(_ value: String) {
        count(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    mutating func block(_ value: [UInt8]) {
        count(value.count)
        bytes.append(contentsOf: value)
    }

    mutating func moment(_ value: Moment) { integer(step(to: value)) }

    /// From the moment written last, which this one is from here on.
    mutating func step(to value: Moment) -> Int64 {
        defer { last = value }
        return value.nanoseconds &- last.nanoseconds
    }

    mutating func append(_ written: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: written) }

    mutating func list<Element>(_ values: [Element], _ write: (inout TapeWriter, Element) -> Void) {
        count(values.count)
        for value in values { write(&self, value) }
    }

    mutating func optional<Value>(_ value: Value?, _ write: (inout TapeWriter, Value) -> Void) {
        flag(value != nil)
        if let value { write(&self, value) }
    }
}
