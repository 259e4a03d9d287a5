import TradingModel

/// Whether a private stream speaks, which no pong can say: a stream that answers pings and has forgotten its
/// subscription looks alive for hours.
///
/// The rule. Proof of life is (a) an order, fill or balance that the stream told, or (b), for an account on
/// which nothing happens, an answer to a signed question from which ledger and venue were compared: had the
/// stream kept something back, they would differ. Against both stands (c) an echo that is owed: an order of
/// ours went out and the stream has not told it. From then on only the echo is proof.
public struct EchoWatch: Sendable {
    /// Orders watched at a time; beyond that the oldest are watched on.
    public static let capacity = 64

    private var owed: [(id: ClientOrderID, since: Moment)] = []
    private var proofAt = Moment.distantPast
    private var isReady = false

    public init() {}

    /// The stream is complete from here on, or lost. What it owed is void then: the gap is reconciled.
    public mutating func stream(isReady: Bool, at now: Moment) {
        self.isReady = isReady
        owed.removeAll()
        if isReady { proofAt = max(proofAt, now) }
    }

    /// An order of ours goes out.
    public mutating func sent(_ id: ClientOrderID, at now: Moment) {
        guard isReady, owed.count < EchoWatch.capacity, !owed.contains(where: { $0.id == id }) else { return }
        owed.append((id, now))
    }

    /// It never left, was refused, or its fate is asked about otherwise: no echo is owed.
    public mutating func released(_ id: ClientOrderID) { owed.removeAll { $0.id == id } }

    /// The stream told of this order.
    public mutating func echoed(_ id: ClientOrderID) {
        if !owed.isEmpty { owed.removeAll { $0.id == id } }
    }

    /// The stream told something of the account's business.
    public mutating func told(at now: Moment) { proofAt = max(proofAt, now) }

    /// A signed question was answered and compared with the ledger.
    public mutating func compared(at now: Moment) { if isReady { proofAt = max(proofAt, now) } }

    /// The last moment at which the stream is known to have been alive.
    public var aliveAt: Moment {
        guard let oldest = owed.first?.since else { return proofAt }
        return min(proofAt, oldest)
    }

    /// Since when the longest owed echo has been owed; `nil` when none is.
    public var owedSince: Moment? { owed.first?.since }

    /// Orders whose echo is owed.
    public var owing: Int { owed.count }
}
