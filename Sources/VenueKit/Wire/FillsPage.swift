import TradingModel

/// Names one page of a venue's trade history, in the venue's own terms.
public struct FillsCursor: Hashable, Sendable {
    /// Trade id, bill id, offset or opaque text: only the dialect that made it reads it.
    public var text: String
    /// Whether the page lies before (older than) the one that named it.
    public var isOlder: Bool
    public init(_ text: String, isOlder: Bool) {
        self.text = text
        self.isOlder = isOlder
    }
}

/// One page of a trade history.
public struct FillsPage: Hashable, Sendable {
    /// Oldest first.
    public var fills: [FillReport]
    /// The page to ask for next; `nil` when this was the last.
    public var next: FillsCursor?
    public init(fills: [FillReport], next: FillsCursor?) {
        self.fills = fills
        self.next = next
    }
}
