import Engine
import Orders
import Ports
import TradingModel

// A dry run's orders: to the paper exchange, and to no venue.
extension TradingDesk {
    /// The order is on its way for as long as the exchange says; then it meets the books of that moment.
    func transmitOnPaper(_ intent: OrderIntent) {
        let now = world.time.now
        latency.sent(intent, at: now)
        guard let paper, paper.latency > .zero else {
            let events = withEngine { paper?.execute(intent, $0, at: now) }
            for event in events ?? [] { tell(event, at: now) }
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
        let events = withEngine { paper?.execute(intent, $0, at: now) }
        for event in events ?? [] { tell(event, at: now) }
        act()
    }

    func amendOnPaper(_ amendment: Amendment) {
        guard let paper, paper.latency > .zero else { return meetAmend(amendment) }
        let arrival = world.time.now + paper.latency
        Task(executorPreference: lane) { await self.amendArrives(amendment, arrival) }
    }

    private func amendArrives(_ amendment: Amendment, _ arrival: Moment) async {
        do { try await world.time.sleep(until: arrival) } catch { return }  // the process is going down
        meetAmend(amendment)
        act()
    }

    private func meetAmend(_ amendment: Amendment) {
        guard let answer = withEngine({ paper?.amend(amendment, $0) }) else { return }
        tell(.amendAnswered(amendment, answer), at: world.time.now)
    }

    /// A book has changed: quotes that it crosses fill.
    func meetOnPaper(_ venue: VenueID, _ instrument: InstrumentID) {
        let now = world.time.now
        let events = withEngine { paper?.meet(venue, instrument, $0, at: now) }
        for event in events ?? [] { tell(event, at: now) }
    }

    /// At once: what a cancel takes to arrive is left out, so that a quote is never filled after it.
    func cancelOnPaper(_ order: OrderReference) {
        let now = world.time.now
        guard let ended = paper?.cancel(order.id, at: now) else {
            return tell(.cancelAnswered(order.id, .unknownOrder), at: now)
        }
        tell(.cancelAnswered(order.id, .accepted), at: now)
        tell(ended, at: now)
    }

    /// Positions on paper pay and collect what real ones would, at the venue's own rate and mark.
    func payFundingOnPaper() {
        let now = world.time.now
        for payment in withEngine({ $0.dueFunding(at: now) }) {
            tell(.funded(payment.venue, payment.report), at: now)
        }
    }

    func queryOnPaper(_ order: OrderReference) {
        let now = world.time.now
        tell(.queryAnswered(order.id, answerOnPaper(order.id, now)), at: now)
    }

    /// What rested when an earlier run ended has ended with it, as filled as its rows say: this run's
    /// exchange knows nothing of it, and an order that had filled in part can not be proven absent.
    private func answerOnPaper(_ id: ClientOrderID, _ now: Moment) -> QueryAnswer {
        let answer = paper?.query(id, at: now) ?? .absent
        guard answer == .absent, let record = engine.orders[id], record.filled > .zero else { return answer }
        let (order, name) = (record.intent, record.venueOrderID)
        return .found(PaperExchange.report(order, name, .canceled, filled: record.filled, now))
    }

    /// The same answer as a list gives it: without the order, with it, or not to be had yet.
    func listOnPaper(_ order: OrderReference) {
        let now = world.time.now
        let event: EngineEvent =
            switch answerOnPaper(order.id, now) {
            case .found: .listsRead(order.id, isWhole: true, showsIt: true)
            case .absent: .listsRead(order.id, isWhole: true, showsIt: false)
            case .ambiguous: .listsRead(order.id, isWhole: false, showsIt: false)
            }
        tell(event, at: now)
    }
}
