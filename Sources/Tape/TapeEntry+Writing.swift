import Engine
import TradingModel

extension TapeWriter {
    /// A block is read without those before it.
    mutating func startBlock() {
        byte(0)
        byte(TapeEntry.version)
    }

    mutating func entry(_ entry: TapeEntry) {
        switch entry {
        case .began(let header):
            byte(1)
            text(header.version)
            moment(header.at)
            natural(header.openings)
            flag(header.isDryRun)
        case .row(let sequence, let bytes):
            byte(2)
            natural(sequence)
            block(bytes)
        case .book(let venue, let update, let at): book(update, of: venue, at: at)
        case .event(let event, let at):
            byte(4)
            moment(at)
            self.event(event)
        case .taken: byte(5)
        case .decided(let print):
            byte(6)
            natural(print)
        case .ended: byte(7)
        }
    }
}
