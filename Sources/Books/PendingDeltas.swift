import TradingModel

/// Deltas kept until a snapshot comes (Binance). Bounded: when full the older half goes, because a snapshot
/// that is still to come will be newer than that; if it is not, the join fails and another one is asked for.
struct PendingDeltas: Sendable {
    static let maximumMessages = 4_096
    static let maximumLevels = 131_072

    struct Message: Sendable {
        var first: Int64
        var last: Int64
        var bids: Range<Int>
        var asks: Range<Int>
    }

    private(set) var messages: [Message] = []
    private var levels: [LevelChange] = []

    var isEmpty: Bool { messages.isEmpty }

    mutating func removeAll() {
        messages.removeAll(keepingCapacity: true)
        levels.removeAll(keepingCapacity: true)
    }

    mutating func append(_ update: BookUpdate) {
        let added = update.bids.count + update.asks.count
        while !messages.isEmpty,
            messages.count >= PendingDeltas.maximumMessages
                || levels.count + added > PendingDeltas.maximumLevels
        {
            dropFirst((messages.count + 1) / 2)
        }
        let start = levels.count
        levels.append(contentsOf: update.bids)
        let middle = levels.count
        levels.append(contentsOf: update.asks)
        messages.append(
            Message(
                first: update.firstSequence, last: update.lastSequence, bids: start..<middle,
                asks: middle..<levels.count))
    }

    mutating func dropFirst(_ number: Int) {
        guard number > 0 else { return }
        guard number < messages.count else { return removeAll() }
        let cut = messages[number].bids.lowerBound
        messages.removeFirst(number)
        levels.removeFirst(cut)
        for index in messages.indices {
            let message = messages[index]
            messages[index].bids = message.bids.lowerBound - cut..<message.bids.upperBound - cut
            messages[index].asks = message.asks.lowerBound - cut..<message.asks.upperBound - cut
        }
    }

    func apply(_ message: Message, bids: inout Ladder, asks: inout Ladder) {
        for index in message.bids { bids.set(levels[index]) }
        for index in message.asks { asks.set(levels[index]) }
    }
}

extension Ladder {
    mutating func set(_ change: LevelChange) {
        set(
            change.price, change.quantity, priceDecimals: change.priceDecimals,
            quantityDecimals: change.quantityDecimals)
    }
}
