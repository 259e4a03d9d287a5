import ArgumentParser
import Control
import Streams

/// `arbctl route SYMBOL SIDE QUANTITY`: a question, never an order.
struct RouteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route",
        abstract: "Where an order would go now, and why each venue gets what it gets. Sends nothing.",
        discussion: """
            Takes the venues that new risk may go to, with their balances, minimums, fees and penalties as \
            they are. With --post-only the legs rest instead of taking, and the fees are the makers'.

            Example: arbctl route BTC-USDT buy 0.5 --limit 61000
            """)

    @Argument(help: "As the configuration spells it, like BTC-USDT.") var symbol: String
    @Argument(help: "buy or sell.") var side: RouteQuestion.Side
    @Argument(help: "Base quantity, like 0.5.") var quantity: String
    @Option(help: "The worst price before fees; without it the governor's collar, or the own side's best.")
    var limit: String?
    @Flag(help: "Legs that rest.") var postOnly = false
    @OptionGroup var node: NodeConnection

    func run() throws {
        let question = RouteQuestion(
            symbol: symbol, side: side, quantity: quantity, limit: limit, isPostOnly: postOnly)
        try node.show(.route(question), as: RouteAnswer.self, RouteCommand.lines)
    }

    static func lines(_ answer: RouteAnswer) -> [String] {
        let price = answer.isPostOnly ? "rests at" : "up to"
        var rows = [["venue", "quantity", price, "notional", "fee", "why"]]
        for venue in answer.venues {
            let leg = answer.legs.first { $0.venue == venue.venue }
            rows.append([
                venue.venue, leg?.quantity ?? "-", leg?.limit ?? "-",
                leg.map { Figures.money($0.notional) } ?? "-", leg.map { Figures.money($0.fee) } ?? "-",
                venue.reason,
            ])
        }
        let head =
            "\(answer.side) \(answer.quantity) \(answer.symbol) within \(answer.limit)"
            + (answer.isPostOnly ? ", post-only" : "")
        let average = answer.averagePrice.map { "  average \($0) all in" } ?? ""
        return [head + "  \(Figures.time(answer.atNs))", ""] + TextTable(rows: rows, left: [0, 5]).lines
            + ["", "total \(Figures.money(answer.total))\(average)  unrouted \(answer.unrouted)"]
    }
}

extension RouteQuestion.Side: ExpressibleByArgument {}
