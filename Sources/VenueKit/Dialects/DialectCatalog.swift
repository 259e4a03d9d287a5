import TradingModel

/// The venues this node speaks, by the names of `venues/*.yaml`.
public enum DialectCatalog {
    public static let names = ["binance-spot", "okx", "bybit", "kraken"]

    /// `nil` for a venue the node does not speak.
    public static func make(_ profile: VenueProfile, _ listings: [Listing]) -> (any VenueDialect)? {
        let symbols = SymbolTable(listings)
        return switch profile.name {
        case "binance-spot": BinanceDialect(profile: profile, symbols: symbols)
        case "okx": OKXDialect(profile: profile, symbols: symbols)
        case "bybit": BybitDialect(profile: profile, symbols: symbols)
        case "kraken": KrakenDialect(profile: profile, symbols: symbols)
        default: nil
        }
    }
}
