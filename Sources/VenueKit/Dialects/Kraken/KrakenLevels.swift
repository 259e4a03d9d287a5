import TradingModel

/// The level lists of the `book` channel: `[{"price":105944.20,"qty":0.136},…]`.
enum KrakenLevels {
    static func read(
        _ cursor: inout WireJSON, _ listing: Listing, into levels: inout [LevelChange],
        _ fault: inout PublicFrame.NumberFault?
    ) throws(QuarantineReason) {
        try cursor.enterArray()
        while try cursor.nextElement() {
            guard levels.count < LevelReader.maximumLevels else { throw .tooManyLevels }
            levels.append(try level(&cursor, listing, &fault))
        }
    }

    private static func level(
        _ cursor: inout WireJSON, _ listing: Listing, _ fault: inout PublicFrame.NumberFault?
    ) throws(QuarantineReason) -> LevelChange {
        var price: UnsafeRawBufferPointer?
        var quantity: UnsafeRawBufferPointer?
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("price") {
                guard price == nil else { throw .duplicateKey }
                price = try cursor.numberText()
            } else if key.equals("qty") {
                guard quantity == nil else { throw .duplicateKey }
                quantity = try cursor.numberText()
            } else {
                try cursor.skip()
            }
        }
        guard let price, let quantity else { throw .missingField }
        return try LevelReader.level(price, quantity, listing: listing, fault: &fault)
    }
}
