/// A pull reader over one JSON text: no copy, no allocation, exact number text. Strict: it refuses what RFC
/// 8259 refuses, nesting beyond `maximumDepth`, and (for objects read through `nextKey`) leaves duplicate
/// keys to `KeySet`. Every method throws a `QuarantineReason`; after a throw the cursor must not be used.
public struct WireJSON {
    public static let maximumDepth = 16
    /// Larger frames are quarantined unread; the largest real frame seen is Coinbase's 5 MB snapshot.
    public static let maximumBytes = 16 << 20

    public let bytes: UnsafeRawBufferPointer
    public internal(set) var position = 0
    var depth = 0

    /// Checks size, emptiness, UTF-8 and the first byte (an HTML error page starts with `<`).
    public init(_ bytes: UnsafeRawBufferPointer) throws(QuarantineReason) {
        guard bytes.count > 0 else { throw .empty }
        guard bytes.count <= WireJSON.maximumBytes else { throw .oversized }
        self.bytes = bytes
        guard WireJSON.isUTF8(bytes) else { throw .notUTF8 }
        skipSpace()
        guard position < bytes.count else { throw .empty }
        if bytes[position] == UInt8(ascii: "<") { throw .html }
    }

    public enum Kind: Sendable { case object, array, string, number, boolean, null }

    /// The kind of the value that comes next.
    public mutating func peek() throws(QuarantineReason) -> Kind {
        skipSpace()
        guard position < bytes.count else { throw .truncated }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw .malformedJSON
        }
    }

    public mutating func enterObject() throws(QuarantineReason) { try enter(UInt8(ascii: "{")) }
    public mutating func enterArray() throws(QuarantineReason) { try enter(UInt8(ascii: "[")) }

    @inline(__always)
    private mutating func enter(_ bracket: UInt8) throws(QuarantineReason) {
        skipSpace()
        guard position < bytes.count else { throw .truncated }
        guard bytes[position] == bracket else { throw .wrongType }
        depth += 1
        guard depth <= WireJSON.maximumDepth else { throw .tooDeep }
        position += 1
        first = true
    }

    /// True right after `enter…`, so that the separator rules are exact.
    var first = false

    /// The next key of the entered object, without quotes and with escapes left as written; `nil` at its end.
    /// The value must then be read or skipped before the next call.
    public mutating func nextKey() throws(QuarantineReason) -> UnsafeRawBufferPointer? {
        guard try nextItem(closing: UInt8(ascii: "}")) else { return nil }
        let key = try string()
        skipSpace()
        guard position < bytes.count else { throw .truncated }
        guard bytes[position] == UInt8(ascii: ":") else { throw .malformedJSON }
        position += 1
        return key
    }

    /// Whether the entered array has another element, which must then be read or skipped.
    public mutating func nextElement() throws(QuarantineReason) -> Bool {
        try nextItem(closing: UInt8(ascii: "]"))
    }

    @inline(__always)
    private mutating func nextItem(closing: UInt8) throws(QuarantineReason) -> Bool {
        skipSpace()
        guard position < bytes.count else { throw .truncated }
        if bytes[position] == closing {
            position += 1
            depth -= 1
            first = false
            return false
        }
        if first {
            first = false
        } else {
            guard bytes[position] == UInt8(ascii: ",") else { throw .malformedJSON }
            position += 1
            skipSpace()
            guard position < bytes.count else { throw .truncated }
            if bytes[position] == closing { throw .malformedJSON }
        }
        return true
    }

    /// A string value's bytes between the quotes, escapes left as written (`unescaped` decodes them).
    public mutating func string() throws(QuarantineReason) -> UnsafeRawBufferPointer {
        skipSpace()
        guard position < bytes.count else { throw .truncated }
        guard bytes[position] == UInt8(ascii: "\"") else { throw .wrongType }
        let start = position + 1
        position = endOfPlainText(from: start)
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let slice = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
                position += 1
                return slice
            }
            guard byte == UInt8(ascii: "\\") else { throw .malformedJSON }
            position += 1
            guard position < bytes.count else { throw .truncated }
            try checkEscape()
            position = endOfPlainText(from: position + 1)
        }
        throw .truncated
    }

    /// Where the first quote, backslash or control character stands, eight bytes at a time (a third faster
    /// over recorded frames than byte by byte). In `word - 0x01…` the high bit of a byte is set where the
    /// byte was zero; a borrow can set it falsely only above a true hit, and the lowest hit is the one that
    /// counts.
    @inline(__always)
    private func endOfPlainText(from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let escape = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            let quotes = (quote &- ones) & ~quote
            let escapes = (escape &- ones) & ~escape
            let controls = (word &- ones &* 0x20) & ~word
            let hits = (quotes | escapes | controls) & highs
            if hits != 0 { return index + hits.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { return index }
            index += 1
        }
        return index
    }

    private mutating func checkEscape() throws(QuarantineReason) {
        switch bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            guard position + 4 < bytes.count else { throw .truncated }
            for offset in 1...4 where !WireJSON.isHex(bytes[position + offset]) { throw .malformedJSON }
            position += 4
        default: throw .malformedJSON
        }
    }

    /// A number's exact text. A quoted number is accepted too: venues differ and some change their mind.
    public mutating func numberText() throws(QuarantineReason) -> UnsafeRawBufferPointer {
        skipSpace()
        guard position < bytes.count else { throw .truncated }
        if bytes[position] == UInt8(ascii: "\"") { return try string() }
        let start = position
        while position < bytes.count, WireJSON.isNumberByte(bytes[position]) { position += 1 }
        guard position > start else { throw .wrongType }
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
        guard WireJSON.isNumber(text) else { throw .malformedJSON }
        return text
    }

    /// An integer value (bare or quoted), within Int64.
    public mutating func integer() throws(QuarantineReason) -> Int64 {
        let text = try numberText()
        guard text.count > 0 else { throw .badNumber }
        var index = 0
        let negative = text[0] == UInt8(ascii: "-")
        if negative { index = 1 }
        guard index < text.count else { throw .badNumber }
        var value: Int64 = 0
        while index < text.count {
            let digit = Int64(text[index]) - 48
            guard digit >= 0, digit <= 9 else { throw .badNumber }
            let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowedAgain) = scaled.subtractingReportingOverflow(digit)
            guard !overflowed, !overflowedAgain else { throw .badNumber }
            value = sum
            index += 1
        }
        if negative { return value }
        guard value != .min else { throw .badNumber }
        return -value
    }

    public mutating func boolean() throws(QuarantineReason) -> Bool {
        guard try peek() == .boolean else { throw .wrongType }
        if matches("true") { return true }
        if matches("false") { return false }
        throw .malformedJSON
    }

    /// Consumes `null` if it is next.
    public mutating func null() throws(QuarantineReason) -> Bool {
        guard try peek() == .null else { return false }
        guard matches("null") else { throw .malformedJSON }
        return true
    }

    /// Skips one value of any kind, checking its syntax.
    public mutating func skip() throws(QuarantineReason) {
        switch try peek() {
        case .object:
            try enterObject()
            while try nextKey() != nil { try skip() }
        case .array:
            try enterArray()
            while try nextElement() { try skip() }
        case .string: _ = try string()
        case .number: _ = try numberText()
        case .boolean: _ = try boolean()
        case .null: _ = try null()
        }
    }

    /// Only space may follow the value that was read.
    public mutating func finish() throws(QuarantineReason) {
        skipSpace()
        guard position == bytes.count else { throw .malformedJSON }
    }

    private mutating func matches(_ literal: StaticString) -> Bool {
        guard position + literal.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<literal.utf8CodeUnitCount where bytes[position + index] != literal.utf8Start[index] {
            return false
        }
        position += literal.utf8CodeUnitCount
        return true
    }

    /// Venues send none, so the test for "no space here" is the one that must be cheap.
    @inline(__always)
    private mutating func skipSpace() {
        if position < bytes.count, bytes[position] > 0x20 { return }
        skipLongSpace()
    }

    private mutating func skipLongSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// RFC 8259 `number`: no leading zero, no bare point, no empty exponent.
    private static func isNumber(_ text: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        func digits() -> Int {
            let start = index
            while index < text.count, (48...57).contains(text[index]) { index += 1 }
            return index - start
        }
        if index < text.count, text[index] == UInt8(ascii: "-") { index += 1 }
        let leadingZero = index < text.count && text[index] == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !(leadingZero && whole > 1) else { return false }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            guard digits() > 0 else { return false }
        }
        if index < text.count, text[index] == UInt8(ascii: "e") || text[index] == UInt8(ascii: "E") {
            index += 1
            if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") {
                index += 1
            }
            guard digits() > 0 else { return false }
        }
        return index == text.count
    }

    /// 32 bytes at a time while the text is ASCII, as venue frames are.
    static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index + 32 <= bytes.count {
            let block = bytes.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)
            guard (block & 0x8080_8080_8080_8080) == SIMD4<UInt64>(repeating: 0) else { break }
            index += 32
        }
        while index + 8 <= bytes.count,
            bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        if index == bytes.count { return true }
        return String(validating: bytes[index...], as: UTF8.self) != nil
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these bytes are exactly the literal's.
    @inlinable public func equals(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] != literal.utf8Start[index] { return false }
        return true
    }

    /// Whether these bytes begin with the literal's.
    @inlinable public func starts(with literal: StaticString) -> Bool {
        guard count >= literal.utf8CodeUnitCount else { return false }
        for index in 0..<literal.utf8CodeUnitCount where self[index] != literal.utf8Start[index] {
            return false
        }
        return true
    }

    /// These bytes as text; they passed `WireJSON`'s UTF-8 check before.
    public var text: String { String(decoding: self, as: UTF8.self) }
}

/// Which of up to 64 named keys of one object were seen, so that a second occurrence is refused.
public struct KeySet {
    private var seen: UInt64 = 0
    public init() {}
    public mutating func insert(_ index: Int) throws(QuarantineReason) {
        let bit = UInt64(1) << UInt64(index)
        guard seen & bit == 0 else { throw .duplicateKey }
        seen |= bit
    }
    public func contains(_ index: Int) -> Bool { seen & (UInt64(1) << UInt64(index)) != 0 }
}
