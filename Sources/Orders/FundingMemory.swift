import TradingModel

/// Up to when the funding of each perpetual is booked: a payment is booked once, however often it is told and
/// across restarts. It lives in the reasons of `adjusted` rows, where people read it too.
public struct FundingMemory: Hashable, Sendable {
    private struct Key: Hashable {
        var venue: String
        var symbol: String
    }
    private var until: [Key: Moment] = [:]

    public init() {}

    private static let word = "funding"

    /// The reason of the row that books a payment, or, with amount zero, only remembers how far they are
    /// booked: `funding BTC-USDT 623950854533513219 at 1695033476167`.
    public static func reason(_ symbol: String, _ id: String, _ at: Moment) -> String {
        "\(word) \(symbol) \(id) at \(at.milliseconds)"
    }

    /// Takes note of a row; answers whether what it books was booked before: a row whose write was thought to
    /// have failed may stand twice. Rows of other adjustments are none of its business.
    public mutating func note(_ reason: String, venue: String) -> Bool {
        let words = reason.split(separator: " ")
        guard words.count == 5, words[0] == FundingMemory.word, words[3] == "at",
            let milliseconds = Int64(words[4])
        else { return false }
        let at = Moment(nanoseconds: milliseconds * 1_000_000)
        let symbol = String(words[1])
        let isKnown = booked(symbol, venue: venue).map { at <= $0 } ?? false
        note(at, symbol, venue: venue)
        return isKnown
    }

    public mutating func note(_ at: Moment, _ symbol: String, venue: String) {
        let key = Key(venue: venue, symbol: symbol)
        until[key] = max(until[key] ?? .distantPast, at)
    }

    /// Until when the payments of a perpetual are booked; `nil` when its account was never opened.
    public func booked(_ symbol: String, venue: String) -> Moment? {
        until[Key(venue: venue, symbol: symbol)]
    }
}
