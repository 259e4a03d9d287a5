/// What `--seeds` says: `7` or `1..10000`, both ends included.
public struct SeedRange: Hashable, Sendable, CustomStringConvertible {
    /// Why a text is no range, as a sentence that says what would be one.
    public struct Problem: Error, Hashable, CustomStringConvertible {
        public var description: String
    }

    public let first: UInt64
    public let last: UInt64

    /// Requires `first <= last`.
    public init(_ first: UInt64, through last: UInt64) {
        precondition(first <= last, "a range of seeds does not run backwards")
        self.first = first
        self.last = last
    }

    /// Reads `A` or `A..B`.
    public init(_ text: String) throws(Problem) {
        let ends = text.ranges(of: "..")
        guard ends.count <= 1 else { throw Problem(description: SeedRange.expectation(text)) }
        let lower = ends.first.map { text[..<$0.lowerBound] } ?? text[...]
        let upper = ends.first.map { text[$0.upperBound...] } ?? lower
        guard let first = SeedRange.seed(lower), let last = SeedRange.seed(upper) else {
            throw Problem(description: SeedRange.expectation(text))
        }
        guard first <= last else {
            throw Problem(description: "\(text) runs backwards; write \(last)..\(first)")
        }
        // one more than the width must be countable
        guard last - first < UInt64(Int.max) else {
            throw Problem(description: "\(text) is more seeds than anybody can run")
        }
        self.init(first, through: last)
    }

    public var count: Int { Int(last - first) + 1 }
    /// As `--seeds` takes it.
    public var description: String { first == last ? "\(first)" : "\(first)..\(last)" }

    /// Digits only: `UInt64.init` would take a sign as well.
    private static func seed(_ text: Substring) -> UInt64? {
        text.utf8.allSatisfy { (48...57).contains($0) } ? UInt64(text) : nil
    }

    private static func expectation(_ text: String) -> String {
        "\(text.isEmpty ? "nothing" : text) is no range of seeds; write one seed (7) or a range (1..10000)"
    }
}
