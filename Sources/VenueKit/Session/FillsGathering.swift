import TradingModel

/// Joins the pages of one trade history: each fill once, oldest first. A history that does not end is an
/// error, never a shorter history.
public struct FillsGathering: Sendable {
    /// 2,000 fills where pages are smallest (Kraken, 50).
    public static let pageLimit = 40

    private var gathered: [FillReport] = []
    private var known: Set<Key> = []
    private var pages = 0
    /// The page to ask for; `nil` at first and once the history has ended.
    public private(set) var next: FillsCursor?

    /// Both sides of a trade with oneself share the trade's id.
    private struct Key: Hashable {
        let trade: String
        let order: String
    }

    public init() {}

    public mutating func add(_ page: FillsPage) throws(VenueFault) {
        pages += 1
        // Pages counted from the newest shift when a fill comes in between: the same fill is then told twice.
        let fresh = page.fills.filter {
            known.insert(Key(trade: $0.tradeID, order: $0.venueOrderID)).inserted
        }
        gathered = next?.isOlder == true ? fresh + gathered : gathered + fresh
        guard page.next != nil else {
            next = nil
            return
        }
        guard page.next != next, pages < FillsGathering.pageLimit else {
            throw .endlessHistory(pages: pages)
        }
        next = page.next
    }

    /// Everything so far, oldest first; the venue's order stands among fills of the same moment.
    public var fills: [FillReport] {
        gathered.enumerated().sorted {
            ($0.element.venueTime, $0.offset) < ($1.element.venueTime, $1.offset)
        }.map(\.element)
    }
}
