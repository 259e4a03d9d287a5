import Orders
import TradingModel

/// An outbox row as people read it: what happened, where and in which words.
public struct RowLine: Hashable, Sendable {
    /// `order`, `state`, `amend`, `fill`, `stranger`, `warrant`.
    public var subject: String
    public var place: String
    public var text: String
    public var at: Moment

    /// `nil`: a change of state, which the audit log has, or nothing that people ask for.
    ///
    /// - Parameter instruments: by `InstrumentID.index`, as the rows were decoded.
    public init?(_ record: OutboxRecord, _ instruments: [Instrument]) {
        func words(_ side: Side, _ quantity: Quantity, _ limit: Price, _ index: Int) -> String {
            let instrument = instruments[index]
            return "\(side == .buy ? "buy" : "sell") \(instrument.text(quantity)) at "
                + instrument.text(limit)
        }
        switch record {
        case .intended(let intent, let venue, let symbol):
            let what = words(intent.side, intent.quantity, intent.limit, intent.instrument.index)
            let kind = intent.purpose.reducesRisk ? "hedge" : "open"
            self.init(
                "order", "\(venue) \(symbol)", "\(intent.id) \(kind) \(what)", intent.decidedAt)
        case .moved(let id, let state, let venueOrderID, let at):
            let name = venueOrderID.isEmpty ? "" : " (\(venueOrderID))"
            self.init("state", "", "\(id) is \(state.name)\(name)", at)
        case .amended(let id, _, let state, let at):
            self.init("amend", "", "\(id) amended: \(state)", at)
        case .filled(let fill, let order, let venue, let symbol):
            let what = words(fill.side, fill.quantity, fill.price, fill.instrument.index)
            self.init(
                "fill", "\(venue) \(symbol)",
                "\(order) \(what), fee \(fill.fee) \(fill.feeAsset.code) (\(fill.tradeID))", fill.venueTime)
        case .foreign(let fill, let venue, let symbol):
            let what = words(fill.side, fill.quantity, fill.price, fill.instrument.index)
            self.init("stranger", "\(venue) \(symbol)", "\(what) (\(fill.tradeID))", fill.venueTime)
        case .warranted(let warrant, let symbol, let venues):
            self.init(
                "warrant", symbol, "\(warrant.name) at \(venues.joined(separator: ", "))", warrant.decidedAt)
        default: return nil
        }
    }

    private init(_ subject: String, _ place: String, _ text: String, _ at: Moment) {
        self.subject = subject
        self.place = place
        self.text = text
        self.at = at
    }
}
