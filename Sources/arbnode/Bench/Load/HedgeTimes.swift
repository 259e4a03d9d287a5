import Measures
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
    init(_ tape: LatencyTape, handed: [LoadedVenue.Handed], offset: Span) {
        var waiting: [String: [Moment]] = [:]
        for fill in handed { waiting[fill.order, default: []].append(fill.at + offset) }
        var planned: [Moment: Moment] = [:]
        var underWay: [Span] = []
        for fill in tape.fills {
            let order = fill.order.description
            guard let first = waiting[order]?.first else { continue }
            waiting[order]?.removeFirst()
            underWay.append(fill.arrivedAt - first)
            // Of fills that came in one frame the first counts.
            planned[fill.arrivedAt] = min(planned[fill.arrivedAt] ?? first, first)
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
