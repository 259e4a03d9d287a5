/// Splits a venue's spelling of a pair: `BTC-USDT`, `BTC/USDT`, `BTCUSDT`.
public enum RecordedSymbol {
    /// Longest first, so that `…USDT` is not read as `…USD` with a stray T.
    public static let quotes = [
        "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USD", "EUR", "GBP", "TRY", "BRL", "BTC", "ETH", "BNB",
    ]

    public static func split(_ symbol: String) -> [String]? {
        for separator in ["-", "/"] {
            let parts = symbol.split(separator: Character(separator), maxSplits: 1).map(String.init)
            if parts.count == 2 { return parts }
        }
        for quote in quotes where symbol.hasSuffix(quote) && symbol.count > quote.count {
            return [String(symbol.dropLast(quote.count)), quote]
        }
        return nil
    }
}
