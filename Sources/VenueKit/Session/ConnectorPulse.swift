import TradingModel

/// When a connector last heard what, for whoever watches whether it lives.
public struct ConnectorPulse: Hashable, Sendable {
    /// The market data stream that has been silent for longest; `nil` before every one has spoken once.
    public var marketAt: Moment?
    /// The last answer to a question for the venue's time.
    public var clockAt: Moment?
    /// How long that question was on its way, there and back.
    public var roundTrip: Span?
}

extension VenueConnector {
    public var pulse: ConnectorPulse {
        let heard = market.map(\.session.heardAt).min() ?? .distantPast
        return ConnectorPulse(
            marketAt: heard == .distantPast ? nil : heard, clockAt: clock.measuredAt,
            roundTrip: clock.lastTrip)
    }
}
