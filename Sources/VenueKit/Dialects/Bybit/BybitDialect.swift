import TradingModel

/// Bybit v5, categories spot and linear (bybit-exchange.github.io/docs/v5). A book is the stream's snapshot
/// and the deltas after it, whose `u` rises by one; `u` = 1 is a snapshot after a restart of the service.
public struct BybitDialect: VenueDialect {
    public let profile: VenueProfile
    public let symbols: SymbolTable

    public init(profile: VenueProfile, symbols: SymbolTable) {
        self.profile = profile
        self.symbols = symbols
    }

    public var proof: BookProof { .consecutive }

    /// "Spot can input up to 10 args for each subscription request sent to one connection."
    private static let topicsPerFrame = 10

    public func publicStreams() -> [StreamPlan] {
        let listings = symbols.listings
        guard !listings.isEmpty else { return [] }
        let topics = listings.flatMap { listing in
            [bookTopic(listing), "publicTrade." + listing.symbol]
                + (isLinear ? ["tickers." + listing.symbol] : [])
        }
        let greetings = stride(from: 0, to: topics.count, by: BybitDialect.topicsPerFrame).map { start in
            let end = min(start + BybitDialect.topicsPerFrame, topics.count)
            return BybitDialect.operation("subscribe", Array(topics[start..<end]))
        }
        return [
            StreamPlan(
                url: profile.publicURL, greetings: greetings, instruments: listings.map(\.instrument.id))
        ]
    }

    /// The stream itself brings the snapshot.
    public func snapshotRequest(_ instrument: InstrumentID) -> RequestPlan? { nil }

    /// A new subscription begins with a snapshot.
    public func resubscribe(_ instrument: InstrumentID) -> [[UInt8]] {
        guard let listing = symbols.listing(instrument) else { return [] }
        let topic = bookTopic(listing)
        return [BybitDialect.operation("unsubscribe", [topic]), BybitDialect.operation("subscribe", [topic])]
    }

    /// "To avoid network or program issues, we recommend that you send the ping packet every 20 seconds."
    public var keepAlive: KeepAlive {
        KeepAlive(
            frame: Array("{\"op\":\"ping\"}".utf8), every: profile.keepAliveEvery, silence: profile.silence)
    }

    private func bookTopic(_ listing: Listing) -> String {
        "orderbook.\(profile.bookDepth).\(listing.symbol)"
    }

    static func operation(_ name: String, _ arguments: [String]) -> [UInt8] {
        let quoted = arguments.map(JSONText.quoted).joined(separator: ",")
        return Array("{\"op\":\"\(name)\",\"args\":[\(quoted)]}".utf8)
    }
}
