import TradingModel

/// Public frames: `{"arg":{"channel","instId"},"action":"snapshot"|"update","data":[…]}`, `{"event":…}`,
/// `pong`.
extension OKXDialect {
    public mutating func decodePublic(_ bytes: UnsafeRawBufferPointer, into frame: inout PublicFrame) {
        frame.begin()
        if bytes.equals("pong") {
            frame.kind = .alive
            return
        }
        do throws(QuarantineReason) {
            try readPublic(bytes, into: &frame)
            frame.quarantinedInstrument = nil
        } catch {
            frame.discard(error)
        }
    }

    /// Books come by stream alone; a recorded REST body (`/api/v5/market/books`) has no instrument and no
    /// checksum to join it with the stream, so there is nothing to decode.
    public mutating func decodeSnapshot(
        _ body: UnsafeRawBufferPointer, of instrument: InstrumentID, into frame: inout PublicFrame
    ) {
        frame.begin()
        frame.quarantinedInstrument = instrument
        frame.kind = .quarantined(.unknownMessage)
    }

    /// What stands outside `data`. The slices point into the frame.
    private struct Head {
        enum Channel { case books, trades, terms, other }
        var channel: Channel?
        var listing: Listing?
        var action: BookUpdate.Kind?
        var event: UnsafeRawBufferPointer?
        var code: UnsafeRawBufferPointer?
        var message: UnsafeRawBufferPointer?

        /// Whether `data` can be read where it stands.
        var isComplete: Bool {
            guard let channel else { return false }
            return channel != .books || action != nil
        }
    }

    private func readPublic(_ bytes: UnsafeRawBufferPointer, into frame: inout PublicFrame)
        throws(QuarantineReason)
    {
        var cursor = try WireJSON(bytes)
        var head = Head()
        var seen = KeySet()
        var postponed: WireJSON?
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("arg") {
                try seen.insert(0)
                try readArgument(&cursor, into: &head, &frame)
            } else if key.equals("action") {
                try seen.insert(1)
                head.action = try OKXDialect.action(try cursor.string())
            } else if key.equals("data") {
                try seen.insert(2)
                if head.isComplete {
                    try readData(&cursor, head, into: &frame)
                } else {
                    postponed = cursor
                    try cursor.skip()
                }
            } else if key.equals("event") {
                try seen.insert(3)
                head.event = try cursor.string()
            } else if key.equals("code") {
                try seen.insert(4)
                head.code = try cursor.numberText()
            } else if key.equals("msg") {
                try seen.insert(5)
                head.message = try cursor.string()
            } else {
                try cursor.skip()
            }
        }
        try cursor.finish()
        if let event = head.event {
            frame.kind = OKXDialect.eventKind(event, head.code, head.message)
            return
        }
        guard seen.contains(2) else { throw seen.contains(0) ? .missingField : .unknownMessage }
        if var postponed { try readData(&postponed, head, into: &frame) }
    }

    private static func action(_ text: UnsafeRawBufferPointer) throws(QuarantineReason) -> BookUpdate.Kind {
        if text.equals("update") { return .delta }
        if text.equals("snapshot") { return .snapshot }
        throw .unknownMessage
    }

    private static func eventKind(
        _ event: UnsafeRawBufferPointer, _ code: UnsafeRawBufferPointer?, _ message: UnsafeRawBufferPointer?
    ) -> PublicFrame.Kind {
        if event.equals("subscribe") || event.equals("unsubscribe") { return .alive }
        let text = (code?.text ?? "") + ": " + (message.map { JSONTree.unescaped($0) } ?? "")
        if event.equals("error") { return .refused(text) }
        // 64008: the server announces, 30 s ahead, that it closes this connection for an upgrade.
        if event.equals("notice") { return .reconnectRequested(text) }
        // `channel-conn-count` and whatever OKX adds: says nothing about a book, so no book loses its proof.
        return .irrelevant
    }

    private func channel(_ name: UnsafeRawBufferPointer) -> Head.Channel {
        if name.equals("books") { return .books }
        if name.equals("trades") { return .trades }
        return isSwap && (name.equals("mark-price") || name.equals("funding-rate")) ? .terms : .other
    }

    private func readArgument(
        _ cursor: inout WireJSON, into head: inout Head, _ frame: inout PublicFrame
    ) throws(QuarantineReason) {
        var seen = KeySet()
        var symbol: UnsafeRawBufferPointer?
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("channel") {
                try seen.insert(0)
                let channel = try cursor.string()
                head.channel = self.channel(channel)
            } else if key.equals("instId") {
                try seen.insert(1)
                symbol = try cursor.string()
            } else {
                try cursor.skip()
            }
        }
        guard head.channel != nil else { throw .missingField }
        guard let symbol else { return }
        head.listing = symbols.find(symbol)
        frame.quarantinedInstrument = head.listing?.instrument.id
        if head.listing == nil { frame.noteUnknownSymbol(symbol) }
    }

    private func readData(
        _ cursor: inout WireJSON, _ head: Head, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        switch head.channel {
        case .books, .trades, .terms: break
        case .other:
            frame.unknownSymbol = ""
            frame.kind = .irrelevant
            return try cursor.skip()
        case nil: throw .missingField
        }
        guard let listing = head.listing else {
            throw frame.unknownSymbol.isEmpty ? .missingField : .unknownSymbol
        }
        try cursor.enterArray()
        var count = 0
        while try cursor.nextElement() {
            switch head.channel {
            case .books: try readBook(&cursor, listing, head.action, into: &frame)
            case .terms: try OKXDialect.termsFields.read(&cursor, listing, into: &frame)
            default: try readTrade(&cursor, listing, into: &frame)
            }
            count += 1
        }
        guard count > 0 else { throw .missingField }
        if head.channel == .trades { frame.kind = .trades }
    }

    private func readBook(
        _ cursor: inout WireJSON, _ listing: Listing, _ action: BookUpdate.Kind?,
        into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        let index = frame.appendBook(listing.instrument.id, action ?? .delta)
        var seen = KeySet()
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("asks") {
                try seen.insert(0)
                try LevelReader.read(
                    &cursor, listing: listing, into: &frame.books[index].asks, fault: &frame.numberFault)
            } else if key.equals("bids") {
                try seen.insert(1)
                try LevelReader.read(
                    &cursor, listing: listing, into: &frame.books[index].bids, fault: &frame.numberFault)
            } else if key.equals("ts") {
                try seen.insert(2)
                frame.books[index].venueTime = try ReportNumbers.moment(milliseconds: try cursor.integer())
            } else if key.equals("checksum") {
                try seen.insert(3)
                frame.books[index].checksum = try OKXDialect.checksum(try cursor.integer())
            } else if key.equals("seqId") {
                try seen.insert(4)
                frame.books[index].lastSequence = try cursor.integer()
            } else if key.equals("prevSeqId") {
                try seen.insert(5)
                frame.books[index].previousSequence = try cursor.integer()
            } else {
                try cursor.skip()
            }
        }
        guard seen.contains(0), seen.contains(1), seen.contains(2) else { throw .missingField }
        if action == nil {
            // Documented examples omit `action`; −1 as predecessor says the same.
            guard frame.books[index].previousSequence == -1 else { throw .missingField }
            frame.books[index].kind = .snapshot
        }
    }

    /// The field is deprecated and always 0 since 2025; before, a signed CRC32.
    private static func checksum(_ value: Int64) throws(QuarantineReason) -> UInt32? {
        guard value != 0 else { return nil }
        guard let signed = Int32(exactly: value) else { throw .badNumber }
        return UInt32(bitPattern: signed)
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
            if key.equals("px") {
                try seen.insert(0)
                price = try cursor.numberText()
            } else if key.equals("sz") {
                try seen.insert(1)
                quantity = try cursor.numberText()
            } else if key.equals("side") {
                try seen.insert(2)
                side = try OKXDialect.side(try cursor.string())
            } else if key.equals("ts") {
                try seen.insert(3)
                time = try ReportNumbers.moment(milliseconds: try cursor.integer())
            } else {
                try cursor.skip()
            }
        }
        guard let price, let quantity, let side, let time else { throw .missingField }
        try frame.addTrade(price, quantity, side, of: listing, at: time)
    }

    private static func side(_ text: UnsafeRawBufferPointer) throws(QuarantineReason) -> Side {
        if text.equals("buy") { return .buy }
        if text.equals("sell") { return .sell }
        throw .unknownMessage
    }
}
