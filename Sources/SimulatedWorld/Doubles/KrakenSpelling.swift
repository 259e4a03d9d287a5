import TradingModel

/// Kraken's names and ids. REST calls bitcoin XBT and prefixes old assets with X or Z; WebSocket v2 says BTC.
enum KrakenSpelling {
    private static let oldAssets = [
        "BTC": "XXBT", "ETH": "XETH", "LTC": "XLTC", "XRP": "XXRP", "USD": "ZUSD", "EUR": "ZEUR",
    ]

    /// `BTC` → `XXBT`, `USDT` → `USDT`: the key of balances and `Assets`.
    static func asset(_ code: String) -> String { oldAssets[code] ?? code }

    /// `BTC` → `XBT`.
    static func alternative(_ code: String) -> String { code == "BTC" ? "XBT" : code }

    /// Key of `AssetPairs`: prefixed when both sides are old assets (`XXBTZUSD`), else like the alternative
    /// name.
    static func pair(_ rules: SymbolRules) -> String {
        if oldAssets[rules.base] != nil, oldAssets[rules.quote] != nil {
            return asset(rules.base) + asset(rules.quote)
        }
        return pairAlternative(rules)
    }

    /// `XBTUSDT`.
    static func pairAlternative(_ rules: SymbolRules) -> String {
        alternative(rules.base) + alternative(rules.quote)
    }

    /// `XBT/USDT`: the name of WebSocket v1, published in `AssetPairs`.
    static func oldStreamName(_ rules: SymbolRules) -> String {
        alternative(rules.base) + "/" + alternative(rules.quote)
    }

    /// `BTC/USDT`: WebSocket v2.
    static func streamName(_ rules: SymbolRules) -> String { rules.base + "/" + rules.quote }

    /// REST takes any of the spellings.
    static func names(_ rules: SymbolRules, _ text: String) -> Bool {
        text == pair(rules) || text == pairAlternative(rules) || text == oldStreamName(rules)
            || text == streamName(rules) || text == rules.base + rules.quote
    }

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// `OAAABC-DEFGH-IJKLMN`: a letter that says what it is, then 16 base-32 digits.
    static func id(_ letter: String, _ number: Int64) -> String {
        var rest = UInt64(number)
        var text: [UInt8] = []
        for _ in 0..<16 {
            text.append(digits[Int(rest & 31)])
            rest >>= 5
        }
        text.reverse()
        let parts = [text[0..<5], text[5..<10], text[10..<16]].map { String(decoding: $0, as: UTF8.self) }
        return letter + parts.joined(separator: "-")
    }

    /// The number back; `nil` when the text is no such id.
    static func number(_ letter: String, _ id: String) -> Int64? {
        let bytes = Array(id.utf8)
        guard bytes.count == 19, id.hasPrefix(letter), bytes[6] == UInt8(ascii: "-"),
            bytes[12] == UInt8(ascii: "-")
        else { return nil }
        var value: UInt64 = 0
        for (place, byte) in bytes.enumerated() where place != 0 && place != 6 && place != 12 {
            guard let digit = digits.firstIndex(of: byte) else { return nil }
            guard value < 1 << 58 else { return nil }
            value = value << 5 | UInt64(digit)
        }
        return Int64(exactly: value)
    }

    /// Seconds with four decimals, as a JSON number.
    static func seconds(_ moment: Moment) -> String {
        let parts = String(moment.nanoseconds / 100_000 % 10_000)
        let padding = String(repeating: "0", count: 4 - parts.utf8.count)
        return String(moment.nanoseconds / 1_000_000_000) + "." + padding + parts
    }
}

/// CRC-32 (IEEE 802.3, reflected), as Kraken's book checksum uses it.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { word, _ in word & 1 == 1 ? word >> 1 ^ 0xEDB8_8320 : word >> 1 }
    }

    static func of(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { crc, byte in table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8 }
    }
}

/// Kraken's book checksum: top ten asks from the lowest, then top ten bids from the highest; of each level
/// the price and the quantity as the feed spells them, without the point and without leading zeros.
enum KrakenChecksum {
    static func of(asks: [(price: String, quantity: String)], bids: [(price: String, quantity: String)])
        -> UInt32
    {
        var text: [UInt8] = []
        for level in asks.prefix(10) + bids.prefix(10) {
            append(level.price, to: &text)
            append(level.quantity, to: &text)
        }
        return CRC32.of(text)
    }

    /// The same from the numbers: without point and leading zeros, a decimal's text is its integer of the
    /// last place shown.
    static func of(asks: [FeedLevel], bids: [FeedLevel], priceDecimals: Int) -> UInt32 {
        var text: [UInt8] = []
        text.reserveCapacity(400)
        for side in [asks, bids] {
            for level in side.prefix(10) {
                let shown = JSONWriter.shown(level.price, priceDecimals)
                append(level.price / DecimalText.power(SymbolRules.scale - shown), to: &text)
                append(level.quantity, to: &text)
            }
        }
        return CRC32.of(text)
    }

    private static func append(_ number: Int64, to text: inout [UInt8]) {
        if number > 0 { JSONWriter.append(number, scale: 0, decimals: 0, to: &text) }
    }

    private static func append(_ number: String, to text: inout [UInt8]) {
        text += number.utf8.filter { $0 != UInt8(ascii: ".") }.drop { $0 == UInt8(ascii: "0") }
    }
}
