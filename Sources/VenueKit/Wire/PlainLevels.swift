import TradingModel

/// The spelling all venues use for levels, `["61837.63000000","3.78826000"],…`, read as a run in one pass.
/// Half of a book frame's cost is here.
///
/// The text must end with a byte that no level contains (`}`): every step looks at one byte and goes on only
/// if it is another, so the end stops it without being counted.
struct PlainLevels {
    let priceScale: Int
    let quantityScale: Int
    /// As a product of raw price and raw quantity.
    let maximumNotional: Int128

    /// What ended the run.
    enum End {
        /// A byte that is no plain level's: the cursor stands behind the last level that was.
        case other
        /// A level that no venue may send.
        case badNumber
    }

    /// Numbers of more digits than an Int64 surely holds go the general way.
    private static let safeDigits = 18
    /// Levels gathered before they go into the array at once: as many as fit on the stack.
    private static let block = 40

    /// Reads levels from `place` on, at most so many; `isFirst`: no comma comes before the first of them. A
    /// space, an exponent, a sign, a number that is not exact at these scales end the run.
    @inline(__always)
    func read(
        _ text: UnsafePointer<UInt8>, _ place: inout Int, isFirst: Bool, atMost most: Int,
        into levels: inout [LevelChange]
    ) -> End {
        var end = End.other
        DecimalText.withPowersOfTen { powers in
            withUnsafeTemporaryAllocation(of: LevelChange.self, capacity: PlainLevels.block) { block in
                var (count, left, mayCome) = (0, most, isFirst)
                while left > 0 {
                    var next = place
                    if !mayCome {
                        guard text[next] == UInt8(ascii: ",") else { break }
                        next &+= 1
                    }
                    guard let level = level(text, &next, powers) else { break }
                    guard isSound(level) else {
                        end = .badNumber
                        break
                    }
                    block[count] = level
                    (count, left, mayCome, place) = (count &+ 1, left &- 1, false, next)
                    if count == PlainLevels.block {
                        levels.append(contentsOf: block)
                        count = 0
                    }
                }
                if count > 0 {
                    levels.append(contentsOf: UnsafeMutableBufferPointer(rebasing: block[..<count]))
                }
            }
        }
        return end
    }

    /// A price is positive; a product beyond the maximum is no real level.
    @inline(__always)
    func isSound(_ level: LevelChange) -> Bool {
        level.price.raw > 0
            && Int128(level.price.raw) * Int128(level.quantity.raw) <= maximumNotional
    }

    @inline(__always)
    private func level(
        _ text: UnsafePointer<UInt8>, _ place: inout Int, _ powers: UnsafePointer<Int64>
    ) -> LevelChange? {
        guard text[place] == UInt8(ascii: "["), text[place &+ 1] == UInt8(ascii: "\"") else { return nil }
        place &+= 2
        var decimals = (price: 0, quantity: 0)
        let price = PlainLevels.number(text, &place, priceScale, &decimals.price, powers)
        guard price >= 0, text[place] == UInt8(ascii: ","), text[place &+ 1] == UInt8(ascii: "\"") else {
            return nil
        }
        place &+= 2
        let quantity = PlainLevels.number(text, &place, quantityScale, &decimals.quantity, powers)
        guard quantity >= 0 else { return nil }
        while text[place] == UInt8(ascii: ",") {
            guard PlainLevels.skipWhole(text, &place) else { return nil }
        }
        guard text[place] == UInt8(ascii: "]") else { return nil }
        place &+= 1
        return LevelChange(
            price: Price(raw: price), quantity: Quantity(raw: quantity),
            priceDecimals: UInt8(truncatingIfNeeded: decimals.price),
            quantityDecimals: UInt8(truncatingIfNeeded: decimals.quantity))
    }

    /// The digits and the closing quote of a plain decimal; −1 for anything else.
    @inline(__always)
    private static func number(
        _ text: UnsafePointer<UInt8>, _ place: inout Int, _ scale: Int, _ decimals: inout Int,
        _ powers: UnsafePointer<Int64>
    ) -> Int64 {
        let start = place
        var value: UInt64 = 0
        var point = -1
        var byte = text[place]
        while true {
            let digit = byte &- UInt8(ascii: "0")
            if digit <= 9 {
                value = value &* 10 &+ UInt64(digit)
            } else if byte == UInt8(ascii: "."), point < 0 {
                point = place
            } else {
                break
            }
            place &+= 1
            byte = text[place]
        }
        let length = place &- start
        guard byte == UInt8(ascii: "\""), length > 0, length <= safeDigits else { return -1 }
        place &+= 1
        guard point >= 0 else {
            guard length &+ scale <= safeDigits else { return -1 }
            return Int64(truncatingIfNeeded: value) &* powers[scale]
        }
        decimals = start &+ length &- point &- 1
        guard point > start, decimals > 0 else { return -1 }
        if decimals <= scale {
            guard length &+ scale &- decimals <= safeDigits else { return -1 }
            return Int64(truncatingIfNeeded: value) &* powers[scale &- decimals]
        }
        // Beyond the scale only zeros are exact.
        let (whole, rest) = value.quotientAndRemainder(
            dividingBy: UInt64(truncatingIfNeeded: powers[decimals &- scale]))
        return rest == 0 ? Int64(truncatingIfNeeded: whole) : -1
    }

    /// `,"0"`: a further element of a level (OKX sends four), of digits alone.
    private static func skipWhole(_ text: UnsafePointer<UInt8>, _ place: inout Int) -> Bool {
        guard text[place &+ 1] == UInt8(ascii: "\"") else { return false }
        place &+= 2
        let start = place
        while text[place] &- UInt8(ascii: "0") <= 9 { place &+= 1 }
        guard place > start, text[place] == UInt8(ascii: "\"") else { return false }
        place &+= 1
        return true
    }
}

extension WireJSON {
    /// Reads the levels that come next in an entered array as far as they are plain.
    mutating func plainLevels(
        _ scales: PlainLevels, atMost most: Int, into levels: inout [LevelChange]
    ) throws(QuarantineReason) {
        guard depth < WireJSON.maximumDepth, bytes[bytes.count - 1] == UInt8(ascii: "}"),
            let text = bytes.bindMemory(to: UInt8.self).baseAddress
        else { return }
        let start = position
        let end = scales.read(text, &position, isFirst: first, atMost: most, into: &levels)
        guard case .other = end else { throw .badNumber }
        if position > start { first = false }
    }
}
