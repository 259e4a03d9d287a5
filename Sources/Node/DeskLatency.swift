import TradingModel

/// The stages between a venue's frame and our order, and back.
public enum LatencyStage: Int, CaseIterable, Sendable {
    /// Socket readable → frame decrypted, complete and decoded.
    case decoded
    /// Decoded → books applied and consolidated, strategies and governor asked.
    case decided
    /// Decided → the order's row survives a power cut.
    case durable
    /// Row durable → last byte of the order handed to TLS: signing, and waiting for a connection.
    case wire
    /// Last byte handed over → the venue's answer.
    case answered
    /// Last byte handed over → the order's first fill.
    case filled

    public var name: String { "\(self)" }
}

/// How long everything took, since the start.
public struct DeskLatency: Sendable {
    /// Socket readable → books applied, consolidated and judged.
    public private(set) var frameToDecision = LatencyLog()
    /// Decision → last byte of the order handed to TLS, the durable write included.
    public private(set) var decisionToWire = LatencyLog()
    /// Arrival of the news that calls for a hedge (a fill, or the end of the order that should have matched
    /// one) → last byte of the hedge order handed to TLS, the durable write included.
    public private(set) var fillToHedgeWire = LatencyLog()
    /// One synced batch, queueing on the store lane included.
    public private(set) var durableWrite = LatencyLog()
    /// By `VenueID.index`, then by stage.
    public private(set) var venues: [[LatencyLog]]
    /// Set by who measures: single hedges and fills with their moments.
    public internal(set) var samples: LatencySamples?

    private struct Stamps {
        var durable: Moment
        var sent: Moment?
        var isAnswered = false
        var isFilled = false
    }
    private var underway: [ClientOrderID: Stamps] = [:]
    /// Orders whose stamps are kept: one without an answer would stay for ever.
    private static let capacity = 4_096

    public init(venues: Int) {
        self.venues = Array(
            repeating: Array(repeating: LatencyLog(), count: LatencyStage.allCases.count), count: venues)
    }

    public subscript(_ venue: VenueID, _ stage: LatencyStage) -> LatencyLog {
        venues[venue.index][stage.rawValue]
    }

    private mutating func record(_ stage: LatencyStage, _ venue: VenueID, _ span: Span) {
        venues[venue.index][stage.rawValue].record(span)
    }

    mutating func judged(_ venue: VenueID, readable: Moment, decoded: Moment, decided: Moment) {
        frameToDecision.record(decided - readable)
        record(.decoded, venue, decoded - readable)
        record(.decided, venue, decided - decoded)
    }

    mutating func wrote(_ span: Span) { durableWrite.record(span) }

    mutating func durable(_ intent: OrderIntent, at now: Moment) {
        record(.durable, intent.venue, now - intent.decidedAt)
        if underway.count >= DeskLatency.capacity { underway.removeAll(keepingCapacity: true) }
        underway[intent.id] = Stamps(durable: now)
    }

    /// Its warrant was durable before it was decided on: it waited for no row.
    mutating func warranted(_ id: ClientOrderID, at now: Moment) {
        if underway.count >= DeskLatency.capacity { underway.removeAll(keepingCapacity: true) }
        underway[id] = Stamps(durable: now)
    }

    mutating func sent(_ intent: OrderIntent, at now: Moment) {
        decisionToWire.record(now - intent.decidedAt)
        if let since = intent.owedSince {
            fillToHedgeWire.record(now - since)
            samples?.hedged(owedSince: since, at: now)
        }
        guard let stamps = underway[intent.id] else { return }
        record(.wire, intent.venue, now - stamps.durable)
        underway[intent.id]?.sent = now
    }

    mutating func answered(_ id: ClientOrderID, _ venue: VenueID, at now: Moment) {
        guard let stamps = underway[id], let sent = stamps.sent, !stamps.isAnswered else { return }
        record(.answered, venue, now - sent)
        underway[id]?.isAnswered = true
        if stamps.isFilled { underway[id] = nil }
    }

    mutating func filled(_ id: ClientOrderID, _ venue: VenueID, at now: Moment) {
        samples?.filled(id, at: now)
        guard let stamps = underway[id], let sent = stamps.sent, !stamps.isFilled else { return }
        record(.filled, venue, now - sent)
        underway[id]?.isFilled = true
        if stamps.isAnswered { underway[id] = nil }
    }
}
