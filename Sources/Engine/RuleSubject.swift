import Orders
import Risk
import TradingModel

/// What a rule's value is asked about: an order, or a place in a scope without one.
struct RuleSubject {
    var order: OrderIntent?
    /// Net of fees; `nil`: nobody stated one.
    var edge: Rate?
    /// It closes what is open: it need not earn.
    var closes = false
    var isAmend = false
    var venue: Int
    var strategy: Int
    var symbol: Int
    /// Index of the first instrument with this base asset.
    var asset: Int

    init(_ order: OrderIntent, edge: Rate?, closes: Bool, isAmend: Bool, asset: Int) {
        self.order = order
        self.edge = edge
        self.closes = closes
        self.isAmend = isAmend
        venue = order.venue.index
        strategy = Int(order.id.strategy) - 1
        symbol = order.instrument.index
        self.asset = asset
    }

    /// A place of a scope, as watches and people look at it.
    init(_ scope: RuleScope, _ place: Int) {
        venue = scope == .venue ? place : 0
        strategy = scope == .strategy ? place : 0
        symbol = scope == .symbol ? place : 0
        asset = scope == .asset ? place : 0
    }
}

/// What an asset is to the instruments that are traded.
struct AssetRole {
    var asset: Asset
    var isQuote: Bool
    /// The first instrument that it is the base of.
    var base: Int?

    static func all(_ instruments: [Instrument]) -> [AssetRole] {
        var roles: [AssetRole] = []
        for asset in instruments.flatMap({ [$0.base, $0.quote] })
        where !roles.contains(where: { $0.asset == asset }) {
            roles.append(
                AssetRole(
                    asset: asset, isQuote: instruments.contains { $0.quote == asset },
                    base: instruments.firstIndex { $0.base == asset }))
        }
        return roles
    }
}

extension RuleMemories {
    /// Books a fill for the rules of loss, as the engine does and as recovery does again.
    ///
    /// - Parameter fee: in the quote asset.
    mutating func booked(
        _ fill: FillReport, _ order: OrderIntent, _ instrument: Instrument, fee: Amount, _ day: DayClock,
        at now: Moment
    ) {
        let flows = FillFlows(fill, instrument)
        let product: Int128
        if flows.feeAsset == instrument.base {
            product = Int128(fill.price.raw) * Int128(instrument.quantity(ofBase: flows.fee).raw)
        } else {
            let one = DecimalText.power(Amount.scale - instrument.priceScale - instrument.quantityScale)
            product = fee.raw / Int128(one)
        }
        filled(
            order, instrument.quantity(ofBase: flows.netBase(instrument)), at: fill.price, fee: fee,
            feeProduct: product, day: day.day(at: now), now)
    }
}
