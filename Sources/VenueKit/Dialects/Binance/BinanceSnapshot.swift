import TradingModel

/// The body of `GET /api/v3/depth`: `{"lastUpdateId","bids":[…],"asks":[…]}`.
extension BinanceDialect {
    public mutating func decodeSnapshot(
        _ body: UnsafeRawBufferPointer, of instrument: InstrumentID, into frame: inout PublicFrame
    ) {
        frame.begin()
        frame.quarantinedInstrument = instrument
        do throws(QuarantineReason) {
            guard let listing = symbols.listing(instrument) else { throw .unknownSymbol }
            try readSnapshot(body, listing, into: &frame)
            frame.quarantinedInstrument = nil
        } catch {
            frame.discard(error)
        }
    }

    private func readSnapshot(
        _ body: UnsafeRawBufferPointer, _ listing: Listing, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        var cursor = try WireJSON(body)
        let index = frame.appendBook(listing.instrument.id, .snapshot)
        var seen = KeySet()
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("bids") {
                try seen.insert(0)
                try LevelReader.read(
                    &cursor, listing: listing, into: &frame.books[index].bids, fault: &frame.numberFault)
            } else if key.equals("asks") {
                try seen.insert(1)
                try LevelReader.read(
                    &cursor, listing: listing, into: &frame.books[index].asks, fault: &frame.numberFault)
            } else if key.equals("lastUpdateId") {
                try seen.insert(2)
                frame.books[index].lastSequence = try cursor.integer()
            } else if key.equals("code") || key.equals("msg") {
                return try readError(body, into: &frame)
            } else {
                try cursor.skip()
            }
        }
        try cursor.finish()
        guard (0...2).allSatisfy({ seen.contains($0) }) else { throw .missingField }
        guard frame.books[index].lastSequence >= 0 else { throw .badNumber }
    }

    /// `{"code":-1121,"msg":"Invalid symbol."}`
    private func readError(_ body: UnsafeRawBufferPointer, into frame: inout PublicFrame)
        throws(QuarantineReason)
    {
        let tree = try JSONTree(body)
        guard let code = tree["code"]?.text else { throw .unknownMessage }
        frame.bookCount = 0
        frame.kind = .refused(code + ": " + (tree["msg"]?.text ?? ""))
    }
}
