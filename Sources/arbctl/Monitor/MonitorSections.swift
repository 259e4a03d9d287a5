import Control
import Streams

/// What stands on each page. Tables are made for 80 columns; what is longer is cut at its end.
enum MonitorSections {
    static func overview(_ data: MonitorData) -> [ViewSection] {
        [edges(data), exposures(data), flow(data), appetite(data), beats(data), times(data), open(data)]
    }

    // MARK: Prices

    private static func edges(_ data: MonitorData) -> ViewSection {
        var rows = [["edges", "buy at", "ask", "sell at", "bid", "gross", "net bps"]]
        var tones: [ViewLine.Tone] = []
        for book in data.books {
            guard let edge = book.edge else {
                rows.append([book.symbol, "fewer than two proven books"])
                tones.append(.warning)
                continue
            }
            rows.append([
                book.symbol, edge.buyVenue, edge.ask.price, edge.sellVenue, edge.bid.price,
                Figures.bps(edge.grossBps), Figures.bps(edge.netBps),
            ])
            tones.append(edge.minimumBps.map { edge.netBps >= $0 } ?? false ? .good : .plain)
        }
        return ViewSection(heading: TextTable(rows: rows, left: [0, 1, 3]), tones: tones)
    }

    static func books(_ data: MonitorData, height: Int) -> [ViewSection] {
        let venues = data.books.reduce(0) { $0 + $1.venues.count + 3 }
        let depth = max(1, min(5, height / max(1, venues)))
        return data.books.map { book(of: $0, depth: depth) }
    }

    private static func book(of answer: BooksAnswer, depth: Int) -> ViewSection {
        var rows = [["venue", "quantity", "bid", "ask", "quantity", "age", "book"]]
        var tones: [ViewLine.Tone] = []
        for book in answer.venues {
            for level in 0..<max(1, min(depth, max(book.bids.count, book.asks.count))) {
                let bid = level < book.bids.count ? book.bids[level] : BookLevel()
                let ask = level < book.asks.count ? book.asks[level] : BookLevel()
                let isFirst = level == 0
                rows.append([
                    isFirst ? book.venue : "", bid.quantity, bid.price, ask.price, ask.quantity,
                    isFirst ? Figures.span(book.ageNs) : "",
                    isFirst
                        ? book.loss.map { "no proof: \($0)" } ?? (book.isTradable ? "proven" : "old") : "",
                ])
                tones.append(book.isTradable ? .plain : .warning)
            }
        }
        var section = ViewSection(title(answer), TextTable(rows: rows, left: [0, 6]), tones: tones)
        section.lines += answer.leads.map {
            ViewLine(
                "\($0.leader) leads \($0.follower) by \(Figures.span($0.lagNs)) (\($0.certainty) %)", .dim)
        }
        return section
    }

    private static func title(_ answer: BooksAnswer) -> String {
        guard let edge = answer.edge else { return "\(answer.symbol)  no edge: fewer than two proven books" }
        return "\(answer.symbol)  buy \(edge.buyVenue), sell \(edge.sellVenue): "
            + "\(Figures.bps(edge.grossBps)) bps, \(Figures.bps(edge.netBps)) after fees"
    }

    // MARK: Positions and orders

    private static func exposures(_ data: MonitorData) -> ViewSection {
        var rows = [["positions", "off by", "owed", "residual", "mid", "worth"]]
        for exposure in data.positions.instruments {
            rows.append([
                exposure.symbol, exposure.deviation, exposure.owed, exposure.residual, exposure.mid,
                Figures.money(exposure.notional),
            ])
        }
        return ViewSection(heading: TextTable(rows: rows), tones: [])
    }

    private static func flow(_ data: MonitorData) -> ViewSection {
        let (orders, hedges) = (data.status.orders, data.status.hedges)
        let isWrong = orders.unknown > 0 || hedges.failed > 0
        return ViewSection(
            "orders \(orders.live) live, \(orders.unknown) unknown; \(orders.sent) sent, "
                + "\(orders.filled) filled, \(orders.rejected) rejected",
            [
                ViewLine(
                    "hedges \(hedges.open) open; \(hedges.completed) of \(hedges.opened) complete, "
                        + "\(hedges.late) late, \(hedges.failed) failed", isWrong ? .warning : .plain),
                ViewLine(
                    "profit \(Figures.money(data.status.profit)) after fees of "
                        + "\(Figures.money(data.status.fees)); unhedged "
                        + "\(Figures.money(data.status.unhedgedNotional)), residual "
                        + "\(Figures.money(data.status.residualNotional))"),
            ])
    }

    static func positions(_ data: MonitorData) -> [ViewSection] {
        var rows = [["venue", "asset", "opening", "change", "balance"]]
        for account in data.positions.accounts {
            rows.append([
                account.venue, account.asset,
                account.isOpen ? Figures.money(account.opening, decimals: 4) : "?",
                Figures.money(account.change, decimals: 4), Figures.money(account.balance, decimals: 4),
            ])
        }
        for sum in data.positions.assets {
            rows.append([
                "all", sum.asset, "", Figures.money(sum.change, decimals: 4),
                Figures.money(sum.balance, decimals: 4),
            ])
        }
        return [exposures(data), ViewSection("balances", TextTable(rows: rows, left: [0, 1]))]
    }

    static func orders(_ data: MonitorData) -> [ViewSection] {
        var rows = [["venue", "symbol", "side", "state", "quantity", "filled", "limit", "age", "for"]]
        var tones: [ViewLine.Tone] = []
        for order in data.orders.orders {
            rows.append([
                order.venue, order.symbol, order.side, order.state, order.quantity, order.filled, order.limit,
                Figures.span(order.ageNs), order.purpose,
            ])
            tones.append(order.state == "UNKNOWN" ? .alarm : .plain)
        }
        let title = "orders: \(data.orders.live) live, \(data.orders.unknown) unknown"
        return [ViewSection(title, TextTable(rows: rows, left: [0, 1, 2, 3, 8]), tones: tones)]
    }

    static func hedges(_ data: MonitorData) -> [ViewSection] {
        let answer = data.hedges
        var owed = [["symbol", "by", "rung", "quantity", "age", "left"]]
        for one in answer.open {
            owed.append([
                one.symbol, one.cause, one.rung, one.quantity, Figures.span(one.ageNs),
                one.isLate ? "LATE" : Figures.span(one.leftNs),
            ])
        }
        var done = [["ended", "symbol", "by", "quantity", "took", "slippage", ""]]
        for one in answer.completed {
            done.append([
                clock(one.openedNs + one.tookNs), one.symbol, one.cause, one.quantity,
                Figures.span(one.tookNs), Figures.money(one.slippage, decimals: 4), one.isLate ? "LATE" : "",
            ])
        }
        var trades = [["decided", "symbol", "buy → sell", "quantity", "net bps", "profit"]]
        for one in answer.trades {
            trades.append([
                clock(one.decidedNs), one.symbol, "\(one.buyVenue) → \(one.sellVenue)", one.quantity,
                Figures.bps(one.netBps), Figures.money(one.profit, decimals: 4),
            ])
        }
        return [
            ViewSection(
                "owed now (deadline \(Figures.span(answer.deadlineNs)))",
                TextTable(rows: owed, left: [0, 1, 2]),
                tones: answer.open.map { $0.isLate ? .alarm : .warning }, none: "nothing"),
            ViewSection(
                "last hedges", TextTable(rows: done, left: [0, 1, 2]),
                tones: answer.completed.map { $0.isLate ? .warning : .plain }),
            ViewSection("last trades", TextTable(rows: trades, left: [0, 1, 2])),
        ]
    }

    /// `14:13:20.123`.
    static func clock(_ nanoseconds: Int64) -> String {
        String(Figures.time(nanoseconds).dropFirst(11).prefix(12))
    }
}

extension ViewSection {
    /// A section that is one table: its heading is the title.
    init(heading table: TextTable, tones: [ViewLine.Tone]) {
        let lines = table.lines
        title = lines.first ?? ""
        self.lines = lines.dropFirst().enumerated().map { row, text in
            ViewLine(text, row < tones.count ? tones[row] : .plain)
        }
        if self.lines.isEmpty { self.lines = [ViewLine("none", .dim)] }
    }
}
