/// How often the house acts on each symbol, and how deep it quotes. Slower is cheaper: a simulation of many
/// short lives needs a market that moves, not one that moves twenty times a second.
public struct MarketPace: Hashable, Sendable {
    /// Milliseconds between two looks of the maker at its quotes.
    public var quoteEvery: ClosedRange<Int64>
    /// Milliseconds between two takers.
    public var takeEvery: ClosedRange<Int64>
    /// Levels the maker keeps a side; `nil`: 25–50, by the venue's character.
    public var levels: Int?

    public init(quoteEvery: ClosedRange<Int64>, takeEvery: ClosedRange<Int64>, levels: Int? = nil) {
        precondition(quoteEvery.lowerBound > 0 && takeEvery.lowerBound > 0, "the house rests between acts")
        precondition(levels.map { $0 > 1 } ?? true, "a book has some depth")
        self.quoteEvery = quoteEvery
        self.takeEvery = takeEvery
        self.levels = levels
    }

    /// As on a busy venue.
    public static let lively = MarketPace(quoteEvery: 35...65, takeEvery: 120...700)
    /// For many cheap worlds.
    public static let lean = MarketPace(quoteEvery: 250...2_000, takeEvery: 500...4_000, levels: 10)
}
