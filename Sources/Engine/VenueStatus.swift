import TradingModel

/// What the engine knows of a venue besides its books.
public struct VenueStatus: Hashable, Sendable {
    public let name: String
    /// The private stream is complete.
    public internal(set) var isAccountReady = false
    /// Ledger and venue agreed since the private stream last became ready.
    public internal(set) var isReconciled = false
    public internal(set) var isDirty = false
    /// Why this venue is in its own SAFE_MODE; `nil` when it is not.
    public internal(set) var safeReason: String?
    /// Fills booked and orders placed there in this run: while neither changes, its balances stand still.
    public internal(set) var fills = 0
    public internal(set) var orders = 0
    /// Requests of new risk the rate budget allows now, as far as known.
    public internal(set) var headroom = 0
    /// How far its clock is ahead of ours; `nil` before it was measured.
    public internal(set) var clockOffset: Span?
    /// Of a venue of perpetuals: little margin is left, or so little that positions are given up.
    public internal(set) var isMarginThin = false
    public internal(set) var isPressed = false
    /// The venue would cancel what rests there if this node died.
    public internal(set) var isDeadManArmed = false
    /// New risk may go there, rate budget apart.
    public var mayOpen: Bool { isAccountReady && isReconciled && !isDirty && safeReason == nil }
}
