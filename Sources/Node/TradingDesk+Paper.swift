import Engine
import Orders
import Ports
import TradingModel

// A dry run's orders: to the paper exchange, and to no venue.
extension TradingDesk {
    /// The order is on its way for as long as the exchange says; then it meets the books of that moment.
    func transmitOnPaper(_ intent: OrderIntent, trigger: Moment?) {
        let now = world.time.now
        latency.sent(intent, trigger: trigger, at: now)
        guard let paper, paper.latency > .zero else {
            for event in paper?.execute(intent, engine, at: now) ?? [] { engine.process(event, at: now) }
            return
        }
        self.paper?.underWay.insert(intent.id)
        let arrival = now + paper.latency
        Task(executorPreference: lane) { await self.arriveOnPaper(intent, arrival) }
    }

    private func arriveOnPaper(_ intent: OrderIntent, _ arrival: Moment) async {
        do { try await world.time.sleep(until: arrival) } catch { return }  // the process is going down
        let now = world.time.now
        self.paper?.underWay.remove(intent.id)
        for event in paper?.execute(intent, engine, at: now) ?? [] { engine.process(event, at: now) }
        act()
    }

    /// Nothing rests on paper: what has arrived is over.
    func cancelOnPaper(_ order: OrderReference) {
        engine.process(.cancelAnswered(order.id, .unknownOrder), at: world.time.now)
    }

    /// The paper exchange remembers nothing: what did not fill when it arrived never was.
    func queryOnPaper(_ order: OrderReference) {
        let isUnderWay = paper?.underWay.contains(order.id) ?? false
        engine.process(
            .queryAnswered(order.id, isUnderWay ? .ambiguous(code: "under way") : .absent),
            at: world.time.now)
    }

    func listOnPaper(_ order: OrderReference) {
        let isUnderWay = paper?.underWay.contains(order.id) ?? false
        engine.process(.listsRead(order.id, isWhole: !isUnderWay, showsIt: false), at: world.time.now)
    }
}
