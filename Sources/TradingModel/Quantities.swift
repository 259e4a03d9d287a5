/// A price as an integer count of 10^-`Instrument.priceScale` quote units per base unit.
public struct Price: Comparable, Hashable, Sendable {
    public var raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
    @inlinable public static var zero: Price { Price(raw: 0) }
    @inlinable public static func < (a: Price, b: Price) -> Bool { a.raw < b.raw }

    /// The nearest limit on the tick that is no worse for its owner: a buyer's at or below this price, a
    /// seller's at or above it. `tick` must be positive.
    @inlinable public func onTick(_ tick: Price, _ side: Side) -> Price {
        Price(raw: (side == .buy ? raw : raw + tick.raw - 1) / tick.raw * tick.raw)
    }
}

/// A base quantity as an integer count of 10^-`Instrument.quantityScale` base units. May be negative (a
/// position).
public struct Quantity: Comparable, Hashable, Sendable {
    public var raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
    @inlinable public static var zero: Quantity { Quantity(raw: 0) }
    @inlinable public static func < (a: Quantity, b: Quantity) -> Bool { a.raw < b.raw }
    @inlinable public static func + (a: Quantity, b: Quantity) -> Quantity { Quantity(raw: a.raw + b.raw) }
    @inlinable public static func - (a: Quantity, b: Quantity) -> Quantity { Quantity(raw: a.raw - b.raw) }
    @inlinable public static prefix func - (a: Quantity) -> Quantity { Quantity(raw: -a.raw) }
    @inlinable public static func += (a: inout Quantity, b: Quantity) { a.raw += b.raw }
    @inlinable public static func -= (a: inout Quantity, b: Quantity) { a.raw -= b.raw }
    @inlinable public var magnitude: Quantity { Quantity(raw: abs(raw)) }

    /// The largest multiple of `lot` that is not above this quantity (towards zero). `lot` must be positive.
    @inlinable public func rounded(downTo lot: Quantity) -> Quantity {
        precondition(lot.raw > 0, "a lot is positive")
        return Quantity(raw: raw / lot.raw * lot.raw)
    }
}

/// An amount of one asset (balance, notional, fee, profit) in units of 10^-18, whatever the asset: ±1.7·10^20
/// units. Overflow traps: no real balance reaches it, and input is bounded where it enters.
public struct Amount: Comparable, Hashable, Sendable {
    @inlinable public static var scale: Int { 18 }
    public var raw: Int128
    @inlinable public init(raw: Int128) { self.raw = raw }
    @inlinable public static var zero: Amount { Amount(raw: 0) }
    @inlinable public static func < (a: Amount, b: Amount) -> Bool { a.raw < b.raw }
    @inlinable public static func + (a: Amount, b: Amount) -> Amount { Amount(raw: a.raw + b.raw) }
    @inlinable public static func - (a: Amount, b: Amount) -> Amount { Amount(raw: a.raw - b.raw) }
    @inlinable public static prefix func - (a: Amount) -> Amount { Amount(raw: -a.raw) }
    @inlinable public static func += (a: inout Amount, b: Amount) { a.raw += b.raw }
    @inlinable public static func -= (a: inout Amount, b: Amount) { a.raw -= b.raw }
    @inlinable public var magnitude: Amount { Amount(raw: raw < 0 ? -raw : raw) }

    /// Parses exact decimal text (up to 18 decimals, up to 19 integer digits).
    public init(text: String) throws(DecimalText.Fault) {
        // Integer and fraction are parsed apart so that 18 decimals do not exhaust Int64.
        let negative = text.hasPrefix("-")
        let body = negative ? String(text.dropFirst()) : text
        if body.contains("e") || body.contains("E") {
            self.init(raw: Int128(try DecimalText.parse(text, scale: 10)) * 100_000_000)
            return
        }
        let parts = body.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = try DecimalText.parse(String(parts[0]), scale: 0)
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard !parts[1].isEmpty, parts[1].utf8.allSatisfy({ (48...57).contains($0) }) else {
                throw .malformed
            }
            fraction = try DecimalText.parse("0." + parts[1], scale: Amount.scale)
        }
        guard whole >= 0 else { throw .malformed }
        let magnitude = Int128(whole) * 1_000_000_000_000_000_000 + Int128(fraction)
        self.init(raw: negative ? -magnitude : magnitude)
    }
}

extension Amount: CustomStringConvertible {
    public var description: String { DecimalText.format(raw, scale: Amount.scale) }
}

/// A fee or edge as a signed fraction in units of 10^-8: 10 bps is 100_000. Negative is a rebate.
public struct Rate: Comparable, Hashable, Sendable {
    @inlinable public static var one: Int64 { 100_000_000 }
    public var raw: Int64
    @inlinable public init(raw: Int64) { self.raw = raw }
    @inlinable public static var zero: Rate { Rate(raw: 0) }
    @inlinable public static func < (a: Rate, b: Rate) -> Bool { a.raw < b.raw }
    @inlinable public static func + (a: Rate, b: Rate) -> Rate { Rate(raw: a.raw + b.raw) }
    /// From a count of 1/100 basis points: 10 bps is `Rate(hundredthsOfBasisPoint: 1000)`.
    @inlinable public init(hundredthsOfBasisPoint n: Int64) { raw = n * 100 }
    /// In basis points, for people.
    public var basisPoints: Double { Double(raw) / 10_000 }

    /// This fraction of an amount, rounded away from zero when positive: a cost is never understated.
    @inlinable public func of(_ amount: Amount) -> Amount {
        let product = amount.raw * Int128(raw)
        let one = Int128(Rate.one)
        let quotient = product / one
        return Amount(raw: product > 0 && quotient * one != product ? quotient + 1 : quotient)
    }
}
