import TradingModel

/// Each venue's base-tier fees and its rules of bookkeeping, as its fee schedule and API documentation state
/// them.
enum VenueTerms {
    /// `nil` for a venue that has no double.
    static func rules(venue: String) -> ExchangeRules? {
        switch venue {
        case "binance-spot":
            var rules = ExchangeRules(takerFee: basisPoints(10), makerFee: basisPoints(10))
            rules.clientIDScope = .openOrders
            rules.selfTrade = .expireMaker
            rules.postOnlyRefusal = .reject
            rules.namesEveryOrder = true
            return rules
        case "okx":
            var rules = ExchangeRules(takerFee: basisPoints(10), makerFee: basisPoints(8))
            rules.feeDecimals = 12
            rules.selfTrade = .expireMaker
            return rules
        case "bybit":
            var rules = ExchangeRules(takerFee: basisPoints(10), makerFee: basisPoints(10))
            rules.feeDecimals = 12
            rules.selfTrade = .allow
            return rules
        case "kraken":
            var rules = ExchangeRules(takerFee: basisPoints(26), makerFee: basisPoints(16))
            rules.feeAsset = .quote
            rules.feeDecimals = 10
            rules.clientIDScope = .openOrders  // docs.kraken.com, guide to cl_ord_id
            rules.selfTrade = .expireTaker
            return rules
        case "okx-swap":
            var rules = ExchangeRules(takerFee: basisPoints(5), makerFee: basisPoints(2))
            rules.feeAsset = .quote
            rules.feeDecimals = 12
            rules.selfTrade = .expireMaker
            rules.perpetual = PerpetualTerms()
            return rules
        case "bybit-linear":
            var rules = ExchangeRules(
                takerFee: Rate(hundredthsOfBasisPoint: 550), makerFee: basisPoints(2))
            rules.feeAsset = .quote
            rules.feeDecimals = 12
            rules.selfTrade = .allow
            rules.perpetual = PerpetualTerms()
            return rules
        default: return nil
        }
    }

    private static func basisPoints(_ n: Int64) -> Rate { Rate(hundredthsOfBasisPoint: n * 100) }
}
