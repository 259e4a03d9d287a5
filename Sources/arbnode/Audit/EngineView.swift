import Books
import Engine
import Foundation
import Hedging
import Orders
import Risk
import TradingModel

/// An engine at a moment, as people ask about it.
struct EngineView: Encodable {
    struct Touch: Encodable {
        var symbol: String
        var venue: String
        var bid: String?
        var bidQuantity: String?
        var ask: String?
        var askQuantity: String?
        /// `nil`: it was never proved.
        var ageMs: Double?
        var isProved: Bool
    }

    struct Order: Encodable {
        var id: String
        var venue: String
        var symbol: String
        var side: String
        var state: String
        var quantity: String
        var filled: String
        var limit: String
    }

    struct Owed: Encodable {
        var symbol: String
        var deviation: String
        var openObligations: Int
    }

    var mode: String
    var modeReason: String
    var riskIndex: Int?
    var books: [Touch]
    var openOrders: [Order]
    var owed: [Owed]
    var pairs: Int

    init(_ engine: TradingEngine, at now: Moment) {
        let policy = engine.policy
        mode = engine.mode.name
        modeReason = engine.modeReason
        riskIndex = engine.riskIndex?.value
        pairs = engine.counters.pairs
        books = []
        for book in engine.books {
            for top in book.tops {
                books.append(
                    Touch(top, book.instrument, venue: policy.venues[top.venue.index].name, at: now))
            }
        }
        openOrders = engine.orders.live.compactMap { engine.orders[$0] }.map { Order($0, policy) }
        owed = policy.instruments.indices.map { index in
            Owed(
                symbol: policy.instruments[index].symbol,
                deviation: policy.instruments[index].text(engine.obligations[index].deviation),
                openObligations: engine.obligations[index].open.count)
        }
    }

    var lines: [String] {
        var rows = [
            ["mode", mode + (modeReason.isEmpty ? "" : " (\(modeReason))")],
            ["risk index", riskIndex.map { "\($0)" } ?? "-"], ["pairs so far", "\(pairs)"],
        ]
        rows += owed.map { ["\($0.symbol) off by", "\($0.deviation), \($0.openObligations) owed"] }
        rows += books.map { touch in
            let bid = touch.bid.map { "\($0) × \(touch.bidQuantity ?? "")" } ?? "-"
            let ask = touch.ask.map { "\($0) × \(touch.askQuantity ?? "")" } ?? "-"
            let age = touch.ageMs.map { String(format: "%.1f ms old", $0) } ?? "never proved"
            return [
                "\(touch.venue) \(touch.symbol)",
                "\(bid)  /  \(ask)  \(age)" + (touch.isProved ? "" : ", not proved"),
            ]
        }
        rows += openOrders.map {
            [
                "order",
                "\($0.id) \($0.venue) \($0.symbol) \($0.side) \($0.filled)/\($0.quantity) at \($0.limit): "
                    + $0.state,
            ]
        }
        return Terminal.columns(rows)
    }
}

extension EngineView.Touch {
    init(_ top: VenueTop, _ instrument: Instrument, venue: String, at now: Moment) {
        symbol = instrument.symbol
        self.venue = venue
        isProved = top.isSynced
        if top.hasBid {
            (bid, bidQuantity) = (instrument.text(top.bid.price), instrument.text(top.bid.quantity))
        }
        if top.hasAsk {
            (ask, askQuantity) = (instrument.text(top.ask.price), instrument.text(top.ask.quantity))
        }
        if top.provedAt != .distantPast { ageMs = Double(top.age(at: now).nanoseconds) / 1e6 }
    }
}

extension EngineView.Order {
    init(_ record: OrderRecord, _ policy: EnginePolicy) {
        let instrument = policy.instruments[record.intent.instrument.index]
        self.init(
            id: "\(record.intent.id)", venue: policy.venues[record.intent.venue.index].name,
            symbol: instrument.symbol, side: record.intent.side == .buy ? "buy" : "sell",
            state: record.state.name, quantity: instrument.text(record.intent.quantity),
            filled: instrument.text(record.filled), limit: instrument.text(record.intent.limit))
    }
}
