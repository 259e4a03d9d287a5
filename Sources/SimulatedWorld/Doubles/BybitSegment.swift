import TradingModel

/// Which category of Bybit a double is: each is an account and a key of its own.
enum BybitSegment: Sendable {
    case spot
    /// USDT perpetuals in a cross-margin unified account, one-way mode. Quantities are in base units.
    case linear

    var category: String { self == .spot ? "spot" : "linear" }
    var publicPath: String { "/v5/public/" + category }
    /// Of disconnection protection (v5/order/dcp).
    var product: String { self == .spot ? "SPOT" : "DERIVATIVES" }
    var protectionTopic: String { self == .spot ? "dcp.spot" : "dcp.future" }
    /// Topics of a private connection, with the category behind them or without.
    var privateTopics: [String] {
        let shared = ["order", "execution"]
        let own = self == .spot ? shared : shared + ["position"]
        return own + own.map { $0 + "." + category } + ["wallet"]
    }
}

extension BybitFault {
    /// Linear perpetuals have their own codes (v5/error, 110001…).
    init(linear refusal: Refusal) {
        switch refusal {
        case .unknownSymbol: self.init(10_001, "params error: symbol invalid")
        case .tickSize: self.init(10_001, "params error: Price invalid")
        case .priceOutOfRange: self.init(110_003, "Order price exceeds the allowable range.")
        case .lotSize: self.init(10_001, "params error: Qty invalid")
        case .quantityTooSmall:
            self.init(10_001, "The number of contracts exceeds minimum limit allowed: too small")
        case .quantityTooLarge:
            self.init(10_001, "The number of contracts exceeds maximum limit allowed: too large")
        case .notionalTooSmall: self.init(110_094, "Order notional value below the lower limit")
        case .insufficientBalance: self.init(110_007, "Available balance is insufficient")
        case .duplicateClientID: self.init(110_072, "OrderLinkedID is duplicate")
        case .wouldTake: self.init(110_103, "Only Post-Only orders are available at this stage")
        case .noLiquidity:
            self.init(110_118, "Unable to retrieve a pruce of the market order due to low liquidity")
        case .unknownOrder, .orderEnded:
            self.init(110_001, "order not exists or too late to cancel")
        case .halted: self.init(110_074, "This contract is not live")
        case .tooManyOpenOrders: self.init(110_020, "Not allowed to have more than 500 active orders.")
        case .nothingToReduce:
            self.init(110_017, "current position is zero, cannot fix reduce-only order qty")
        case .sameDirection: self.init(110_017, "Reduce-only rule not satisfied")
        case .reductionsFull: self.init(110_017, "orderQty will be truncated to zero")
        }
    }
}

extension BybitDouble {
    func fault(_ refusal: Refusal) -> BybitFault {
        segment == .spot ? BybitFault(refusal) : BybitFault(linear: refusal)
    }

    var invalidSymbol: BybitFault { fault(.unknownSymbol) }
    var noSuchOrder: BybitFault { fault(.unknownOrder) }

    /// Whether a request is for this segment: other categories exist and are empty.
    func isOwn(_ call: BybitCall) throws(BybitFault) -> Bool {
        guard let category = call["category"], ["spot", "linear", "inverse", "option"].contains(category)
        else { throw .parameters("category is invalid") }
        return category == segment.category
    }

    /// Lists of open linear orders and of positions are asked for by symbol or by coin (v5/order/open-order).
    func checkScope(_ call: BybitCall) throws(BybitFault) {
        guard segment == .linear else { return }
        let isNamed = ["symbol", "settleCoin", "baseCoin"].contains { call[$0]?.isEmpty == false }
        guard isNamed else {
            throw .parameters("Missing some parameters that must be filled in, symbol or settleCoin")
        }
    }
}
