import ArgumentParser
import Control
import Streams

/// `arbctl heartbeats`.
struct HeartbeatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heartbeats",
        abstract: "Who must show that it lives, and when each last did; the worst first.",
        discussion: """
            yellow and red tell after how much silence it is late, and lost. The private stream of an \
            account lives by what it tells, or by an answer from which ledger and venue were compared; an \
            echo of an order of ours that it owes counts against it.

            Example: arbctl heartbeats
            """)

    @OptionGroup var node: NodeConnection

    func run() throws { try node.show(.heartbeats, as: HeartbeatsAnswer.self, HeartbeatsCommand.lines) }

    static func lines(_ answer: HeartbeatsAnswer) -> [String] {
        var rows = [["heartbeat", "venue", "is", "silent", "yellow", "red", "for", "beats", "lost"]]
        for beat in answer.heartbeats {
            rows.append([
                beat.name, beat.venue ?? "-", beat.isResting ? "resting" : beat.vitality,
                beat.isResting ? "-" : Figures.span(beat.silenceNs), Figures.span(beat.yellowNs),
                Figures.span(beat.redNs), beat.criticality, "\(beat.beats)", "\(beat.losses)",
            ])
        }
        return TextTable(rows: rows, left: [0, 1, 2, 6]).lines
            + ["", "\(answer.green) green, \(answer.yellow) yellow, \(answer.red) red"]
    }
}
