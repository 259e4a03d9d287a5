import TradingModel
import VenueKit

/// A venue whose recordings can be replayed: its dialect, and what a dialect wants to know. Recordings bring
/// their own symbols, so none of the endpoints of `venues/*.yaml` is needed here.
struct ReplayVenue {
    let name: String
    let proof: BookProof
    /// The depth to assume until the recording shows what was subscribed.
    let depth: Int
    let dialect: any VenueDialect.Type

    private static let all = [
        ReplayVenue(name: "binance-spot", proof: .spanningIDs, depth: 5_000, dialect: BinanceDialect.self),
        ReplayVenue(name: "okx", proof: .previousLink, depth: 400, dialect: OKXDialect.self),
        ReplayVenue(name: "bybit", proof: .consecutive, depth: 200, dialect: BybitDialect.self),
        ReplayVenue(name: "kraken", proof: .checksum, depth: 10, dialect: KrakenDialect.self),
    ]

    static var names: [String] { all.map(\.name) }

    static func named(_ name: String) -> ReplayVenue? { all.first { $0.name == name } }

    func makeDialect(_ listings: [Listing]) -> any VenueDialect {
        let profile = VenueProfile(
            name: name, restOrigin: "", publicURL: "", privateURL: "", proof: proof, bookDepth: depth,
            receiveWindow: .seconds(5), retryClass: .queryFirst, ambiguousCodes: [], duplicateCodes: [],
            budget: RateBudgetRule(capacity: 1, window: .seconds(1), reserve: 0),
            keepAliveEvery: .seconds(20),
            silence: .seconds(60))
        return dialect.init(profile: profile, symbols: SymbolTable(listings))
    }
}

/// The venues' published taker fees for a new account, where no profile says otherwise.
public enum PublishedFees {
    public static func taker(_ venue: String) -> Rate {
        Rate(hundredthsOfBasisPoint: venue == "kraken" ? 2_600 : 1_000)
    }
}
