import TradingModel

/// How well a venue has behaved lately, 0…100: what went wrong takes points away, and they come back with
/// time. It lowers sizes and raises what a venue must offer to be chosen.
struct VenueQuality: Hashable, Sendable {
    /// What takes points away, and how many.
    enum Fault: Int64, CaseIterable {
        case bookProofLost = 5
        case refusal = 4
        case unknownFate = 20
        case streamLost = 25
    }

    /// A point comes back in this time.
    static let recovery = Span.seconds(2)

    private var points: Int64 = 100
    private var since = Moment.distantPast

    mutating func note(_ fault: Fault, at now: Moment) {
        points = max(0, score(at: now) - fault.rawValue)
        since = now
    }

    func score(at now: Moment) -> Int64 {
        guard points < 100 else { return 100 }
        return min(100, points + (now - since).nanoseconds / VenueQuality.recovery.nanoseconds)
    }

    /// As a price: what a point less weighs when venues are compared.
    static let pointWeight = Rate(hundredthsOfBasisPoint: 5)

    /// Added to the venue's fee when venues are compared; nobody pays it.
    func penalty(at now: Moment) -> Rate { Rate(raw: VenueQuality.pointWeight.raw * (100 - score(at: now))) }
}

extension TradingEngine {
    /// How well a venue has behaved lately, 0…100.
    public func quality(of venue: VenueID, at now: Moment) -> Int {
        Int(qualities[venue.index].score(at: now))
    }
}
