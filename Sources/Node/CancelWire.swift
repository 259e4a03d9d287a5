import TradingModel

/// Cancels on their way from the decision to the wire.
struct CancelWire {
    private(set) var unsent: Set<ClientOrderID> = []
    /// By order: when the last byte of its last cancel was handed to TLS.
    private(set) var sent: [ClientOrderID: Moment] = [:]

    /// More are not remembered: the oldest are of no interest any more.
    static let memory = 4_096

    mutating func asked(_ id: ClientOrderID) { unsent.insert(id) }

    mutating func sent(_ id: ClientOrderID, at: Moment) {
        unsent.remove(id)
        if sent.count >= CancelWire.memory { sent.removeAll() }
        sent[id] = at
    }

    /// Answered, or it never left.
    mutating func ended(_ id: ClientOrderID) { unsent.remove(id) }
}
