import TradingModel

/// What live orders have already laid claim to, per venue and asset. A reservation lives exactly as long as
/// its order is unsettled: UNKNOWN keeps it.
public struct Reservations: Sendable {
    struct Key: Hashable {
        var venue: Int
        var asset: Asset
    }
    struct Entry {
        var key: Key
        var amount: Amount
    }

    private var entries: [ClientOrderID: Entry] = [:]
    private var totals: [Key: Amount] = [:]

    public init() {}

    public var count: Int { entries.count }
    public func holds(_ id: ClientOrderID) -> Bool { entries[id] != nil }

    public mutating func reserve(_ id: ClientOrderID, _ venue: VenueID, _ asset: Asset, _ amount: Amount) {
        precondition(entries[id] == nil, "an order reserves once")
        precondition(amount >= .zero)
        let key = Key(venue: venue.index, asset: asset)
        entries[id] = Entry(key: key, amount: amount)
        totals[key, default: .zero] += amount
    }

    /// What one order has laid claim to there.
    public func held(by id: ClientOrderID, _ venue: VenueID, _ asset: Asset) -> Amount {
        guard let entry = entries[id], entry.key == Key(venue: venue.index, asset: asset) else {
            return .zero
        }
        return entry.amount
    }

    /// Lowers an order's claim to what it can still use; never raises it.
    public mutating func shrink(_ id: ClientOrderID, to amount: Amount) {
        guard let entry = entries[id], amount < entry.amount else { return }
        entries[id]?.amount = amount
        totals[entry.key, default: .zero] -= entry.amount - amount
    }

    public mutating func release(_ id: ClientOrderID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        totals[entry.key, default: .zero] -= entry.amount
    }

    public func reserved(_ venue: VenueID, _ asset: Asset) -> Amount {
        totals[Key(venue: venue.index, asset: asset)] ?? .zero
    }
}
