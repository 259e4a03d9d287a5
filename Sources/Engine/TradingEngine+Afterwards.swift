import Orders
import Risk
import Strategies
import TradingModel

/// A pair whose orders went on their way before its story was told.
struct UntoldPair {
    var proposal: PairProposal
    /// The buy, then the sell.
    var legs: [OrderIntent]
    var strategy: Int
    var instrument: Int
    var decidedAt: Moment
    /// When each leg was sent; `nil` while it has not been.
    var sentAt: (buy: Moment?, sell: Moment?)
}

// What an order's bytes do not wait for: its trade's story, its part of the digest. Both are made up for
// before anything else happens to the books, so that nobody can see the difference.
extension TradingEngine {
    /// What the last trades came to.
    public internal(set) var trades: TradeLog {
        get {
            guard hasUntold else { return told }
            var copy = self
            copy.tellAfterwards()
            return copy.told
        }
        _modify {
            tellAfterwards()
            yield &told
        }
    }

    public internal(set) var decisions: DecisionDigest {
        get {
            var digest = digested
            for intent in undigested { add(intent, to: &digest) }
            return digest
        }
        _modify {
            tellAfterwards()
            yield &digested
        }
    }

    var hasUntold: Bool { untold != nil || !undigested.isEmpty }

    /// What comes before anything else is done at `now`.
    mutating func catchUp(to now: Moment) {
        tellAfterwards()
        if now >= riskWatch.nextLook { watchRiskIndex(now) }
    }

    /// Makes up for what orders did not wait for. Whoever carries out directives calls it behind them; the
    /// next event does, if nobody has.
    public mutating func tellAfterwards() {
        guard hasUntold else { return }
        digested = decisions
        undigested.removeAll(keepingCapacity: true)
        guard let pair = untold else { return }
        untold = nil
        told.begin(story(of: pair))
    }

    private func add(_ intent: OrderIntent, to digest: inout DecisionDigest) {
        digest.add(
            intent, venue: policy.venues[intent.venue.index].name, symbol: symbols[intent.instrument.index])
    }

    /// An order is on its way.
    mutating func tellSent(_ id: ClientOrderID, _ now: Moment) {
        if untold?.legs[0].id == id {
            untold?.sentAt.buy = now
        } else if untold?.legs[1].id == id {
            untold?.sentAt.sell = now
        } else {
            told.note(id) { $0.sentAt = now }
        }
    }

    /// An order finds its memory there: what grows by doubling would make one order in some hundreds wait for
    /// all before it to be copied.
    mutating func makeRoom() {
        beginFlattening()
        orders.makeRoom(for: 1_024)
        reservations.makeRoom(for: 256)
        undigested.reserveCapacity(64)
        output.reserveCapacity(64)
    }
}
