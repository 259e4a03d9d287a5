import TradingModel

/// The text a venue checksums, rebuilt from two ladders, and its CRC-32. Keeps its text buffer between
/// messages.
struct BookChecksum: Sendable {
    /// Widest number: 19 digits, a point, and as many zeros as an 8-bit decimals count can add.
    private static let widestNumber = 19 + 1 + 256
    private static let okxLevels = 25
    private static let krakenLevels = 10

    private let crc = CRC32.shared
    private let priceScale: Int
    private let quantityScale: Int
    private var text: [UInt8]

    init(priceScale: Int, quantityScale: Int) {
        self.priceScale = priceScale
        self.quantityScale = quantityScale
        text = []
    }

    /// Books of venues without checksums never need the buffer.
    private mutating func prepare() {
        guard text.isEmpty else { return }
        text = Array(repeating: 0, count: 4 * BookChecksum.okxLevels * (BookChecksum.widestNumber + 1))
    }

    /// Kraken v2 (docs.kraken.com, "Book checksum"): top ten asks from the lowest, then top ten bids from the
    /// highest; price and quantity with the point removed and leading zeros stripped, nothing between them.
    mutating func kraken(bids: Ladder, asks: Ladder) -> UInt32 {
        prepare()
        let (priceScale, quantityScale) = (priceScale, quantityScale)
        let length = text.withUnsafeMutableBufferPointer { text in
            var writer = DigitWriter(text)
            for side in 0..<2 {
                for depth in 0..<min(side == 0 ? asks.count : bids.count, BookChecksum.krakenLevels) {
                    let level = side == 0 ? asks[depth] : bids[depth]
                    let decimals = side == 0 ? asks.spelledDecimals(depth) : bids.spelledDecimals(depth)
                    writer.appendDigits(level.price.raw, scale: priceScale, decimals: decimals.price)
                    writer.appendDigits(level.quantity.raw, scale: quantityScale, decimals: decimals.quantity)
                }
            }
            return writer.length
        }
        return text.withUnsafeBytes { crc.checksum(UnsafeRawBufferPointer(rebasing: $0[0..<length])) }
    }

    /// OKX before the checksum was retired: top 25, `bid price:bid size:ask price:ask size` per depth; when
    /// one side is shorter the other goes on alone. The venue prints the result as a signed number.
    mutating func okx(bids: Ladder, asks: Ladder) -> UInt32 {
        prepare()
        let (priceScale, quantityScale) = (priceScale, quantityScale)
        let length = text.withUnsafeMutableBufferPointer { text in
            var writer = DigitWriter(text)
            for depth in 0..<min(max(bids.count, asks.count), BookChecksum.okxLevels) {
                for side in 0..<2 where depth < (side == 0 ? bids.count : asks.count) {
                    let level = side == 0 ? bids[depth] : asks[depth]
                    let decimals = side == 0 ? bids.spelledDecimals(depth) : asks.spelledDecimals(depth)
                    if writer.length > 0 { writer.append(UInt8(ascii: ":")) }
                    writer.appendDecimal(level.price.raw, scale: priceScale, decimals: decimals.price)
                    writer.append(UInt8(ascii: ":"))
                    writer.appendDecimal(
                        level.quantity.raw, scale: quantityScale, decimals: decimals.quantity)
                }
            }
            return writer.length
        }
        return text.withUnsafeBytes { crc.checksum(UnsafeRawBufferPointer(rebasing: $0[0..<length])) }
    }
}

/// Writes scaled integers as the venue spelled them (dialects refuse negative numbers; a sign would not be
/// written).
private struct DigitWriter {
    private let text: UnsafeMutableBufferPointer<UInt8>
    private(set) var length = 0

    init(_ text: UnsafeMutableBufferPointer<UInt8>) { self.text = text }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        text[length] = byte
        length += 1
    }

    /// `raw`·10^-`scale` with `decimals` decimals, point and leading zeros left out.
    @inline(__always)
    mutating func appendDigits(_ raw: Int64, scale: Int, decimals: Int) {
        appendInteger(
            decimals < scale ? raw.magnitude / UInt64(DecimalText.power(scale - decimals)) : raw.magnitude)
        appendZeros(decimals - scale)
    }

    /// `raw`·10^-`scale` with exactly `decimals` decimals.
    mutating func appendDecimal(_ raw: Int64, scale: Int, decimals: Int) {
        let unit = UInt64(DecimalText.power(scale))
        let (whole, fraction) = raw.magnitude.quotientAndRemainder(dividingBy: unit)
        appendInteger(whole)
        guard decimals > 0 else { return }
        append(UInt8(ascii: "."))
        let spelled = min(decimals, scale)
        let digits = fraction / UInt64(DecimalText.power(scale - spelled))
        var width = 1
        var bound: UInt64 = 10
        while bound <= digits {
            width += 1
            bound *= 10
        }
        if spelled > 0 {
            appendZeros(spelled - width)
            appendInteger(digits)
        }
        appendZeros(decimals - spelled)
    }

    @inline(__always)
    private mutating func appendZeros(_ number: Int) {
        guard number > 0 else { return }
        for _ in 0..<number { append(UInt8(ascii: "0")) }
    }

    @inline(__always)
    private mutating func appendInteger(_ value: UInt64) {
        var width = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            width += 1
        }
        rest = value
        var position = length + width - 1
        while position > length {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            text[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            rest = quotient
            position -= 1
        }
        text[length] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        length += width
    }
}
