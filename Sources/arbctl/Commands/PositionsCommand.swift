import ArgumentParser
import Control
import Streams

/// `arbctl positions`.
struct PositionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "positions",
        abstract: "Balances at every venue, and what is off by instrument.",
        discussion: "Example: arbctl positions")

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.positions, as: PositionsAnswer.self, PositionsCommand.lines) }

    static func lines(_ answer: PositionsAnswer) -> [String] {
        var rows = [["venue", "asset", "opening", "change", "balance"]]
        for account in answer.accounts {
            rows.append([
                account.venue, account.asset, account.isOpen ? account.opening : "not known yet",
                account.change, account.balance,
            ])
        }
        for sum in answer.assets { rows.append(["all", sum.asset, "", sum.change, sum.balance]) }
        var exposures = [["instrument", "off by", "owed", "residual", "mid", "worth"]]
        for exposure in answer.instruments {
            exposures.append([
                exposure.symbol, exposure.deviation, exposure.owed, exposure.residual, exposure.mid,
                Figures.money(exposure.notional),
            ])
        }
        return TextTable(rows: rows, left: [0, 1]).lines + [""] + TextTable(rows: exposures).lines
    }
}
