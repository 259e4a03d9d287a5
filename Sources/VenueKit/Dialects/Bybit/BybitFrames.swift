import TradingModel

/// Public frames: `{"topic":"orderbook.200.BTCUSDT","type","ts","data":{…}}`, answers
/// `{"success","ret_msg","op"}`.
extension BybitDialect {
    public mutating func decodePublic(_ bytes: UnsafeRawBufferPointer, into frame: inout PublicFrame) {
        frame.begin()
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
        let head = try BybitDialect.head(of: cursor)
        guard let topic = head.topic else {
            frame.kind = try BybitDialect.answer(try JSONTree(bytes))
            return
        }
        var seen = KeySet()
        var time: Moment?
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("topic") {
                try seen.insert(0)
                try cursor.skip()
            } else if key.equals("type") {
                try seen.insert(1)
                try cursor.skip()
            } else if key.equals("ts") {
                try seen.insert(2)
                time = try ReportNumbers.moment(milliseconds: try cursor.integer())
            } else if key.equals("data") {
                try seen.insert(3)
                try readData(&cursor, topic, head.type, into: &frame)
            } else {
                try cursor.skip()
            }
        }
        try cursor.finish()
        guard seen.contains(3) else { throw .missingField }
        if frame.kind == .book { frame.books[0].venueTime = time ?? .distantPast }
    }

    /// What decides how `data` is read; the slices point into the frame.
    private struct Head {
        var topic: UnsafeRawBufferPointer?
        var type: UnsafeRawBufferPointer?
    }

    /// Looks ahead for `topic` and `type`, the first two keys of every frame the venue sends.
    private static func head(of cursor: WireJSON) throws(QuarantineReason) -> Head {
        var probe = cursor
        var head = Head()
        try probe.enterObject()
        while head.topic == nil || head.type == nil, let key = try probe.nextKey() {
            if key.equals("topic") {
                head.topic = try probe.string()
            } else if key.equals("type") {
                head.type = try probe.string()
            } else {
                try probe.skip()
            }
        }
        return head
    }

    /// Subscription answers carry `success`; a pong names its `op` and, on private sockets, nothing else.
    private static func answer(_ tree: JSONTree) throws(QuarantineReason) -> PublicFrame.Kind {
        guard let success = tree["success"]?.isTrue else {
            guard let operation = tree["op"]?.text else { throw .unknownMessage }
            return operation == "pong" || operation == "ping" ? .alive : .irrelevant
        }
        return success ? .alive : .refused(tree["ret_msg"]?.text ?? "no reason given")
    }

    private enum Channel {
        case book, trades, terms, other
    }

    private func readData(
        _ cursor: inout WireJSON, _ topic: UnsafeRawBufferPointer, _ type: UnsafeRawBufferPointer?,
        into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        let (channel, symbol) = BybitDialect.parts(of: topic)
        guard channel != .other, channel != .terms || isLinear else { return try cursor.skip() }
        guard let listing = symbols.find(symbol) else {
            frame.noteUnknownSymbol(symbol)
            throw .unknownSymbol
        }
        frame.quarantinedInstrument = listing.instrument.id
        if channel == .terms {
            return try BybitDialect.termsFields.read(&cursor, listing, into: &frame)
        }
        guard channel == .book else {
            try cursor.enterArray()
            while try cursor.nextElement() { try readTrade(&cursor, listing, into: &frame) }
            frame.kind = .trades
            return
        }
        guard let type else { throw .missingField }
        if type.equals("snapshot") {
            try readBook(&cursor, listing, .snapshot, into: &frame)
        } else if type.equals("delta") {
            try readBook(&cursor, listing, .delta, into: &frame)
        } else {
            throw .unknownMessage
        }
    }

    /// `orderbook.<depth>.<symbol>` or `publicTrade.<symbol>`. `orderbook.rpi.…` and `orderbook.full.…` are
    /// other books than the one the node keeps.
    private static func parts(
        of topic: UnsafeRawBufferPointer
    ) -> (channel: Channel, symbol: UnsafeRawBufferPointer) {
        let book: StaticString = "orderbook."
        let trades: StaticString = "publicTrade."
        let terms: StaticString = "tickers."
        if topic.starts(with: book) {
            var index = book.utf8CodeUnitCount
            while index < topic.count, (48...57).contains(topic[index]) { index += 1 }
            if index > book.utf8CodeUnitCount, index < topic.count, topic[index] == UInt8(ascii: ".") {
                return (.book, UnsafeRawBufferPointer(rebasing: topic[(index + 1)...]))
            }
        } else if topic.starts(with: trades) {
            return (.trades, UnsafeRawBufferPointer(rebasing: topic[trades.utf8CodeUnitCount...]))
        } else if topic.starts(with: terms) {
            return (.terms, UnsafeRawBufferPointer(rebasing: topic[terms.utf8CodeUnitCount...]))
        }
        return (.other, topic)
    }

    func readBook(
        _ cursor: inout WireJSON, _ listing: Listing, _ kind: BookUpdate.Kind, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        let index = frame.appendBook(listing.instrument.id, kind)
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
            case UInt8(ascii: "u"):
                try seen.insert(2)
                frame.books[index].lastSequence = try cursor.integer()
            case UInt8(ascii: "s"):
                try seen.insert(3)
                // The topic and the data name the same symbol; a frame that contradicts itself is nobody's
                // book.
                guard symbols.find(try cursor.string())?.instrument.id == listing.instrument.id else {
                    throw .unknownMessage
                }
            default:
                try cursor.skip()
            }
        }
        guard (0...2).allSatisfy({ seen.contains($0) }) else { throw .missingField }
        guard frame.books[index].lastSequence > 0 else { throw .badNumber }
        // `u` = 1 is a snapshot after a restart of the service, whatever the type says
        // (v5/websocket/public/orderbook).
        if frame.books[index].lastSequence == 1 { frame.books[index].kind = .snapshot }
    }

    private func readTrade(
        _ cursor: inout WireJSON, _ listing: Listing, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        var seen = KeySet()
        var price: UnsafeRawBufferPointer?
        var quantity: UnsafeRawBufferPointer?
        var side: Side?
        var time: Moment?
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            switch key.count == 1 ? key[0] : 0 {
            case UInt8(ascii: "p"):
                try seen.insert(0)
                price = try cursor.numberText()
            case UInt8(ascii: "v"):
                try seen.insert(1)
                quantity = try cursor.numberText()
            case UInt8(ascii: "S"):
                try seen.insert(2)
                side = try BybitDialect.aggressor(try cursor.string())
            case UInt8(ascii: "T"):
                try seen.insert(3)
                time = try ReportNumbers.moment(milliseconds: try cursor.integer())
            default:
                try cursor.skip()
            }
        }
        guard let price, let quantity, let side, let time else { throw .missingField }
        try frame.addTrade(price, quantity, side, of: listing, at: time)
    }

    /// `S` is the side of the taker.
    private static func aggressor(_ text: UnsafeRawBufferPointer) throws(QuarantineReason) -> Side {
        if text.equals("Buy") { return .buy }
        if text.equals("Sell") { return .sell }
        throw .unknownMessage
    }
}
