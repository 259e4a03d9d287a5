/// What `--twice` says: the share of seeds that run a second time. Which seeds these are follows from the
/// seed alone, so that a range always doubles the same ones and two ranges agree where they overlap.
public struct SeedShare: Hashable, Sendable {
    /// Why a text is no share, as a sentence that says what would be one.
    public struct Problem: Error, Hashable, CustomStringConvertible {
        public var description: String
    }

    public static let none = SeedShare(partsPerMillion: 0)
    /// 0 to 1,000,000.
    public let partsPerMillion: UInt64

    private init(partsPerMillion: UInt64) { self.partsPerMillion = partsPerMillion }

    /// Reads a percentage, `10%` or `2.5%`.
    public init(_ text: String) throws(Problem) {
        let digits = text.dropLast()
        guard text.last == "%", let percent = Double(digits), digits.utf8.allSatisfy(SeedShare.isDecimal),
            (0...100).contains(percent)
        else {
            throw Problem(description: "\(text) is no share of seeds; write a percentage, 0% to 100%")
        }
        partsPerMillion = UInt64((percent * 10_000).rounded())
    }

    /// Whether this seed is one of those that run twice.
    public func includes(_ seed: UInt64) -> Bool {
        // the finaliser of SplitMix64: neighbouring seeds fall far apart
        var mixed = seed &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return mixed % 1_000_000 < partsPerMillion
    }

    private static func isDecimal(_ byte: UInt8) -> Bool { (48...57).contains(byte) || byte == 46 }
}
