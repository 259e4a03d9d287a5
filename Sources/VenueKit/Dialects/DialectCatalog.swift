import TradingModel

/// The venues this node speaks, by the names of `venues/*.yaml`.
public enum DialectCatalog {
    public static let names = ["binance-spot", "okx", "okx-swap", "bybit", "bybit-linear", "kraken"]

    /// Whether the venue's keys come with a passphrase, and whether its secret is base64.
    public static func takesPassphrase(_ venue: String) -> Bool { venue == "okx" || venue == "okx-swap" }
    public static func hasBase64Secret(_ venue: String) -> Bool { venue == "kraken" }

    /// Where a quote is moved by an amend: Kraken alone punishes cancels of young orders.
    public static func amends(_ venue: String) -> Bool { venue == "kraken" }

    /// The least `VenueProfile.orderWindow`: Kraken takes deadlines from 2 s ahead, by a clock that it tells
    /// in whole seconds.
    public static func leastOrderWindow(_ venue: String) -> Span {
        venue == "kraken" ? .seconds(3) : .milliseconds(100)
    }

    /// Whose venue it is: segments of one house take the same keys.
    public static func house(_ venue: String) -> String {
        ["okx-swap": "okx", "bybit-linear": "bybit"][venue] ?? venue
    }

    /// `nil` for a venue the node does not speak.
    public static func make(_ profile: VenueProfile, _ listings: [Listing]) -> (any VenueDialect)? {
        let symbols = SymbolTable(listings)
        return switch profile.name {
        case "binance-spot": BinanceDialect(profile: profile, symbols: symbols)
        case "okx", "okx-swap": OKXDialect(profile: profile, symbols: symbols)
        case "bybit", "bybit-linear": BybitDialect(profile: profile, symbols: symbols)
        case "kraken": KrakenDialect(profile: profile, symbols: symbols)
        default: nil
        }
    }
}
