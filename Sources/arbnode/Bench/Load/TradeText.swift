import TradingModel

/// Public trades as each venue spells them: what most of a busy second consists of.
enum TradeText {
    /// One trade of the demo's bitcoin, the `number`th.
    static func frame(of venue: String, _ number: Int, at now: Moment) -> [UInt8] {
        let price = "\(59_000 + number % 2_000).\(10 + number % 90)"
        let side = number % 2 == 0 ? "buy" : "sell"
        let text =
            switch venue {
            case "binance-spot":
                "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":\(now.milliseconds),"
                    + "\"s\":\"BTCUSDT\",\"t\":\(number),\"p\":\"\(price)000000\",\"q\":\"0.00120000\","
                    + "\"T\":\(now.milliseconds),\"m\":\(number % 2 == 0),\"M\":true}}"
            case "okx":
                "{\"arg\":{\"channel\":\"trades\",\"instId\":\"BTC-USDT\"},\"data\":["
                    + "{\"instId\":\"BTC-USDT\",\"tradeId\":\"\(number)\",\"px\":\"\(price)\","
                    + "\"sz\":\"0.0012\",\"side\":\"\(side)\",\"ts\":\"\(now.milliseconds)\","
                    + "\"count\":\"1\"}]}"
            case "bybit":
                "{\"topic\":\"publicTrade.BTCUSDT\",\"type\":\"snapshot\",\"ts\":\(now.milliseconds),"
                    + "\"data\":[{\"T\":\(now.milliseconds),\"s\":\"BTCUSDT\","
                    + "\"S\":\"\(side == "buy" ? "Buy" : "Sell")\",\"v\":\"0.0012\",\"p\":\"\(price)\","
                    + "\"L\":\"PlusTick\",\"i\":\"\(number)\",\"BT\":false}]}"
            default:
                "{\"channel\":\"trade\",\"type\":\"update\",\"data\":[{\"symbol\":\"BTC/USDT\","
                    + "\"side\":\"\(side)\",\"price\":\(price),\"qty\":0.0012,\"ord_type\":\"market\","
                    + "\"trade_id\":\(number),\"timestamp\":\"2026-11-28T12:00:00.123456Z\"}]}"
            }
        return Array(text.utf8)
    }

    /// Whether a text is a message about a book.
    static func isBook(_ text: [UInt8]) -> Bool {
        for mark in marks {
            var place = 0
            let end = min(text.count, 160) - mark.count
            while place <= end {
                if text[place] == mark[0], text[place..<place + mark.count].elementsEqual(mark) {
                    return true
                }
                place += 1
            }
        }
        return false
    }

    /// Client ids of the node's spelling in a text: 32 hexadecimal digits, each once.
    static func orders(in text: [UInt8]) -> [String] {
        var found: [String] = []
        var length = 0
        for place in text.indices {
            switch text[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): length += 1
            default:
                if length == 32 {
                    let id = String(decoding: text[place - 32..<place], as: UTF8.self)
                    if !found.contains(id) { found.append(id) }
                }
                length = 0
            }
        }
        return found
    }

    private static let marks = ["depthUpdate", "\"books\"", "orderbook.", "\"book\""].map { Array($0.utf8) }
}
