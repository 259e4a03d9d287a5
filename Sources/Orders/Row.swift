import TradingModel

/// Writes the fields of an outbox row: little-endian integers, length-prefixed text.
struct RowWriter {
    private(set) var bytes: [UInt8] = []

    init(version: UInt8) {
        bytes.reserveCapacity(192)
        bytes.append(version)
    }

    mutating func byte(_ value: UInt8) { bytes.append(value) }
    mutating func integer(_ value: Int64) { append(value) }
    mutating func wide(_ value: Int128) { append(value) }
    mutating func id(_ value: ClientOrderID) {
        append(value.high)
        append(value.low)
    }
    mutating func count(_ value: Int) { append(UInt32(value)) }
    mutating func text(_ value: String) {
        let most = Int(UInt16.max)
        append(UInt16(min(most, value.utf8.count)))
        // The whole of a text is one stretch of memory, a part of it is walked byte by byte.
        if value.utf8.count <= most {
            bytes.append(contentsOf: value.utf8)
        } else {
            bytes.append(contentsOf: value.utf8.prefix(most))
        }
    }

    private mutating func append<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Reads what `RowWriter` wrote; every shortage is a typed fault.
struct RowReader {
    private let bytes: [UInt8]
    private var position = 0
    /// The row's version, once read: later fields depend on it.
    var version = OutboxRecord.version

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() throws(OutboxRecord.Fault) -> UInt8 { try read(UInt8.self) }
    mutating func integer() throws(OutboxRecord.Fault) -> Int64 { try read(Int64.self) }
    mutating func wide() throws(OutboxRecord.Fault) -> Int128 { try read(Int128.self) }

    mutating func id() throws(OutboxRecord.Fault) -> ClientOrderID {
        guard let id = ClientOrderID(high: try read(UInt64.self), low: try read(UInt64.self)) else {
            throw .malformed("client order id")
        }
        return id
    }

    mutating func text() throws(OutboxRecord.Fault) -> String {
        let count = Int(try read(UInt16.self))
        guard position + count <= bytes.count else { throw .malformed("short row") }
        defer { position += count }
        guard let text = String(validating: bytes[position..<(position + count)], as: UTF8.self) else {
            throw .malformed("text")
        }
        return text
    }

    /// A list's length; bounded by what the row can hold, so that a damaged count allocates nothing.
    mutating func count() throws(OutboxRecord.Fault) -> Int {
        let count = Int(try read(UInt32.self))
        guard count <= bytes.count - position else { throw .malformed("short row") }
        return count
    }

    /// Not below zero.
    mutating func natural() throws(OutboxRecord.Fault) -> UInt64 {
        guard let number = UInt64(exactly: try integer()) else { throw .malformed("a count below zero") }
        return number
    }

    /// A number of the kind that `RowWriter.count` writes, and no length.
    mutating func place() throws(OutboxRecord.Fault) -> Int { Int(try read(UInt32.self)) }

    mutating func side() throws(OutboxRecord.Fault) -> Side { try value(Side.self) }

    mutating func value<T: RawRepresentable>(_: T.Type) throws(OutboxRecord.Fault) -> T
    where T.RawValue == UInt8 {
        let raw = try byte()
        guard let value = T(rawValue: raw) else { throw .malformed("\(T.self) \(raw)") }
        return value
    }

    private mutating func read<T: FixedWidthInteger>(_: T.Type) throws(OutboxRecord.Fault) -> T {
        let size = MemoryLayout<T>.size
        guard position + size <= bytes.count else { throw .malformed("short row") }
        defer { position += size }
        let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: T.self) }
        return T(littleEndian: value)
    }
}
