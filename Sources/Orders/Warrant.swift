import TradingModel

/// Hedges that may be needed, made durable together with a pair's legs or while quotes rest: under a
/// warrant's ids they can be sent in the very call that finds them owed, and a row has still stood for them
/// before their first byte.
///
/// A warrant is no order. What is sent under it is decided, judged and reserved like any other order, and
/// lies within the warrant's terms; what is not needed is revoked. A run that ends with warrants standing may
/// have sent any of them just before: once it is seen that something was owed, they count as orders of
/// unknown fate, at the terms named here.
public struct Warrant: Hashable, Sendable {
    /// At most one order, on one side of one venue.
    public struct Leg: Hashable, Sendable {
        /// In the order's id, below `Warrant.capacity`.
        public var number: UInt8
        public var venue: VenueID
        public var side: Side
        public init(number: UInt8, venue: VenueID, side: Side) {
            self.number = number
            self.venue = venue
            self.side = side
        }
    }

    public static let capacity = 8
    /// Orders under it are decided no later than this after it.
    public static let life = Span.milliseconds(500)
    /// And leave no later than this after it.
    public static let sendWindow = Span.seconds(1)

    /// Names the warrant and no order: its orders' ids are this one with the leg's number in it.
    public var name: ClientOrderID
    public var instrument: InstrumentID
    public var decidedAt: Moment
    /// The most that any one of its orders trades.
    public var quantity: Quantity
    /// The worst limits of its orders.
    public var highestBuy: Price
    public var lowestSell: Price
    public var legs: [Leg]

    public init(
        name: ClientOrderID, instrument: InstrumentID, decidedAt: Moment, quantity: Quantity,
        highestBuy: Price, lowestSell: Price, legs: [Leg]
    ) {
        self.name = name
        self.instrument = instrument
        self.decidedAt = decidedAt
        self.quantity = quantity
        self.highestBuy = highestBuy
        self.lowestSell = lowestSell
        self.legs = legs
    }

    public var sendBefore: Moment { decidedAt + Warrant.sendWindow }

    public func id(of leg: Leg) -> ClientOrderID { name.leg(leg.number) }

    /// Whether an order of these terms is within it.
    public func covers(_ side: Side, _ terms: OrderTerms) -> Bool {
        terms.quantity <= quantity && (side == .buy ? terms.limit <= highestBuy : terms.limit >= lowestSell)
    }

    /// What one of its legs may have become at most.
    public func most(_ leg: Leg) -> OrderIntent {
        OrderIntent(
            id: id(of: leg), venue: leg.venue, instrument: instrument, side: leg.side, quantity: quantity,
            limit: leg.side == .buy ? highestBuy : lowestSell, timeInForce: .immediateOrCancel,
            purpose: .presumed, decidedAt: decidedAt, sendBefore: sendBefore)
    }
}

/// Some of a warrant's legs, by number.
public struct WarrantLegs: Hashable, Sendable {
    public private(set) var bits: UInt8
    public init(bits: UInt8 = 0) { self.bits = bits }
    public var isEmpty: Bool { bits == 0 }
    public init(_ legs: [Warrant.Leg]) {
        bits = 0
        for leg in legs { insert(leg) }
    }
    public func contains(_ leg: Warrant.Leg) -> Bool { bits & 1 << leg.number != 0 }
    public mutating func insert(_ leg: Warrant.Leg) { bits |= 1 << leg.number }
}

extension ClientOrderID {
    /// The name of the warrant that this is, or may be, a leg of. What the store says of the warrant's row
    /// must not be taken for what it says of an order.
    public var warrant: ClientOrderID { leg(.max) }

    /// The same but for the leg's number.
    public func leg(_ number: UInt8) -> ClientOrderID {
        ClientOrderID(
            epoch: epoch, node: node, strategy: strategy, intent: intent, leg: number, attempt: attempt)
    }
}

/// Warrants as rows tell of them: which stand, and which orders they stand for.
public struct WarrantBook: Hashable, Sendable {
    private var standing: [ClientOrderID: Warrant] = [:]

    public init() {}

    /// By name, those of earlier runs first.
    public var warrants: [Warrant] { standing.values.sorted { $0.name < $1.name } }

    /// A warrant, or one that stands already, written again with what is left of it. Answers what the legs
    /// that have gone from it became: each was sent, though its own row may come later.
    public mutating func write(_ warrant: Warrant) -> [OrderIntent] {
        var warrant = warrant
        // Rows of earlier builds name a warrant as its first leg.
        warrant.name = warrant.name.warrant
        let old = standing.updateValue(warrant, forKey: warrant.name)
        return (old?.legs ?? []).filter { !warrant.legs.contains($0) }.map { warrant.most($0) }
    }

    /// Its legs will not be sent any more; answers those that were, or may have been.
    public mutating func revoke(_ name: ClientOrderID, sent: WarrantLegs) -> [OrderIntent] {
        guard let warrant = standing.removeValue(forKey: name.warrant) else { return [] }
        return warrant.legs.filter { sent.contains($0) }.map { warrant.most($0) }
    }

    /// The order that an id stands for under a warrant.
    public func order(_ id: ClientOrderID) -> OrderIntent? {
        guard let warrant = standing[id.warrant] else { return nil }
        return warrant.legs.first { $0.number == id.leg }.map { warrant.most($0) }
    }

    /// The order has a row of its own: the warrant stands for it no more.
    public mutating func handOver(_ id: ClientOrderID) {
        standing[id.warrant]?.legs.removeAll { $0.number == id.leg }
    }
}
