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
    ///
    /// Not inlined: alone it has registers enough for all it looks at.
    @inline(never)
    func read(
        _ text: UnsafePointer<UInt8>, _ place: inout Int, isFirst: Bool, atMost most: Int,
        into levels: inout [LevelChange]
    ) -> End {
        var end = End.other
        var at = text + place
        DecimalText.withPowersOfTen { powers in
            withUnsafeTemporaryAllocation(of: LevelChange.self, capacity: PlainLevels.block) { block in
                guard let block = block.baseAddress else { return }
                var (count, left) = (0, most)
                var next = isFirst ? at : at + 1
                guard isFirst || at.pointee == UInt8(ascii: ",") else { return }
                while left > 0, let level = self.level(&next, powers) {
                    guard isSound(level) else {
                        end = .badNumber
                        break
                    }
                    block[count] = level
                    (count, left, at) = (count &+ 1, left &- 1, next)
                    if count == PlainLevels.block {
                        levels.append(contentsOf: UnsafeBufferPointer(start: block, count: count))
                        count = 0
                    }
                    guard next.pointee == UInt8(ascii: ",") else { break }
                    next += 1
                }
                if count > 0 { levels.append(contentsOf: UnsafeBufferPointer(start: block, count: count)) }
            }
        }
        place = at - text
        return end
    }

    /// A price is positive; a product beyond the maximum is no real level.
    @inline(__always)
    func isSound(_ level: LevelChange) -> Bool {
        level.price.raw > 0
            && Int128(level.price.raw) * Int128(level.quantity.raw) <= maximumNotional
    }

    @inline(__always)
    private func level(_ at: inout UnsafePointer<UInt8>, _ powers: UnsafePointer<Int64>) -> LevelChange? {
        guard at[0] == UInt8(ascii: "["), at[1] == UInt8(ascii: "\"") else { return nil }
        at += 2
        var decimals = (price: 0, quantity: 0)
        let price = PlainLevels.number(&at, priceScale, &decimals.price, powers)
        guard price >= 0, at[0] == UInt8(ascii: ","), at[1] == UInt8(ascii: "\"") else { return nil }
        at += 2
        let quantity = PlainLevels.number(&at, quantityScale, &decimals.quantity, powers)
        guard quantity >= 0 else { return nil }
        while at.pointee != UInt8(ascii: "]") {
            guard PlainLevels.skipWhole(&at) else { return nil }
        }
        at += 1
        return LevelChange(
            price: Price(raw: price), quantity: Quantity(raw: quantity),
            priceDecimals: UInt8(truncatingIfNeeded: decimals.price),
            quantityDecimals: UInt8(truncatingIfNeeded: decimals.quantity))
    }

    /// The digits and the closing quote of a plain decimal; −1 for anything else.
    @inline(__always)
    private static func number(
        _ at: inout UnsafePointer<UInt8>, _ scale: Int, _ decimals: inout Int,
        _ powers: UnsafePointer<Int64>
    ) -> Int64 {
        let start = at
        var value = PlainLevels.digits(&at, 0)
        let whole = at - start
        guard whole > 0 else { return -1 }
        if at.pointee == UInt8(ascii: ".") {
            at += 1
            value = PlainLevels.digits(&at, value)
            decimals = at - start - whole - 1
            guard decimals > 0 else { return -1 }
        }
        guard at.pointee == UInt8(ascii: "\""), whole &+ max(decimals, scale) <= safeDigits else { return -1 }
        at += 1
        guard decimals <= scale else {
            // Beyond the scale only zeros are exact.
            let (exact, rest) = value.quotientAndRemainder(
                dividingBy: UInt64(truncatingIfNeeded: powers[decimals &- scale]))
            return rest == 0 ? Int64(truncatingIfNeeded: exact) : -1
        }
        return Int64(truncatingIfNeeded: value) &* powers[scale &- decimals]
    }

    @inline(__always)
    private static func digits(_ at: inout UnsafePointer<UInt8>, _ before: UInt64) -> UInt64 {
        var value = before
        var digit = at.pointee &- UInt8(ascii: "0")
        while digit <= 9 {
            value = value &* 10 &+ UInt64(digit)
            at += 1
            digit = at.pointee &- UInt8(ascii: "0")
        }
        return value
    }

    /// `,"0"`: a further element of a level (OKX sends four), of digits alone.
    private static func skipWhole(_ at: inout UnsafePointer<UInt8>) -> Bool {
        guard at[0] == UInt8(ascii: ","), at[1] == UInt8(ascii: "\"") else { return false }
        at += 2
        let start = at
        _ = digits(&at, 0)
        guard at > start, at.pointee == UInt8(ascii: "\"") else { return false }
        at += 1
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
