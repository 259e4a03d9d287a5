import ArgumentParser
import Control
import Streams

/// `arbctl venues`.
struct VenuesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "venues",
        abstract: "Each venue: may it be traded at, are its books proven, what does it wait for.",
        discussion: "Example: arbctl venues")

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.venues, as: VenuesAnswer.self, VenuesCommand.lines) }

    static func lines(_ answer: VenuesAnswer) -> [String] {
        var rows = [
            [
                "venue", "opens", "books", "proof", "checked", "failed", "resyncs", "set aside", "clock",
                "orders", "fills", "dead man", "budget",
            ]
        ]
        for venue in answer.venues {
            rows.append([
                venue.state.venue, Figures.yes(venue.state.mayOpen), "\(venue.booksProven)/\(venue.books)",
                venue.proof, "\(venue.proofChecked)", "\(venue.proofFailed)", "\(venue.resyncs)",
                "\(venue.quarantined)", Figures.span(venue.clockOffsetNs), "\(venue.orders)",
                "\(venue.fills)", venue.isDeadManArmed ? "armed" : "-",
                venue.headroom.map { "\($0)" } ?? "-",
            ])
        }
        var lines = TextTable(rows: rows, left: [0, 1, 3]).lines
        for state in answer.venues.map(\.state) {
            if let blockade = state.blockedBy { lines.append("\(state.venue): \(blockade)") }
            if let accepted = state.accepted { lines.append("\(state.venue): balances \(accepted)") }
        }
        return lines
    }
}
