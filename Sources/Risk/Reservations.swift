import TradingModel

/// What live orders have already laid claim to, per venue and asset. A reservation lives exactly as long as
/// its order is unsettled: UNKNOWN keeps it.
public struct Reservations: Sendable {
    struct Key: Equatable {
        var venue: Int
        var asset: Asset
    }
    struct Entry {
        var key: Key
        var amount: Amount
    }

    private var entries = ClientOrderMap<Entry>()
    /// By venue, a line an asset: a few, so that looking along them is less than hashing a name.
    private var totals: [[Total]] = []
    private struct Total {
        var asset: Asset
        var amount: Amount
    }

    public init() {}

    public var count: Int { entries.count }
    public func holds(_ id: ClientOrderID) -> Bool { entries.contains(id) }

    /// Nothing is allocated for the next so many orders.
    public mutating func makeRoom(for orders: Int) { entries.reserve(entries.count + orders) }

    public mutating func reserve(_ id: ClientOrderID, _ venue: VenueID, _ asset: Asset, _ amount: Amount) {
        precondition(!entries.contains(id), "an order reserves once")
        precondition(amount >= .zero)
        let key = Key(venue: venue.index, asset: asset)
        entries.insert(Entry(key: key, amount: amount), id)
        add(amount, key)
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
        add(amount - entry.amount, entry.key)
    }

    public mutating func release(_ id: ClientOrderID) {
        guard let entry = entries.remove(id) else { return }
        add(-entry.amount, entry.key)
    }

    public func reserved(_ venue: VenueID, _ asset: Asset) -> Amount {
        guard venue.index < totals.count else { return .zero }
        for total in totals[venue.index] where total.asset == asset { return total.amount }
        return .zero
    }

    private mutating func add(_ amount: Amount, _ key: Key) {
        while totals.count <= key.venue { totals.append([]) }
        if let place = totals[key.venue].firstIndex(where: { $0.asset == key.asset }) {
            totals[key.venue][place].amount += amount
        } else {
            totals[key.venue].append(Total(asset: key.asset, amount: amount))
        }
    }
}
