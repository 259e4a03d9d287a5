import TradingModel

/// Bybit answers seven days of a history at most: what is older is read window by window, the oldest first,
/// and within a window page by page. A page is named by its window and the venue's cursor in it.
struct HistoryWindow: Hashable, Sendable {
    /// Seven days less a minute, in milliseconds.
    static let length: Int64 = (7 * 86_400 - 60) * 1_000
    /// No cursor of the venue's begins like this.
    private static let mark = "window "

    /// Milliseconds.
    var start: Int64
    /// The venue's own; empty: the first page.
    var cursor: String

    init(start: Int64, cursor: String) {
        self.start = start
        self.cursor = cursor
    }

    /// `nil`: the page is named otherwise.
    init?(_ page: FillsCursor) {
        guard page.text.hasPrefix(HistoryWindow.mark) else { return nil }
        let words = page.text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, let start = Int64(words[1]) else { return nil }
        self.init(start: start, cursor: String(words[2]))
    }

    /// The window of a page, and where none is named that of `since`.
    init(_ page: FillsCursor?, since: Moment) {
        self =
            page.flatMap { HistoryWindow($0) }
            ?? HistoryWindow(start: max(0, since.milliseconds), cursor: "")
    }

    var page: FillsCursor {
        FillsCursor("\(HistoryWindow.mark)\(start) \(cursor)", isOlder: !cursor.isEmpty)
    }

    func end(by now: Moment) -> Int64 { max(start, min(start + HistoryWindow.length, now.milliseconds)) }

    /// What follows a page after which the venue named `cursor`; `nil`: the history has ended.
    func next(_ cursor: String, by now: Moment) -> FillsCursor? {
        if !cursor.isEmpty { return HistoryWindow(start: start, cursor: cursor).page }
        guard start + HistoryWindow.length < now.milliseconds else { return nil }
        return HistoryWindow(start: start + HistoryWindow.length, cursor: "").page
    }
}
