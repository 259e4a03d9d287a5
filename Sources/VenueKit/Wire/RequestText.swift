import TradingModel

/// A request's text, written byte by byte into one buffer: an order's way to the wire makes no string but the
/// last.
struct RequestText {
    private(set) var bytes: [UInt8] = []

    init(_ start: StaticString) {
        bytes.reserveCapacity(384)
        append(start)
    }

    var count: Int { bytes.count }
    var string: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Percent-encoded.
    mutating func append(encoded text: String) { PercentEncoding.append(text, to: &bytes) }

    /// A scaled integer as decimal text.
    mutating func append(_ raw: Int64, scale: Int) { DecimalText.append(raw, scale: scale, to: &bytes) }

    mutating func append(_ id: ClientOrderID) { id.append(to: &bytes) }

    mutating func append(hex digest: [UInt8]) { Hex.append(digest, to: &bytes) }
}
