import TradingModel

/// What the node owns at each venue: the balance it opened with plus every distinct fill, to the last unit.
/// The venue's own balance must equal it, or the start is dirty (DESIGN §4).
public struct PositionLedger: Hashable, Sendable {
    public struct Account: Hashable, Sendable {
        public let venue: VenueID
        public let asset: Asset
        public internal(set) var opening: Amount
        /// Sum of fills and fees since opening.
        public internal(set) var change: Amount
        /// Whether it was opened with a proven balance; before that nothing is known of it.
        public internal(set) var isOpen = false
        public var balance: Amount { opening + change }
    }

    /// Sorted by (venue, asset).
    public private(set) var accounts: [Account] = []

    public init() {}

    public mutating func open(_ venue: VenueID, _ asset: Asset, with amount: Amount) {
        let index = position(venue, asset)
        // Whatever was booked before is in the proven balance already.
        if !accounts[index].isOpen { accounts[index].change = .zero }
        accounts[index].opening = amount
        accounts[index].isOpen = true
    }

    /// Whether this venue's asset was opened with a proven balance.
    public func isOpen(_ venue: VenueID, _ asset: Asset) -> Bool {
        find(venue, asset).map { accounts[$0].isOpen } ?? false
    }

    /// Adds to one asset's flow at one venue.
    public mutating func add(_ amount: Amount, _ venue: VenueID, _ asset: Asset) {
        let index = position(venue, asset)
        accounts[index].change += amount
    }

    /// Adds (`times` 1) or takes back (−1) the flows of one fill.
    public mutating func add(
        _ flows: FillFlows, times sign: Int64 = 1, _ venue: VenueID, _ instrument: Instrument
    ) {
        precondition(sign == 1 || sign == -1)
        func signed(_ amount: Amount) -> Amount { sign > 0 ? amount : -amount }
        add(signed(flows.base), venue, instrument.base)
        add(signed(flows.quote), venue, instrument.quote)
        add(signed(-flows.fee), venue, flows.feeAsset)
    }

    public func balance(_ venue: VenueID, _ asset: Asset) -> Amount {
        find(venue, asset).map { accounts[$0].balance } ?? .zero
    }

    /// How far an asset, summed over venues, is from where it opened.
    public func deviation(_ asset: Asset) -> Amount {
        var sum = Amount.zero
        for account in accounts where account.asset == asset { sum += account.change }
        return sum
    }

    private func find(_ venue: VenueID, _ asset: Asset) -> Int? {
        accounts.firstIndex { $0.venue == venue && $0.asset == asset }
    }

    private mutating func position(_ venue: VenueID, _ asset: Asset) -> Int {
        if let index = find(venue, asset) { return index }
        let account = Account(venue: venue, asset: asset, opening: .zero, change: .zero)
        let index = accounts.firstIndex { ($0.venue, $0.asset) > (venue, asset) } ?? accounts.count
        accounts.insert(account, at: index)
        return index
    }
}

/// The flows one fill causes: base and quote change hands, the fee leaves in its own asset.
public struct FillFlows: Hashable, Sendable {
    public var base: Amount
    public var quote: Amount
    public var fee: Amount
    public var feeAsset: Asset

    public init(_ fill: FillReport, _ instrument: Instrument) {
        let quantity = instrument.baseAmount(fill.quantity)
        let notional = instrument.notional(fill.price, fill.quantity)
        base = fill.side == .buy ? quantity : -quantity
        quote = fill.side == .buy ? -notional : notional
        fee = fill.fee
        feeAsset = fill.feeAsset
    }

    /// The fee in the quote asset, at the fill's price. One in an asset of neither side (BNB at Binance)
    /// counts as what the venue's schedule asks: nobody here knows what that asset is worth.
    public func feeValue(
        _ instrument: Instrument, at price: Price, takerFee: @autoclosure () -> Rate
    ) -> Amount {
        switch feeAsset {
        case instrument.quote: fee
        case instrument.base: instrument.notional(price, instrument.quantity(ofBase: fee))
        default: Amount(raw: quote.magnitude.raw / Int128(Rate.one) * Int128(takerFee().raw))
        }
    }

    /// Net change of the base asset, the fee included when it is taken from it.
    public func netBase(_ instrument: Instrument) -> Amount {
        feeAsset == instrument.base ? base - fee : base
    }
}
