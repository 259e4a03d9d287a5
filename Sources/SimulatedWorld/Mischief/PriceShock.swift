import TradingModel

/// V23: a move of one latent price, or of all.
struct PriceShock {
    /// `nil`: every symbol.
    let symbol: Int?
    /// Parts per billion of the price.
    let size: Int64
    let from: Moment
    /// How long the move takes.
    let over: Span

    /// How far the move has come.
    func offset(at moment: Moment) -> Int64 {
        let age = (moment - from).nanoseconds
        guard age > 0 else { return 0 }
        guard age < over.nanoseconds else { return size }
        return Int64(Int128(size) * Int128(age) / Int128(over.nanoseconds))
    }
}

extension VenueMischief {
    /// The price that the house believes in, moved by the shocks so far.
    func shaken(_ price: Int64, symbol: Int, at moment: Moment) -> Int64 {
        guard !shocks.isEmpty else { return price }
        var price = price
        for shock in shocks where shock.symbol == nil || shock.symbol == symbol {
            price = LatentMarket.scaled(price, shock.offset(at: moment))
        }
        return price
    }
}
