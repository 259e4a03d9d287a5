import TradingModel

/// A position at average cost: its size, and what its units cost when they were opened.
struct OpenPosition: Hashable, Sendable {
    /// Signed base quantity: short is negative.
    var size = Quantity.zero
    /// Signed as the size is: price × quantity of what is open, in the quote asset.
    var cost = Amount.zero

    /// Costs that leave a position are whole numbers of this: 10^-8, as venues print balances.
    static let unit = Int128(DecimalText.power(Amount.scale - SymbolRules.scale))

    /// Average price, cut at 10^-16; zero without a position. Times the size, rounded to `unit`, it is the
    /// cost again.
    var averagePrice: Amount {
        guard size.raw != 0 else { return .zero }
        let price = cost.raw * Int128(DecimalText.power(SymbolRules.scale)) / Int128(size.raw)
        return Amount(raw: price / 100 * 100)
    }

    /// Trades `quantity`, signed, for `notional`, signed alike. What is closed leaves at average cost, in
    /// proportion and rounded towards zero at 10^-8; what goes beyond opens at the fill's price.
    mutating func trade(_ quantity: Quantity, _ notional: Amount) -> (closed: Quantity, realised: Amount) {
        guard size.raw != 0, (size.raw < 0) != (quantity.raw < 0) else {
            size += quantity
            cost += notional
            return (.zero, .zero)
        }
        if quantity.magnitude < size.magnitude {
            let leaving = share(quantity.magnitude)
            size += quantity
            cost -= leaving
            return (quantity.magnitude, -notional - leaving)
        }
        // Exact: a notional is price × quantity, so the part that closes is a whole number of its units.
        let closed = size
        let unit = notional.raw / Int128(quantity.raw)
        let realised = Amount(raw: Int128(closed.raw) * unit) - cost
        size += quantity
        cost = Amount(raw: Int128(size.raw) * unit)
        return (closed.magnitude, realised)
    }

    /// The cost of `part` of the size, in full width: no product of a cost and a size overflows.
    private func share(_ part: Quantity) -> Amount {
        let product = cost.raw.magnitude.multipliedFullWidth(by: UInt128(part.raw.magnitude))
        let quotient = UInt128(size.raw.magnitude).dividingFullWidth(product).quotient
        let share = Int128(quotient) / OpenPosition.unit * OpenPosition.unit
        return Amount(raw: cost.raw < 0 ? -share : share)
    }

    /// What it would bring to close it at `price`, less what it cost.
    func unrealised(at price: Price, _ instrument: Instrument) -> Amount {
        instrument.notional(price, size) - cost
    }
}

/// What a fill did to its owner's position and wallet.
struct PositionEffect: Hashable, Sendable {
    /// The part of the fill that closed something.
    let closed: Quantity
    /// Profit of that part, before fees.
    let realised: Amount
    /// As they stood afterwards.
    let position: OpenPosition
    let wallet: Amount
}
