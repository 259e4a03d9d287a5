import TradingModel

/// What buying at one venue and selling at another would have brought, over all moments both books were
/// proved.
public struct CrossVenueEdge: Hashable, Sendable, Encodable {
    /// Without the venues' punctuation: `BTCUSDT`.
    public var symbol: String
    public var buy: String
    public var sell: String
    /// Book messages after which the bid of one less fees stood above the ask of the other plus fees.
    public var moments: Int64 = 0
    /// The best bid over ask − 1 seen, in basis points, before and after both taker fees.
    public var bestBps: Double
    public var bestNetBps: Double

    enum CodingKeys: String, CodingKey {
        case symbol, buy, sell, moments
        case bestBps = "best_bps"
        case bestNetBps = "best_net_bps"
    }
}

/// The touches of books of the same symbol at different venues, compared after every message.
struct Rivalries {
    private struct Rival {
        let venue: String
        let group: Int
        let priceScale: Int
        let takerFee: Rate
        /// Raw prices, 0 when that side is not there.
        var bid: Int64 = 0
        var ask: Int64 = 0
    }

    private struct Pair: Hashable {
        let group: Int
        let buy: String
        let sell: String
    }

    private let takerFee: (String) -> Rate
    private var rivals: [Rival] = []
    private var groups: [String: Int] = [:]
    private var names: [String] = []
    private var members: [[Int]] = []
    private var edges: [Pair: CrossVenueEdge] = [:]

    init(takerFee: @escaping (String) -> Rate) { self.takerFee = takerFee }

    /// Enters a book; answers the number by which its updates are told.
    mutating func enter(_ venue: String, _ symbol: String, _ priceScale: Int) -> Int {
        let name = Rivalries.canonical(symbol)
        let group = groups[name] ?? names.count
        if group == names.count {
            groups[name] = group
            names.append(name)
            members.append([])
        }
        members[group].append(rivals.count)
        rivals.append(Rival(venue: venue, group: group, priceScale: priceScale, takerFee: takerFee(venue)))
        return rivals.count - 1
    }

    /// The touch of one book changed (0: no such side, or no proof).
    mutating func touch(_ number: Int, bid: Int64, ask: Int64) {
        guard number >= 0 else { return }
        rivals[number].bid = bid
        rivals[number].ask = ask
        let me = rivals[number]
        for other in members[me.group] where rivals[other].venue != me.venue {
            compare(buy: me, sell: rivals[other])
            compare(buy: rivals[other], sell: me)
        }
    }

    private mutating func compare(buy: Rival, sell: Rival) {
        guard buy.ask > 0, sell.bid > 0 else { return }
        let scale = max(buy.priceScale, sell.priceScale)
        let ask = Int128(buy.ask) * Int128(DecimalText.power(scale - buy.priceScale))
        let bid = Int128(sell.bid) * Int128(DecimalText.power(scale - sell.priceScale))
        let cost = ask.multipliedReportingOverflow(by: Int128(Rate.one + buy.takerFee.raw))
        let gain = bid.multipliedReportingOverflow(by: Int128(Rate.one - sell.takerFee.raw))
        guard !cost.overflow, !gain.overflow else { return }
        let gross = (Double(bid) / Double(ask) - 1) * 10_000
        let net = (Double(gain.partialValue) / Double(cost.partialValue) - 1) * 10_000
        let pair = Pair(group: buy.group, buy: buy.venue, sell: sell.venue)
        var edge =
            edges[pair]
            ?? CrossVenueEdge(
                symbol: names[buy.group], buy: buy.venue, sell: sell.venue, bestBps: gross, bestNetBps: net)
        if gain.partialValue > cost.partialValue { edge.moments += 1 }
        edge.bestBps = max(edge.bestBps, gross)
        edge.bestNetBps = max(edge.bestNetBps, net)
        edges[pair] = edge
    }

    /// All pairs that ever stood against each other, by symbol, buyer's and seller's venue.
    var found: [CrossVenueEdge] {
        edges.values.sorted { ($0.symbol, $0.buy, $0.sell) < ($1.symbol, $1.buy, $1.sell) }.map { edge in
            var rounded = edge
            rounded.bestBps = (edge.bestBps * 10_000).rounded() / 10_000
            rounded.bestNetBps = (edge.bestNetBps * 10_000).rounded() / 10_000
            return rounded
        }
    }

    /// `BTC-USDT`, `BTC/USDT` and `BTCUSDT` are one; Kraken's old names of bitcoin and dogecoin are
    /// translated.
    static func canonical(_ symbol: String) -> String {
        var name = String(symbol.uppercased().filter { $0.isLetter || $0.isNumber })
        if name.hasPrefix("XBT") { name = "BTC" + name.dropFirst(3) }
        if name.hasPrefix("XDG") { name = "DOGE" + name.dropFirst(3) }
        return name
    }
}
