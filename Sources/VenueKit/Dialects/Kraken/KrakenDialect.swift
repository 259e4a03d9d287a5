import TradingModel

/// Kraken spot: WebSocket v2 for data, REST `0/private` for orders (https://docs.kraken.com/api/). Books
/// prove themselves by the CRC32 of their top ten levels, so levels keep the decimals the feed spelled.
public struct KrakenDialect: VenueDialect {
    public let profile: VenueProfile
    public let symbols: SymbolTable
    /// What the private stream told about an order before it began to speak of it by id alone.
    var orders = KrakenOrderMemory()
    /// Orders on pairs that are not configured.
    var elsewhere = KrakenStrangers()

    public init(profile: VenueProfile, symbols: SymbolTable) {
        self.profile = profile
        self.symbols = symbols
    }

    public var proof: BookProof { .checksum }

    /// A nonce below one already seen is refused (`EAPI:Invalid nonce`), so a request may not overtake
    /// another.
    public var requiresOrderedNonces: Bool { true }
    public var listsWholeAccount: Bool { true }
    public var historyNamesOrders: Bool { false }

    public func publicStreams() -> [StreamPlan] {
        let listings = symbols.listings
        guard !listings.isEmpty else { return [] }
        // A snapshot of `trade` would repeat old prints.
        let trades =
            "{\"method\":\"subscribe\",\"params\":{\"channel\":\"trade\",\"symbol\":\(symbolList(listings)),"
            + "\"snapshot\":false}}"
        return [
            StreamPlan(
                url: profile.publicURL,
                greetings: [bookOperation("subscribe", listings), Array(trades.utf8)],
                instruments: listings.map(\.instrument.id))
        ]
    }

    /// The stream itself brings the snapshot.
    public func snapshotRequest(_ instrument: InstrumentID) -> RequestPlan? { nil }

    public func resubscribe(_ instrument: InstrumentID) -> [[UInt8]] {
        guard let listing = symbols.listing(instrument) else { return [] }
        return [bookOperation("unsubscribe", [listing]), bookOperation("subscribe", [listing])]
    }

    /// The server sends a heartbeat every second when nothing else is to be said, and `ping` is answered by
    /// `pong`.
    public var keepAlive: KeepAlive {
        KeepAlive(
            frame: Array("{\"method\":\"ping\"}".utf8), every: profile.keepAliveEvery,
            silence: profile.silence)
    }

    private func bookOperation(_ method: String, _ listings: [Listing]) -> [UInt8] {
        let snapshot = method == "subscribe" ? ",\"snapshot\":true" : ""
        let text =
            "{\"method\":\"\(method)\",\"params\":{\"channel\":\"book\",\"symbol\":\(symbolList(listings)),"
            + "\"depth\":\(profile.bookDepth)\(snapshot)}}"
        return Array(text.utf8)
    }

    private func symbolList(_ listings: [Listing]) -> String {
        "[" + listings.map { JSONText.quoted($0.symbol) }.joined(separator: ",") + "]"
    }
}
