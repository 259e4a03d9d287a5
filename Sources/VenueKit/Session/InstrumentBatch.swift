import TradingModel

/// Instruments of one venue that one question about orders or trades answers for; never empty.
public struct InstrumentBatch: Hashable, Sendable {
    /// The one that the question names, where a venue wants a name.
    public let first: InstrumentID
    public let instruments: [InstrumentID]

    init?(_ instruments: [InstrumentID]) {
        guard let first = instruments.first else { return nil }
        self.first = first
        self.instruments = instruments
    }

    static func batches(of instruments: [InstrumentID], together: Bool) -> [InstrumentBatch] {
        (together ? [instruments] : instruments.map { [$0] }).compactMap { InstrumentBatch($0) }
    }
}
