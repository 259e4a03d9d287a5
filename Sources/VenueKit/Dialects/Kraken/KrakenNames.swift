import TradingModel

/// Kraken's spellings of assets and pairs. WebSocket v2 says `BTC/USD`; REST answers say `XXBT`, `ZUSD`,
/// `XBTUSD`, `XXBTZUSD` or `XBT/USD` for the same. The `X`/`Z` prefixes cannot be stripped by rule (`XAUT`,
/// `ZEUS` are names of their own), so the closed list of `GET /0/public/Assets` stands here.
enum KrakenNames {
    private static let spellings: [(kraken: String, common: String)] = [
        ("XXBT", "BTC"), ("XBT", "BTC"), ("XXDG", "DOGE"), ("XDG", "DOGE"), ("XETH", "ETH"), ("XETC", "ETC"),
        ("XLTC", "LTC"), ("XMLN", "MLN"), ("XREP", "REP"), ("XXLM", "XLM"), ("XXMR", "XMR"), ("XXRP", "XRP"),
        ("XZEC", "ZEC"), ("ZUSD", "USD"), ("ZEUR", "EUR"), ("ZGBP", "GBP"), ("ZCAD", "CAD"), ("ZJPY", "JPY"),
        ("ZAUD", "AUD"), ("ZARS", "ARS"), ("ZMXN", "MXN"), ("ZPLN", "PLN"), ("ZSEK", "SEK"), ("ZDKK", "DKK"),
    ]

    /// The common asset of a Kraken spelling. Earn and staking variants (`USD.M`, `ETH2.S`) stay assets of
    /// their own.
    static func asset(_ text: String) -> Asset {
        Asset(spellings.first { $0.kraken == text }?.common ?? text)
    }

    /// Whether `text` names this instrument's pair in any of the spellings.
    static func names(_ text: String, _ instrument: Instrument) -> Bool {
        let joined = text.filter { $0 != "/" }
        for base in all(instrument.base) where joined.hasPrefix(base) {
            let rest = joined.dropFirst(base.count)
            if all(instrument.quote).contains(where: { $0 == rest }) { return true }
        }
        return false
    }

    private static func all(_ asset: Asset) -> [String] {
        [asset.code] + spellings.filter { $0.common == asset.code }.map(\.kraken)
    }

    /// Our id as Kraken echoes it: it keeps a `cl_ord_id` as 128 bits, so hyphens or upper case may appear.
    static func clientID(_ text: String?) -> ClientOrderID? {
        guard let text else { return nil }
        return ClientOrderID(text.filter { $0 != "-" }.lowercased())
    }
}
