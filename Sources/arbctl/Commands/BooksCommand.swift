import ArgumentParser
import Control
import Streams

/// `arbctl books SYMBOL`.
struct BooksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "books",
        abstract: "A symbol's books at every venue, and the edge between the best two.",
        discussion: """
            A book without proof has no levels. The edge is that of the best pair of venues, be it a loss: \
            gross between the two touches, net after both taker fees.

            Example: arbctl books BTC-USDT
            """)

    @Argument(help: "As the configuration spells it, like BTC-USDT.") var symbol: String
    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.books(symbol: symbol), as: BooksAnswer.self, BooksCommand.lines) }

    static func lines(_ answer: BooksAnswer) -> [String] {
        var rows = [["venue", "proven", "age", "fee bps", "quantity", "bid", "ask", "quantity"]]
        for book in answer.venues {
            let depth = max(1, book.bids.count, book.asks.count)
            for row in 0..<depth {
                let isFirst = row == 0
                let bid = row < book.bids.count ? book.bids[row] : BookLevel()
                let ask = row < book.asks.count ? book.asks[row] : BookLevel()
                rows.append([
                    isFirst ? book.venue : "", isFirst ? proof(book) : "",
                    isFirst ? Figures.span(book.ageNs) : "", isFirst ? Figures.bps(book.takerFeeBps) : "",
                    bid.quantity, bid.price, ask.price, ask.quantity,
                ])
            }
        }
        return ["\(answer.symbol)  \(Figures.time(answer.atNs))", ""]
            + TextTable(rows: rows, left: [0, 1]).lines + [""] + top(answer)
    }

    private static func proof(_ book: BooksAnswer.Book) -> String {
        if let loss = book.loss { return "no: \(loss)" }
        return book.isTradable ? "yes" : "yes, old"
    }

    private static func top(_ answer: BooksAnswer) -> [String] {
        func touch(_ touch: BooksAnswer.Touch?) -> String {
            touch.map { "\($0.level.price) × \($0.level.quantity) at \($0.venue)" } ?? "none"
        }
        var lines = ["best bid  \(touch(answer.bestBid))", "best ask  \(touch(answer.bestAsk))"]
        if let edge = answer.edge {
            let asked = edge.minimumBps.map { "; a strategy opens from \(Figures.bps($0))" } ?? ""
            lines += [
                "edge      buy \(edge.buyVenue) at \(edge.ask.price), sell \(edge.sellVenue) "
                    + "at \(edge.bid.price)",
                "          \(Figures.bps(edge.grossBps)) bps before fees, "
                    + "\(Figures.bps(edge.netBps)) bps after\(asked)",
            ]
        } else {
            lines.append("edge      none: fewer than two books are proven and fresh")
        }
        lines += answer.leads.map {
            "leads     \($0.leader) leads \($0.follower) by \(Figures.span($0.lagNs)) "
                + "(\($0.certainty) % of moves)"
        }
        if answer.leads.isEmpty { lines.append("leads     nobody, for certain") }
        return lines
    }
}
