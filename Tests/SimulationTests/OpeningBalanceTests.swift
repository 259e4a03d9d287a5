import Engine
import Node
import Orders
import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct `An account that opens while an order of ours ends there` {
    /// The row of the order was lost, its cancel is confirmed without the fill it raced with, and the trade
    /// history lags: the balance knows of that fill before anything else does.
    @Test func `does not count the fill that its opening balance holds already`() throws {
        let stand = try NodeStand(seed: 3)
        let binance = stand.doubles[0]
        let id = ClientOrderID(epoch: 0, node: 1, strategy: 9, intent: 77, leg: 0, attempt: 0)
        let planted = binance.mischief.plant(
            clientID: id.description, symbol: "BTC-USDT", side: .sell, price: Price(raw: 6_500_000_000_000),
            quantity: Quantity(raw: 1_000_000))
        #expect(planted != nil)
        binance.mischief.cancelRaces.append(.lateFill(percent: 70, after: .seconds(1)))
        binance.mischief.tradeHistoryLag = .seconds(6)
        try stand.startNode()
        stand.run(.seconds(40))
        let zombies = try stand.report().summary.counters.zombieOrders
        #expect(zombies == 1)
        try expectAgreement(stand)
        stand.killNode()
        binance.mischief.tradeHistoryLag = .zero
        try stand.startNode()
        stand.run(.seconds(20))
        try expectAgreement(stand)
    }

    private func expectAgreement(_ stand: NodeStand) throws {
        let wrong = stand.disagreements(try stand.report()).filter { $0.hasPrefix("binance-spot") }
        #expect(wrong.isEmpty, "\(wrong)")
        let isReconciled = try stand.ask { await $0.isReconciled(0) }
        #expect(isReconciled)
    }
}

extension TradingDesk {
    fileprivate func isReconciled(_ venue: Int) -> Bool { engine.venues[venue].isReconciled }
}
