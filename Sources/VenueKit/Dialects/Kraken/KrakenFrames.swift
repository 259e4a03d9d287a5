import TradingModel

/// Public frames: `{"channel","type","data":[…]}` and `{"method","success",…}`. Prices and quantities are
/// JSON numbers whose exact text counts, because the checksum is made of it.
extension KrakenDialect {
    public mutating func decodePublic(_ bytes: UnsafeRawBufferPointer, into frame: inout PublicFrame) {
        frame.begin()
        do throws(QuarantineReason) {
            try readPublic(bytes, into: &frame)
            frame.quarantinedInstrument = nil
        } catch {
            frame.discard(error)
        }
    }

    /// Books come by stream alone: the REST depth carries no checksum and no id to join it with the stream.
    public mutating func decodeSnapshot(
        _ body: UnsafeRawBufferPointer, of instrument: InstrumentID, into frame: inout PublicFrame
    ) {
        frame.begin()
        frame.quarantinedInstrument = instrument
        frame.kind = .quarantined(.unknownMessage)
    }

    /// What stands outside `data`. The slices point into the frame.
    private struct Head {
        enum Channel { case book, trade, status, heartbeat, other }
        var channel: Channel?
        var isSnapshot: Bool?
        var method: UnsafeRawBufferPointer?
        var error: UnsafeRawBufferPointer?
        var success: Bool?

        /// Whether `data` can be read where it stands.
        var isComplete: Bool {
            guard let channel else { return false }
            return channel != .book || isSnapshot != nil
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
            if key.equals("channel") {
                try seen.insert(0)
                head.channel = KrakenDialect.channel(try cursor.string())
            } else if key.equals("type") {
                try seen.insert(1)
                head.isSnapshot = try KrakenDialect.isSnapshot(try cursor.string())
            } else if key.equals("data") {
                try seen.insert(2)
                if head.isComplete {
                    try readData(&cursor, head, into: &frame)
                } else {
                    postponed = cursor
                    try cursor.skip()
                }
            } else if key.equals("method") {
                try seen.insert(3)
                head.method = try cursor.string()
            } else if key.equals("success") {
                try seen.insert(4)
                head.success = try cursor.boolean()
            } else if key.equals("error") {
                try seen.insert(5)
                head.error = try cursor.string()
            } else {
                try cursor.skip()
            }
        }
        try cursor.finish()
        if var postponed { try readData(&postponed, head, into: &frame) }
        if head.method != nil || head.error != nil {
            let refused = head.error != nil || head.success == false
            frame.kind =
                refused ? .refused(head.error.map { JSONTree.unescaped($0) } ?? "no reason given") : .alive
            return
        }
        guard let channel = head.channel else { throw .unknownMessage }
        guard seen.contains(2) || channel == .heartbeat || channel == .other else { throw .missingField }
        if channel == .heartbeat { frame.kind = .alive }
    }

    private static func channel(_ text: UnsafeRawBufferPointer) -> Head.Channel {
        if text.equals("book") { return .book }
        if text.equals("trade") { return .trade }
        if text.equals("heartbeat") { return .heartbeat }
        if text.equals("status") { return .status }
        return .other
    }

    private static func isSnapshot(_ text: UnsafeRawBufferPointer) throws(QuarantineReason) -> Bool {
        if text.equals("update") { return false }
        if text.equals("snapshot") { return true }
        throw .unknownMessage
    }

    private func readData(
        _ cursor: inout WireJSON, _ head: Head, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        switch head.channel {
        case .book, .trade, .status: break
        case .heartbeat, .other: return try cursor.skip()
        // `data` without a channel is no message of v2; an error answer may still explain itself.
        case nil: return try cursor.skip()
        }
        try cursor.enterArray()
        var count = 0
        while try cursor.nextElement() {
            frame.quarantinedInstrument = nil
            switch head.channel {
            case .book:
                guard let isSnapshot = head.isSnapshot else { throw .missingField }
                try readBook(&cursor, isSnapshot: isSnapshot, into: &frame)
            case .trade: try readTrade(&cursor, into: &frame)
            default: try readStatus(&cursor, into: &frame)
            }
            count += 1
        }
        guard count > 0 else { throw .missingField }
        if head.channel == .trade { frame.kind = .trades }
    }

    /// The listing that a row's `symbol` names.
    private func find(
        _ symbol: UnsafeRawBufferPointer, _ frame: inout PublicFrame
    ) throws(QuarantineReason) -> Listing {
        if let listing = symbols.find(symbol) {
            frame.quarantinedInstrument = listing.instrument.id
            return listing
        }
        // Some JSON writers escape the slash (`BTC\/USD`).
        let spelled = JSONTree.unescaped(symbol)
        if spelled.utf8.count != symbol.count, let listing = symbols.listing(symbol: spelled) {
            frame.quarantinedInstrument = listing.instrument.id
            return listing
        }
        frame.noteUnknownSymbol(symbol)
        throw .unknownSymbol
    }

    private func readBook(
        _ cursor: inout WireJSON, isSnapshot: Bool, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        var seen = KeySet()
        var listing: Listing?
        let index = frame.appendBook(InstrumentID(0), isSnapshot ? .snapshot : .delta)
        var late: (bids: WireJSON?, asks: WireJSON?)
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("symbol") {
                try seen.insert(0)
                let found = try find(try cursor.string(), &frame)
                frame.books[index].instrument = found.instrument.id
                listing = found
            } else if key.equals("bids") {
                try seen.insert(1)
                if let listing {
                    try KrakenLevels.read(
                        &cursor, listing, into: &frame.books[index].bids, &frame.numberFault)
                } else {
                    late.bids = cursor
                    try cursor.skip()
                }
            } else if key.equals("asks") {
                try seen.insert(2)
                if let listing {
                    try KrakenLevels.read(
                        &cursor, listing, into: &frame.books[index].asks, &frame.numberFault)
                } else {
                    late.asks = cursor
                    try cursor.skip()
                }
            } else if key.equals("checksum") {
                try seen.insert(3)
                guard let checksum = UInt32(exactly: try cursor.integer()) else { throw .badNumber }
                frame.books[index].checksum = checksum
            } else if key.equals("timestamp") {
                try seen.insert(4)
                frame.books[index].venueTime = try KrakenTime.rfc3339(try cursor.string())
            } else {
                try cursor.skip()
            }
        }
        guard let listing, seen.contains(1), seen.contains(2), seen.contains(3) else { throw .missingField }
        if var bids = late.bids {
            try KrakenLevels.read(&bids, listing, into: &frame.books[index].bids, &frame.numberFault)
        }
        if var asks = late.asks {
            try KrakenLevels.read(&asks, listing, into: &frame.books[index].asks, &frame.numberFault)
        }
    }

    private func readTrade(
        _ cursor: inout WireJSON, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        var seen = KeySet()
        var listing: Listing?
        var price: UnsafeRawBufferPointer?
        var quantity: UnsafeRawBufferPointer?
        var side: Side?
        var time: Moment?
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("symbol") {
                try seen.insert(0)
                listing = try find(try cursor.string(), &frame)
            } else if key.equals("price") {
                try seen.insert(1)
                price = try cursor.numberText()
            } else if key.equals("qty") {
                try seen.insert(2)
                quantity = try cursor.numberText()
            } else if key.equals("side") {
                try seen.insert(3)
                let text = try cursor.string()
                guard text.equals("buy") || text.equals("sell") else { throw .unknownMessage }
                side = text.equals("buy") ? .buy : .sell
            } else if key.equals("timestamp") {
                try seen.insert(4)
                time = try KrakenTime.rfc3339(try cursor.string())
            } else {
                try cursor.skip()
            }
        }
        guard let listing, let price, let quantity, let side, let time else { throw .missingField }
        try frame.addTrade(price, quantity, side, of: listing, at: time)
    }

    private func readStatus(_ cursor: inout WireJSON, into frame: inout PublicFrame) throws(QuarantineReason)
    {
        var system: UnsafeRawBufferPointer?
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals("system") {
                guard system == nil else { throw .duplicateKey }
                system = try cursor.string()
            } else {
                try cursor.skip()
            }
        }
        guard let system else { throw .missingField }
        if system.equals("online") {
            frame.kind = .alive
        } else if system.equals("maintenance") {
            // Markets are offline and books stand still: reconnecting with backoff finds the moment they
            // return, and meanwhile no stale book counts as live.
            frame.kind = .reconnectRequested("system maintenance")
        } else {
            // `cancel_only`, `post_only`, `limit_only`: data goes on, orders will be refused. A new
            // connection would change nothing, so this is text for the incident.
            frame.kind = .refused("system " + JSONTree.unescaped(system))
        }
    }
}
