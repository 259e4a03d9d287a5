import Control
import Engine
import Orders
import TradingModel

extension OrdersAnswer {
    /// More than this are counted, not listed.
    static let most = 500

    static func gather(_ engine: TradingEngine, onlyUnknown: Bool, at now: Moment) -> OrdersAnswer {
        let live = engine.orders.live.compactMap { engine.orders[$0] }
        let unknown = live.filter { $0.state == .unknown }
        var answer = OrdersAnswer()
        answer.atNs = now.nanoseconds
        answer.live = live.count
        answer.unknown = unknown.count
        answer.orders = (onlyUnknown ? unknown : live).prefix(most).map { Order($0, engine.policy, now) }
        return answer
    }
}

extension OrdersAnswer.Order {
    init(_ record: OrderRecord, _ policy: EnginePolicy, _ now: Moment) {
        self.init()
        let intent = record.intent
        let instrument = policy.instruments[intent.instrument.index]
        id = "\(intent.id)"
        venue = policy.venues[intent.venue.index].name
        symbol = instrument.symbol
        side = intent.side.name
        state = record.state.name
        purpose = "\(intent.purpose)"
        timeInForce = intent.timeInForce.name
        quantity = instrument.text(record.terms.quantity)
        filled = instrument.text(record.filled)
        limit = instrument.text(record.terms.limit)
        cancel = record.cancel.name
        venueOrderId = record.venueOrderID
        decidedNs = intent.decidedAt.nanoseconds
        changedNs = record.changedAt.nanoseconds
        ageNs = (now - intent.decidedAt).nanoseconds
    }
}

extension Side {
    var name: String { self == .buy ? "buy" : "sell" }
}

extension TimeInForce {
    fileprivate var name: String {
        switch self {
        case .immediateOrCancel: "ioc"
        case .goodTillCanceled: "gtc"
        case .fillOrKill: "fok"
        case .postOnly: "post-only"
        }
    }
}

extension CancelState {
    fileprivate var name: String {
        switch self {
        case .none: "none"
        case .sent: "sent"
        case .unknown: "unknown"
        case .accepted: "accepted"
        case .orderUnknown: "order-unknown"
        case .refused: "refused"
        }
    }
}
