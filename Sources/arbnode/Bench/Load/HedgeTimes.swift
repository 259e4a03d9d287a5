import Node
import TradingModel

/// From the moment a venue handed out a fill until the hedge it called for was handed to TLS: what waited in
/// sockets and queues counts, which the node's own figure cannot see.
struct HedgeTimes {
    private(set) var log = LatencyLog()
    /// Hedges that the end of an order called for, or a fill that was told by an answer: the venue noted no
    /// fill for their moment, and the time fills are usually under way is added to the node's own figure.
    private(set) var withoutFill = 0

    /// - Parameter offset: the node's clock less the venues'.
    init(_ tape: LatencySamples, handed: [LoadedVenue.Handed], offset: Span) {
        var left: [String: [Moment]] = [:]
        for message in handed { left[message.order, default: []].append(message.at + offset) }
        var planned: [Moment: Moment] = [:]
        var underWay: [Span] = []
        for fill in tape.fills {
            // The message that told of it is the last one about its order that had left by then.
            let before = left[fill.order.description]?.last { $0 <= fill.arrivedAt }
            guard let before else { continue }
            underWay.append(fill.arrivedAt - before)
            // Of fills that came in one frame the first counts.
            planned[fill.arrivedAt] = min(planned[fill.arrivedAt] ?? before, before)
        }
        let usual = underWay.sorted().dropFirst(underWay.count / 2).first ?? .zero
        for hedge in tape.hedges {
            if let first = planned[hedge.owedSince] {
                log.record(hedge.sentAt - first)
            } else {
                withoutFill += 1
                log.record(hedge.sentAt - hedge.owedSince + usual)
            }
        }
    }
}
