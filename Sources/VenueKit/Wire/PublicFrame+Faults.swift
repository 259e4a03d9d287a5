extension PublicFrame {
    /// Drops what was decoded so far; the frame says only why.
    mutating func discard(_ reason: QuarantineReason) {
        bookCount = 0
        trades.removeAll(keepingCapacity: true)
        terms.removeAll(keepingCapacity: true)
        kind = isAboutTerms ? .quarantinedTerms(reason) : .quarantined(reason)
    }

    /// Notes the spelling of a symbol that no listing has. A name longer than any venue's is not worth
    /// keeping.
    mutating func noteUnknownSymbol(_ symbol: UnsafeRawBufferPointer) {
        unknownSymbol = symbol.count <= 64 ? JSONTree.unescaped(symbol) : "(\(symbol.count) bytes)"
    }
}
