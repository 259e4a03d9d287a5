import TradingModel

/// Reads `[["price","quantity"],…]` into a reused array: no allocation once the array has grown.
enum LevelReader {
    /// More levels a side than this is no book of any venue here (Binance's deepest snapshot has 5,000).
    static let maximumLevels = 10_000

    /// Reads one side at the listing's scales. Elements of a level after the first two are skipped (OKX sends
    /// four). A price must be positive, a quantity zero or more; what was wrong with a number is left in
    /// `fault`.
    static func read(
        _ cursor: inout WireJSON, listing: Listing, into levels: inout [LevelChange],
        fault: inout PublicFrame.NumberFault?
    ) throws(QuarantineReason) {
        try read(&cursor, scales: PlainLevels(listing), into: &levels, fault: &fault)
    }

    static func read(
        _ cursor: inout WireJSON, scales: PlainLevels, into levels: inout [LevelChange],
        fault: inout PublicFrame.NumberFault?
    ) throws(QuarantineReason) {
        try cursor.enterArray()
        try cursor.plainLevels(scales, atMost: maximumLevels, into: &levels)
        while try cursor.nextElement() {
            guard levels.count < maximumLevels else { throw .tooManyLevels }
            try cursor.enterArray()
            guard try cursor.nextElement() else { throw .missingField }
            let price = try number(cursor.numberText(), scales.priceScale, isPrice: true, &fault)
            guard try cursor.nextElement() else { throw .missingField }
            let quantity = try number(cursor.numberText(), scales.quantityScale, isPrice: false, &fault)
            while try cursor.nextElement() { try cursor.skip() }
            levels.append(try level(price, quantity, scales))
        }
    }

    /// One price and quantity from the text of two numbers.
    static func level(
        _ price: UnsafeRawBufferPointer, _ quantity: UnsafeRawBufferPointer, listing: Listing,
        fault: inout PublicFrame.NumberFault?
    ) throws(QuarantineReason) -> LevelChange {
        let scales = PlainLevels(listing)
        return try level(
            try number(price, scales.priceScale, isPrice: true, &fault),
            try number(quantity, scales.quantityScale, isPrice: false, &fault), scales)
    }

    /// 10^14 quote units, as a product of raw price and raw quantity: no real level or fill comes near, and
    /// with it no notional, fee or sum of levels made of venue numbers can overflow (and trap) further
    /// inside.
    static func maximumNotional(_ instrument: Instrument) -> Int128 {
        Int128(DecimalText.power(instrument.priceScale + instrument.quantityScale)) * 100_000_000_000_000
    }

    private static func level(
        _ price: DecimalText.Parsed, _ quantity: DecimalText.Parsed, _ scales: PlainLevels
    ) throws(QuarantineReason) -> LevelChange {
        let level = LevelChange(
            price: Price(raw: price.raw), quantity: Quantity(raw: quantity.raw),
            priceDecimals: price.spelledDecimals, quantityDecimals: quantity.spelledDecimals)
        guard scales.isSound(level) else { throw .badNumber }
        return level
    }

    private static func number(
        _ text: UnsafeRawBufferPointer, _ scale: Int, isPrice: Bool, _ fault: inout PublicFrame.NumberFault?
    ) throws(QuarantineReason) -> DecimalText.Parsed {
        let parsed: DecimalText.Parsed
        do throws(DecimalText.Fault) { parsed = try DecimalText.parse(text, scale: scale) } catch {
            fault = PublicFrame.NumberFault(isPrice: isPrice, fault: error)
            if case .inexact = error { throw .inexactNumber }
            throw .badNumber
        }
        guard parsed.raw >= (isPrice ? 1 : 0) else { throw .badNumber }
        return parsed
    }
}

extension PlainLevels {
    init(_ listing: Listing) {
        priceScale = listing.instrument.priceScale
        quantityScale = listing.wireScale
        maximumNotional = LevelReader.maximumNotional(listing.instrument)
    }
}
