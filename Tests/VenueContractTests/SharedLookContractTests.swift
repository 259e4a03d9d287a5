import SimulatedWorld
import Testing
import TradingModel
import VenueKit

/// Where questions are few, several orders are found out with the requests of one.
@Suite struct SharedLookContractTests {
    private func order(_ intent: UInt64) -> OrderReference {
        OrderReference(
            id: ClientOrderID(epoch: 1, node: 1, strategy: 1, intent: intent, leg: 0, attempt: 0),
            instrument: InstrumentID(0), side: .buy)
    }

    @Test func `an account with more closed orders than a page shows is asked one by one`() throws {
        let stand = try DeadManContractTests.Stand("kraken")
        let mischief = stand.double.mischief
        for _ in 0..<60 {
            _ = mischief.plant(
                symbol: "BTC-USDT", side: .buy, price: Price(raw: 30_000 * 100_000_000),
                quantity: Quantity(raw: 1_000_000))
        }
        mischief.cancelAllOrders()
        #expect(stand.double.observer.orderCount >= 60 && stand.double.observer.openOrders().isEmpty)
        let orders = (1...3).map { order(UInt64($0)) }
        let answers = try stand.ask { connector in
            await withTaskGroup(of: QueryAnswer.self) { group in
                for order in orders { group.addTask { await connector.query(order) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(answers == Array(repeating: .absent, count: 3))
    }

    @Test func `Kraken is asked once for five orders that it does not know`() throws {
        let stand = try DeadManContractTests.Stand("kraken")
        let orders = (1...5).map { order(UInt64($0)) }
        nonisolated(unsafe) var asked: [String] = []
        stand.network.onRequest = { _, _, target, _ in
            if target.contains("OpenOrders") || target.contains("ClosedOrders") { asked.append(target) }
        }
        let answers = try stand.ask { connector in
            await withTaskGroup(of: QueryAnswer.self) { group in
                for order in orders { group.addTask { await connector.query(order) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(answers == Array(repeating: .absent, count: 5))
        #expect(asked.count <= 4, "one look for the first, one for the others: \(asked)")
    }
}
