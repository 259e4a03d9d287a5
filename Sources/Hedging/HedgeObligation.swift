import TradingModel

/// A hedge owed: the ledger moved away from where it should be by `quantity` (signed base), and must be back
/// by `deadline`.
public struct HedgeObligation: Hashable, Sendable {
    public var quantity: Quantity
    /// The venue whose fill caused it; unwinding goes there.
    public var cause: VenueID
    /// Intent number of the fill's order; partial fills of one intent make one obligation.
    public var intent: UInt64
    public var opened: Moment
    public var deadline: Moment
    /// The deadline has passed and was reported.
    public var isLate: Bool
    /// What was owed at its largest, and the mid price when it began to be.
    public var largest: Quantity
    public var mark: Price
    /// Summed over what has closed it so far: quantity × how much worse than `mark` its price was.
    public var slippage: Int128 = 0
}

/// What became of an obligation.
public struct HedgeOutcome: Hashable, Sendable {
    public var cause: VenueID
    /// Intent number of the fill's order; 0 when a residual had grown enough.
    public var intent: UInt64
    public var opened: Moment
    /// From the fill that opened it until nothing was owed, or until no venue would take what was.
    public var took: Span
    /// Signed base quantity at its largest.
    public var quantity: Quantity
    /// How much worse than the mid price at `opened` it was closed, in price × quantity units of the
    /// instrument; negative when better.
    public var slippage: Int128
    /// The mid price at `opened`.
    public var mark: Price
    public var wasLate: Bool
}
