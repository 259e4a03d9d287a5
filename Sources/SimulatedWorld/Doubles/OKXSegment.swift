import TradingModel

/// Which part of OKX a double is: each has an account and a key of its own.
enum OKXSegment: Sendable {
    /// Cash accounts.
    case spot
    /// Linear perpetuals in a cross-margin account, positions netted. Sizes on the wire are contracts.
    case swap

    var instrumentType: String { self == .spot ? "SPOT" : "SWAP" }
    var tradeMode: String { self == .spot ? "cash" : "cross" }
    var suffix: String { self == .spot ? "" : "-SWAP" }
}

extension OKXDouble {
    /// `BTC-USDT`, `BTC-USDT-SWAP`.
    func instID(_ symbol: Int) -> String { exchange.symbols[symbol].symbol + segment.suffix }

    func symbolIndex(_ instID: String) -> Int? {
        guard instID.hasSuffix(segment.suffix) else { return nil }
        return exchange.symbolIndex(String(instID.dropLast(segment.suffix.count)))
    }

    /// How many sizes on the wire a base unit is: one, or the contracts in it.
    func contracts(_ symbol: Int) -> Int64 {
        DecimalText.power(SymbolRules.scale) / exchange.symbols[symbol].contractSize.raw
    }

    /// A base quantity as the wire counts it.
    func size(_ raw: Int64, _ symbol: Int) -> String { OKXDouble.text(raw * contracts(symbol)) }
}
