import TradingModel

/// What a tape says that cannot be.
public enum TapeFault: Error, Hashable, Sendable {
    /// It ends within an entry.
    case short
    case malformed(String)
    /// Written by a newer arbnode.
    case newer(UInt8)
}

/// Reads what `TapeWriter` wrote; every shortage is a typed fault.
struct TapeReader {
    private let bytes: [UInt8]
    private var position = 0
    private var last = Moment.distantPast

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    /// A block begins: times count on from nothing.
    mutating func startOver() { last = .distantPast }

    mutating func byte() throws(TapeFault) -> UInt8 {
        guard position < bytes.count else { throw .short }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func flag() throws(TapeFault) -> Bool {
        switch try byte() {
        case 0: return false
        case 1: return true
        case let value: throw .malformed("a flag of \(value)")
        }
    }

    mutating func natural() throws(TapeFault) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let next = try byte()
            guard shift < 63 || next <= 1 else { break }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
        }
        throw .malformed("a number of more than 64 bits")
    }

    /// Of things that take a byte each at least: a damaged count allocates nothing.
    mutating func count() throws(TapeFault) -> Int {
        let value = try natural()
        guard value <= UInt64(bytes.count - position) else { throw .short }
        return Int(value)
    }

    mutating func integer() throws(TapeFault) -> Int64 {
        TapeReader.unfolded(try natural())
    }

    static func unfolded(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func wide() throws(TapeFault) -> Int128 {
        let low = try natural()
        return Int128(try integer()) << 64 | Int128(low)
    }

    mutating func text() throws(TapeFault) -> String {
        let count = try count()
        defer { position += count }
        guard let text = String(validating: bytes[position..<(position + count)], as: UTF8.self) else {
            throw .malformed("a text")
        }
        return text
    }

    mutating func block() throws(TapeFault) -> [UInt8] {
        let count = try count()
        defer { position += count }
        return Array(bytes[position..<(position + count)])
    }

    mutating func moment() throws(TapeFault) -> Moment {
        last = Moment(nanoseconds: last.nanoseconds &+ (try integer()))
        return last
    }

    mutating func value<T: RawRepresentable>(_: T.Type) throws(TapeFault) -> T where T.RawValue == UInt8 {
        let raw = try byte()
        guard let value = T(rawValue: raw) else { throw .malformed("\(T.self) \(raw)") }
        return value
    }

    mutating func list<Element>(_ read: (inout TapeReader) throws(TapeFault) -> Element) throws(TapeFault)
        -> [Element]
    {
        var values: [Element] = []
        for _ in 0..<(try count()) { values.append(try read(&self)) }
        return values
    }

    mutating func optional<Value>(_ read: (inout TapeReader) throws(TapeFault) -> Value) throws(TapeFault)
        -> Value?
    {
        try flag() ? try read(&self) : nil
    }
}
