import TradingModel

/// The spelling all venues use for a level, `["61837.63000000","3.78826000"`, read in one pass. Half of a
/// book frame's cost is here.
extension WireJSON {
    struct PlainLevel {
        var price: DecimalText.Parsed
        var quantity: DecimalText.Parsed
        /// Whether the level ended after its two numbers; else the cursor stands inside it.
        var isClosed: Bool
    }

    /// Reads a level of quoted plain decimals that are exact at these scales. Anything else (a space, an
    /// exponent, a sign, a digit too many, a fault) answers `nil` and leaves the cursor where it was, for the
    /// general way to judge.
    @inline(__always)
    mutating func plainLevel(priceScale: Int, quantityScale: Int) -> PlainLevel? {
        guard depth < WireJSON.maximumDepth else { return nil }
        var index = position
        guard take(UInt8(ascii: "["), &index), let price = plainDecimal(&index, scale: priceScale),
            take(UInt8(ascii: ","), &index), let quantity = plainDecimal(&index, scale: quantityScale),
            index < bytes.count
        else { return nil }
        let isClosed = bytes[index] == UInt8(ascii: "]")
        if isClosed {
            index += 1
        } else {
            depth += 1
            first = false
        }
        position = index
        return PlainLevel(price: price, quantity: quantity, isClosed: isClosed)
    }

    @inline(__always)
    private func take(_ byte: UInt8, _ index: inout Int) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    /// Longer texts, and numbers of more digits than an Int64 surely holds, go the general way.
    private static let longestText = 64
    private static let safeDigits = 18

    @inline(__always)
    private func plainDecimal(_ index: inout Int, scale: Int) -> DecimalText.Parsed? {
        guard take(UInt8(ascii: "\""), &index) else { return nil }
        let start = index
        var value: UInt64 = 0
        while index < bytes.count, let digit = digit(index) {
            value = value &* 10 &+ digit
            index += 1
        }
        guard index > start, index - start + scale <= WireJSON.safeDigits else { return nil }
        var spelled = 0
        var kept = 0
        if take(UInt8(ascii: "."), &index) {
            let point = index
            let limit = min(bytes.count, point + scale)
            while index < limit, let digit = digit(index) {
                value = value &* 10 &+ digit
                index += 1
            }
            kept = index - point
            // Beyond the scale only zeros are exact.
            while index < bytes.count, bytes[index] == UInt8(ascii: "0") { index += 1 }
            spelled = index - point
            guard spelled > 0 else { return nil }
        }
        guard index - start <= WireJSON.longestText, take(UInt8(ascii: "\""), &index) else { return nil }
        while kept < scale {
            value = value &* 10
            kept += 1
        }
        return DecimalText.Parsed(
            raw: Int64(truncatingIfNeeded: value), spelledDecimals: UInt8(truncatingIfNeeded: spelled))
    }

    @inline(__always)
    private func digit(_ index: Int) -> UInt64? {
        let digit = bytes[index] &- UInt8(ascii: "0")
        return digit <= 9 ? UInt64(digit) : nil
    }
}
