import TradingModel

/// A request's text, written byte by byte where it is to lie: an order's way to the wire grows no buffer and
/// joins no strings.
struct RequestText {
    private let start: UnsafeMutablePointer<UInt8>
    private let room: Int
    private(set) var count = 0

    private init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        guard let start = buffer.baseAddress else { preconditionFailure("a request has room") }
        self.start = start
        room = buffer.count
    }

    /// What the literals and numbers of any order's request come to at most, its texts apart.
    static let frame = 512

    /// - Parameter room: more than the text can come to; what goes beyond is a defect.
    static func bytes(atMost room: Int, _ write: (inout RequestText) -> Void) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            var text = RequestText(buffer)
            write(&text)
            count = text.count
        }
    }

    static func string(atMost room: Int, _ write: (inout RequestText) -> Void) -> String {
        String(unsafeUninitializedCapacity: room) { buffer in
            var text = RequestText(buffer)
            write(&text)
            return text.count
        }
    }

    /// The next bytes, to be written.
    @inline(__always)
    private mutating func claim(_ length: Int) -> UnsafeMutablePointer<UInt8> {
        precondition(length <= room - count, "a request fits the room that was made for it")
        defer { count += length }
        return start + count
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        claim(text.utf8CodeUnitCount).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    mutating func append(_ bytes: [UInt8]) {
        let place = claim(bytes.count)
        bytes.withUnsafeBufferPointer { bytes in
            if let first = bytes.baseAddress { place.update(from: first, count: bytes.count) }
        }
    }

    /// As it is.
    mutating func append(verbatim text: String) {
        for byte in text.utf8 { claim(1).pointee = byte }
    }

    /// Percent-encoded: three bytes for one at most.
    mutating func append(encoded text: String) {
        for byte in text.utf8 { append(encoded: byte) }
    }

    mutating func append(encoded byte: UInt8) {
        if PercentEncoding.isUnreserved(byte) {
            claim(1).pointee = byte
        } else {
            PercentEncoding.spell(byte, claim(3))
        }
    }

    /// As a JSON string literal, quotes included: six bytes for one at most.
    mutating func append(json text: String) {
        append("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20: append(JSONText.escaped(byte))
            default: claim(1).pointee = byte
            }
        }
        append("\"")
    }

    /// As ISO 8601 in UTC, cut to the millisecond.
    mutating func append(_ moment: Moment) { Timestamp.spell(moment, claim(Timestamp.length)) }

    /// A scaled integer as decimal text.
    mutating func append(_ raw: Int64, scale: Int) {
        let spelling = DecimalSpelling(raw, scale: scale)
        spelling.write(claim(spelling.length))
    }

    mutating func append(_ id: ClientOrderID) { id.spell(claim(ClientOrderID.length)) }

    mutating func append(hex digest: [UInt8]) {
        for byte in digest { Hex.spell(byte, claim(2)) }
    }
}
