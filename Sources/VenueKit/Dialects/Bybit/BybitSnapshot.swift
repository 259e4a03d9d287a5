import TradingModel

/// A recorded body of `GET /v5/market/orderbook`: `{"retCode":0,"result":{"s","b","a","ts","u"}}`. The node
/// itself never asks for one.
extension BybitDialect {
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
        var code: Int64?
        var message = ""
        var result: WireJSON?
        var seen = KeySet()
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("retCode") {
                try seen.insert(0)
                code = try cursor.integer()
            } else if key.equals("retMsg") {
                try seen.insert(1)
                message = JSONTree.unescaped(try cursor.string())
            } else if key.equals("result") {
                try seen.insert(2)
                result = cursor
                try cursor.skip()
            } else {
                try cursor.skip()
            }
        }
        try cursor.finish()
        guard let code else { throw .missingField }
        guard code == 0 else {
            frame.kind = .refused("\(code): \(message)")
            return
        }
        guard var result else { throw .missingField }
        try readBook(&result, listing, .snapshot, into: &frame)
    }
}
