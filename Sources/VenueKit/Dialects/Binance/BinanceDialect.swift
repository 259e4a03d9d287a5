import TradingModel

/// Binance spot (github.com/binance/binance-spot-api-docs). A book is a REST snapshot joined with the
/// stream's deltas by their ids `U` and `u`; private events come through the WebSocket API.
public struct BinanceDialect: VenueDialect {
    public let profile: VenueProfile
    public let symbols: SymbolTable

    public init(profile: VenueProfile, symbols: SymbolTable) {
        self.profile = profile
        self.symbols = symbols
    }

    public var historyNamesOrders: Bool { false }

    public var proof: BookProof { .spanningIDs }

    /// "A single connection can listen to a maximum of 1024 streams"; the URL grows by 40 bytes an
    /// instrument, and long request lines are refused by proxies well before that.
    private static let instrumentsPerSocket = 100

    /// The streams stand in the URL, so there is nothing to send.
    public func publicStreams() -> [StreamPlan] {
        let listings = symbols.listings
        return stride(from: 0, to: listings.count, by: BinanceDialect.instrumentsPerSocket).map { start in
            let share = listings[start..<min(start + BinanceDialect.instrumentsPerSocket, listings.count)]
            let names = share.flatMap { listing in
                // Stream names are lower case while the symbols inside the frames are upper case.
                let symbol = PercentEncoding.encode(listing.symbol.lowercased())
                return ["\(symbol)@depth@100ms", "\(symbol)@trade"]
            }
            return StreamPlan(
                url: profile.publicURL + "/stream?streams=" + names.joined(separator: "/"), greetings: [],
                instruments: share.map(\.instrument.id))
        }
    }

    /// The server sends WebSocket pings every 20 s; answering them is all it wants.
    public var keepAlive: KeepAlive {
        KeepAlive(frame: nil, every: profile.keepAliveEvery, silence: profile.silence)
    }

    /// The weight of a depth request grows in steps with its limit; 5,000 levels are the most.
    public func snapshotRequest(_ instrument: InstrumentID) -> RequestPlan? {
        guard let listing = symbols.listing(instrument) else { return nil }
        let limit = min(max(profile.bookDepth, 1), 5_000)
        let weight = limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1_000 ? 50 : 250
        let query = BinanceDialect.query([("symbol", listing.symbol), ("limit", String(limit))])
        return RequestPlan(method: "GET", target: "/api/v3/depth?" + query, weight: weight)
    }

    /// A fresh snapshot is a REST request here.
    public func resubscribe(_ instrument: InstrumentID) -> [[UInt8]] { [] }

    /// Percent-encoded, in the given order: since 2026-01-15 the signature covers the encoded text (else
    /// −1022).
    static func query(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { $0.name + "=" + PercentEncoding.encode($0.value) }.joined(separator: "&")
    }
}
