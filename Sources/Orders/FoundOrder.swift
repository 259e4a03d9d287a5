import TradingModel

/// What the dead-order hunter decides about a working order it found at a venue, by the id's owner and epoch.
public enum FoundOrder: Hashable, Sendable {
    /// A row stands for it: its report is evidence like any other.
    case known
    /// Ours by its id, of an earlier epoch, but without a row: nobody will ever end it.
    case zombie
    /// Ours by its id, but of this run's epoch or a later one, though no row says so: another process trades
    /// with our name, or the directory is an old copy.
    case fromTheFuture
    /// Another node's.
    case ofNode(UInt16)
    /// A person's or another program's.
    case foreign

    public init(_ id: ClientOrderID?, hasRow: Bool, node: UInt16, epoch: UInt16) {
        guard let id else {
            self = .foreign
            return
        }
        if hasRow {
            self = .known
        } else if id.node != node {
            self = .ofNode(id.node)
        } else if id.epoch >= epoch {
            self = .fromTheFuture
        } else {
            self = .zombie
        }
    }
}

/// What happens to working orders that are not ours. They are never adopted.
public enum ForeignOrderPolicy: String, Hashable, Sendable, CaseIterable {
    case leave
    case cancel
}
