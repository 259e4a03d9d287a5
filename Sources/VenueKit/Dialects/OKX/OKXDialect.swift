import TradingModel

/// OKX v5, spot and linear swaps (https://www.okx.com/docs-v5/en/). Books prove themselves by `prevSeqId` =
/// last `seqId`; the checksum of the legacy era is passed on where a frame carries one other than 0.
public struct OKXDialect: VenueDialect {
    public let profile: VenueProfile
    public let symbols: SymbolTable

    public init(profile: VenueProfile, symbols: SymbolTable) {
        self.profile = profile
        self.symbols = symbols
    }

    public var proof: BookProof { .previousLink }

    /// "The total length of multiple channels cannot exceed 64 KB": 50 instruments a frame stay below 8 KB.
    private static let instrumentsPerFrame = 50

    public func publicStreams() -> [StreamPlan] {
        let listings = symbols.listings
        guard !listings.isEmpty else { return [] }
        var greetings: [[UInt8]] = []
        var start = 0
        while start < listings.count {
            let end = min(start + OKXDialect.instrumentsPerFrame, listings.count)
            var arguments: [String] = []
            for listing in listings[start..<end] {
                arguments.append(OKXDialect.argument(channel: "books", listing))
                arguments.append(OKXDialect.argument(channel: "trades", listing))
                for channel in OKXDialect.termsChannels where isSwap {
                    arguments.append(OKXDialect.argument(channel: channel, listing))
                }
            }
            greetings.append(OKXDialect.operation("subscribe", arguments))
            start = end
        }
        return [
            StreamPlan(
                url: profile.publicURL, greetings: greetings, instruments: listings.map(\.instrument.id))
        ]
    }

    /// The stream itself brings the snapshot.
    public func snapshotRequest(_ instrument: InstrumentID) -> RequestPlan? { nil }

    public func resubscribe(_ instrument: InstrumentID) -> [[UInt8]] {
        guard let listing = symbols.listing(instrument) else { return [] }
        let argument = OKXDialect.argument(channel: "books", listing)
        return [
            OKXDialect.operation("unsubscribe", [argument]), OKXDialect.operation("subscribe", [argument]),
        ]
    }

    /// The server closes a connection after 30 s without a message; the text `ping` is answered by the text
    /// `pong`.
    public var keepAlive: KeepAlive {
        KeepAlive(frame: Array("ping".utf8), every: profile.keepAliveEvery, silence: profile.silence)
    }

    private static func argument(channel: String, _ listing: Listing) -> String {
        "{\"channel\":\"\(channel)\",\"instId\":\(JSONText.quoted(listing.symbol))}"
    }

    static func operation(_ name: String, _ arguments: [String]) -> [UInt8] {
        Array("{\"op\":\"\(name)\",\"args\":[\(arguments.joined(separator: ","))]}".utf8)
    }
}
