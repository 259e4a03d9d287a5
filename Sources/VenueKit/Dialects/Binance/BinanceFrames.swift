import TradingModel

/// Public frames: `{"stream","data":{event}}` on a combined socket, the bare event on a raw one, answers to
/// requests.
extension BinanceDialect {
    public mutating func decodePublic(_ bytes: UnsafeRawBufferPointer, into frame: inout PublicFrame) {
        frame.begin()
        if var plain = BinanceDepthText(bytes) {
            if plain.read(symbols, into: &frame) { return }
            frame.begin()
        }
        do throws(QuarantineReason) {
            try readPublic(bytes, into: &frame)
            frame.quarantinedInstrument = nil
        } catch {
            frame.discard(error)
        }
    }

    private func readPublic(_ bytes: UnsafeRawBufferPointer, into frame: inout PublicFrame)
        throws(QuarantineReason)
    {
        var cursor = try WireJSON(bytes)
        var probe = cursor
        try probe.enterObject()
        guard let key = try probe.nextKey() else { throw .unknownMessage }
        if key.equals("stream") || key.equals("data") {
            try readCombined(&cursor, into: &frame)
        } else if key.equals("result") || key.equals("id") || key.equals("error") || key.equals("code") {
            let tree = try JSONTree(bytes)
            frame.kind = BinanceDialect.answer(tree)
            return
        } else {
            try readEvent(&cursor, into: &frame)
        }
        try cursor.finish()
    }

    /// The answer to a request on the socket: `{"result":null,"id":1}`, `{"error":{"code","msg"},"id":1}`.
    private static func answer(_ tree: JSONTree) -> PublicFrame.Kind {
        let fault = tree["error"] ?? tree
        guard let code = fault["code"]?.text else { return .alive }
        return .refused(code + ": " + (fault["msg"]?.text ?? ""))
    }

    private func readCombined(
        _ cursor: inout WireJSON, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        var seen = KeySet()
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("stream") {
                try seen.insert(0)
                _ = try cursor.string()
            } else if key.equals("data") {
                try seen.insert(1)
                // Streams over all symbols (`!miniTicker@arr`) carry an array.
                if try cursor.peek() == .array {
                    try cursor.skip()
                } else {
                    try readEvent(&cursor, into: &frame)
                }
            } else {
                try cursor.skip()
            }
        }
        guard seen.contains(0), seen.contains(1) else { throw .missingField }
    }

    private func readEvent(_ cursor: inout WireJSON, into frame: inout PublicFrame) throws(QuarantineReason) {
        let head = try BinanceDialect.head(of: cursor)
        guard let type = head.type else {
            // `bookTicker` and partial-depth frames do not say what they are.
            guard head.isTyplessKind else { throw .unknownMessage }
            return try cursor.skip()
        }
        if type.equals("depthUpdate") {
            try readDepth(&cursor, try listing(head.symbol, &frame), into: &frame)
        } else if type.equals("trade") {
            try readTrade(&cursor, try listing(head.symbol, &frame), into: &frame)
        } else {
            try cursor.skip()
            if type.equals("serverShutdown") { frame.kind = .reconnectRequested("serverShutdown") }
        }
    }

    /// What decides how the rest of an event is read; the slices point into the frame.
    private struct Head {
        var type: UnsafeRawBufferPointer?
        var symbol: UnsafeRawBufferPointer?
        var isTyplessKind = false
    }

    /// Looks ahead for `e` and `s`. Both come first in every frame the venue sends, so this reads three
    /// fields; in any other order it reads as far as it must.
    private static func head(of cursor: WireJSON) throws(QuarantineReason) -> Head {
        var probe = cursor
        var head = Head()
        try probe.enterObject()
        while head.type == nil || head.symbol == nil, let key = try probe.nextKey() {
            switch key.count == 1 ? key[0] : 0 {
            case UInt8(ascii: "e"):
                head.type = try probe.string()
            case UInt8(ascii: "s"):
                head.symbol = try probe.string()
            case UInt8(ascii: "B"):
                head.isTyplessKind = true
                try probe.skip()
            default:
                if key.equals("lastUpdateId") { head.isTyplessKind = true }
                try probe.skip()
            }
        }
        return head
    }

    private func listing(
        _ symbol: UnsafeRawBufferPointer?, _ frame: inout PublicFrame
    ) throws(QuarantineReason) -> Listing {
        guard let symbol else { throw .missingField }
        guard let listing = symbols.find(symbol) else {
            frame.noteUnknownSymbol(symbol)
            throw .unknownSymbol
        }
        frame.quarantinedInstrument = listing.instrument.id
        return listing
    }

    private func readDepth(
        _ cursor: inout WireJSON, _ listing: Listing, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        let index = frame.appendBook(listing.instrument.id, .delta)
        var seen = KeySet()
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            switch key.count == 1 ? key[0] : 0 {
            case UInt8(ascii: "b"):
                try seen.insert(0)
                try LevelReader.read(
                    &cursor, listing: listing, into: &frame.books[index].bids, fault: &frame.numberFault)
            case UInt8(ascii: "a"):
                try seen.insert(1)
                try LevelReader.read(
                    &cursor, listing: listing, into: &frame.books[index].asks, fault: &frame.numberFault)
            case UInt8(ascii: "U"):
                try seen.insert(2)
                frame.books[index].firstSequence = try cursor.integer()
            case UInt8(ascii: "u"):
                try seen.insert(3)
                frame.books[index].lastSequence = try cursor.integer()
            case UInt8(ascii: "E"):
                try seen.insert(4)
                frame.books[index].venueTime = try ReportNumbers.moment(milliseconds: try cursor.integer())
            case UInt8(ascii: "e"):
                try seen.insert(5)
                try cursor.skip()
            case UInt8(ascii: "s"):
                try seen.insert(6)
                try cursor.skip()
            default:
                try cursor.skip()
            }
        }
        guard (0...3).allSatisfy({ seen.contains($0) }) else { throw .missingField }
        let first = frame.books[index].firstSequence
        guard first >= 0, frame.books[index].lastSequence >= first else { throw .badNumber }
    }

    private func readTrade(
        _ cursor: inout WireJSON, _ listing: Listing, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        var seen = KeySet()
        var price: UnsafeRawBufferPointer?
        var quantity: UnsafeRawBufferPointer?
        var time: Moment?
        var buyerIsMaker: Bool?
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            switch key.count == 1 ? key[0] : 0 {
            case UInt8(ascii: "p"):
                try seen.insert(0)
                price = try cursor.numberText()
            case UInt8(ascii: "q"):
                try seen.insert(1)
                quantity = try cursor.numberText()
            case UInt8(ascii: "T"):
                try seen.insert(2)
                time = try ReportNumbers.moment(milliseconds: try cursor.integer())
            case UInt8(ascii: "m"):
                try seen.insert(3)
                buyerIsMaker = try cursor.boolean()
            case UInt8(ascii: "e"):
                try seen.insert(4)
                try cursor.skip()
            case UInt8(ascii: "s"):
                try seen.insert(5)
                try cursor.skip()
            default:
                try cursor.skip()
            }
        }
        guard let price, let quantity, let time, let buyerIsMaker else { throw .missingField }
        try frame.addTrade(price, quantity, buyerIsMaker ? .sell : .buy, of: listing, at: time)
        frame.kind = .trades
    }
}
