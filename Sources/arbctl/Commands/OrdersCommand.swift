import ArgumentParser
import Control
import Streams

/// `arbctl orders`.
struct OrdersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders",
        abstract: "Orders that are not settled, oldest first.",
        discussion: "Example: arbctl orders --unknown")

    @Flag(help: "Only those of unproven fate.") var unknown = false
    @OptionGroup var node: NodeConnection

    func run() throws {
        try node.show(.orders(onlyUnknown: unknown), as: OrdersAnswer.self, OrdersCommand.lines)
    }

    static func lines(_ answer: OrdersAnswer) -> [String] {
        var rows = [
            [
                "order", "venue", "symbol", "side", "state", "for", "kind", "cancel", "quantity", "filled",
                "limit", "age",
            ]
        ]
        for order in answer.orders {
            rows.append([
                order.id, order.venue, order.symbol, order.side, order.state, order.purpose,
                order.timeInForce, order.cancel == "none" ? "-" : order.cancel, order.quantity, order.filled,
                order.limit, Figures.span(order.ageNs),
            ])
        }
        let count = "\(answer.live) live, \(answer.unknown) of unknown fate"
        guard !answer.orders.isEmpty else { return [count] }
        return TextTable(rows: rows, left: Set(0...7)).lines + ["", count]
    }
}
