import TradingModel

/// How far a venue's clock is ahead of ours, from request round trips: the sample with the shortest trip of
/// the last eight bounds the error by half its length.
public struct ClockOffset: Sendable {
    struct Sample: Sendable {
        var offset: Span
        var roundTrip: Span
    }
    private var samples: [Sample] = []
    /// When the last sample came, and how long its request was on its way, there and back.
    public private(set) var measuredAt: Moment?
    public private(set) var lastTrip: Span?

    /// How far clocks drift apart between samples.
    static let drift = Span.milliseconds(20)

    public init() {}

    public mutating func observe(sent: Moment, venue: Moment, received: Moment) {
        guard received >= sent else { return }
        measuredAt = received
        let trip = received - sent
        lastTrip = trip
        let middle = sent + trip / 2
        // Each sample bounds the offset by half its trip; one that no earlier bound meets says that the clock
        // has jumped, and what was measured before is void.
        if let best,
            max(best.offset - (venue - middle), (venue - middle) - best.offset)
                > best.roundTrip / 2 + trip / 2 + ClockOffset.drift
        {
            samples.removeAll()
        }
        samples.append(Sample(offset: venue - middle, roundTrip: trip))
        if samples.count > 8 { samples.removeFirst() }
    }

    public var isKnown: Bool { !samples.isEmpty }
    private var best: Sample? { samples.min { $0.roundTrip < $1.roundTrip } }
    public var offset: Span { best?.offset ?? .zero }
    /// Half the round trip: the true offset lies within ± this of the estimate.
    public var uncertainty: Span { (best?.roundTrip ?? .zero) / 2 }

    /// The venue's time now, never ahead of the estimate: a stamp more than a second ahead is refused
    /// everywhere.
    public func venueTime(at now: Moment) -> Moment { now + offset }
}
