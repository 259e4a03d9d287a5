import TradingModel

/// Who listens to a connector: the trading desk. Every call comes on the connector's lane, which is the
/// desk's too, and is synchronous: a frame reaches its decision without a hop.
public protocol VenueObserver: AnyObject, Sendable {
    func bookMessage(_ venue: VenueID, _ update: BookUpdate, at: Moment)
    /// Mark price or funding of a perpetual.
    func contractTerms(_ venue: VenueID, _ terms: ContractTerms, at: Moment)
    /// A frame was quarantined: this book, or with `nil` every book of `instruments`, loses its proof now.
    func bookQuarantined(
        _ venue: VenueID, _ instruments: [InstrumentID], reason: QuarantineReason, at: Moment)
    /// A public connection opened (books start empty) or was lost (books are empty).
    func publicStream(_ venue: VenueID, _ instruments: [InstrumentID], isOpen: Bool, at: Moment)
    func privateStream(_ venue: VenueID, isReady: Bool, reason: String, at: Moment)
    func evidence(_ venue: VenueID, _ frame: PrivateFrame, at: Moment)
    /// Whether the venue would cancel what rests there if this node died: changed.
    func deadMan(_ venue: VenueID, isArmed: Bool, at: Moment)
    func trouble(_ incident: Incident)
}

/// What a connector counted since start.
public struct ConnectorCounters: Hashable, Sendable {
    public var frames = 0
    public var privateFrames = 0
    public var connections = 0
    public var quarantined: [QuarantineReason: Int] = [:]
    public var requests = 0
    public var requestFaults = 0
    public init() {}
}
