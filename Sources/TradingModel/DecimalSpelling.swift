/// A scaled integer as plain decimal text (no exponent, no trailing zeros), measured before it is written:
/// whoever has room for it writes it where it belongs.
public struct DecimalSpelling {
    /// Without the zeros at its end that no decimal needs.
    private let magnitude: UInt64
    private let decimals: Int
    /// Digits to write, those before the point that are zero included.
    private let digits: Int
    private let isNegative: Bool

    /// - Parameter scale: `raw` counts units of 10^−`scale`.
    public init(_ raw: Int64, scale: Int) {
        self.init(raw.magnitude, isNegative: raw < 0, scale: scale)
    }

    init(_ magnitude: UInt64, isNegative: Bool, scale: Int) {
        var (rest, decimals) = (magnitude, scale)
        while decimals > 0, rest % 10 == 0 {
            rest /= 10
            decimals -= 1
        }
        var (digits, higher) = (1, rest / 10)
        while higher > 0 {
            higher /= 10
            digits += 1
        }
        self.magnitude = rest
        self.decimals = decimals
        self.digits = max(digits, decimals + 1)
        self.isNegative = isNegative
    }

    /// Bytes.
    public var length: Int { digits + (decimals > 0 ? 1 : 0) + (isNegative ? 1 : 0) }

    /// Writes `length` bytes.
    public func write(_ place: UnsafeMutablePointer<UInt8>) {
        var (rest, end) = (magnitude, length)
        for written in 0..<digits {
            if written == decimals, decimals > 0 {
                end -= 1
                place[end] = UInt8(ascii: ".")
            }
            end -= 1
            place[end] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        if isNegative { place[0] = UInt8(ascii: "-") }
    }

    var text: String {
        String(unsafeUninitializedCapacity: length) { buffer in
            if let place = buffer.baseAddress { write(place) }
            return length
        }
    }
}
