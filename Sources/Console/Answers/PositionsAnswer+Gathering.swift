import Control
import Engine
import Hedging
import Orders
import TradingModel

extension PositionsAnswer {
    static func gather(_ engine: TradingEngine, at now: Moment) -> PositionsAnswer {
        var answer = PositionsAnswer()
        answer.atNs = now.nanoseconds
        answer.accounts = engine.ledger.accounts.map {
            Account($0, engine.policy.venues[$0.venue.index].name)
        }
        for asset in Set(engine.ledger.accounts.map(\.asset)).sorted() {
            let accounts = engine.ledger.accounts.filter { $0.asset == asset }
            var sum = AssetSum()
            sum.asset = asset.code
            sum.balance = "\(accounts.reduce(Amount.zero) { $0 + $1.balance })"
            sum.change = "\(engine.ledger.deviation(asset))"
            answer.assets.append(sum)
        }
        answer.instruments = engine.policy.instruments.indices.map { index in
            Exposure(engine.policy.instruments[index], engine.obligations[index], mid: engine.mids[index])
        }
        return answer
    }
}

extension PositionsAnswer.Account {
    init(_ account: PositionLedger.Account, _ venue: String) {
        self.init()
        self.venue = venue
        asset = account.asset.code
        isOpen = account.isOpen
        opening = "\(account.opening)"
        change = "\(account.change)"
        balance = "\(account.balance)"
    }
}

extension PositionsAnswer.Exposure {
    init(_ instrument: Instrument, _ queue: ObligationQueue, mid: Price) {
        self.init()
        symbol = instrument.symbol
        deviation = instrument.text(queue.deviation)
        owed = instrument.text(queue.owed)
        residual = instrument.text(queue.residual)
        self.mid = instrument.text(mid)
        notional = "\(instrument.notional(mid, queue.deviation))"
    }
}
