import Engine
import Hedging
import Orders
import Risk
import Tape
import TradingModel

/// One of each thing an engine can be told, with odd values in every field.
enum Samples {
    static let venue = VenueID(3)
    static let instrument = InstrumentID(17)
    static let id = ClientOrderID(epoch: 9, node: 2, strategy: 5, intent: 1 << 39, leg: 1, attempt: 7)
    static let moment = Moment(nanoseconds: 1_790_000_000_123_456_789)

    static let report = OrderReport(
        instrument: instrument, clientID: id, venueOrderID: "V-1", side: .sell, state: .expired,
        filled: Quantity(raw: 12), quantity: Quantity(raw: .max), limit: Price(raw: -1), reason: "späť",
        evidence: .query, venueTime: Moment(nanoseconds: 5))

    static var fill: FillReport {
        var fill = FillReport(
            instrument: instrument, clientID: nil, venueOrderID: "", tradeID: "t-1", side: .buy,
            price: Price(raw: 6_000_012), quantity: Quantity(raw: 1), fee: Amount(raw: .min),
            feeAsset: Asset("BNB"), isMaker: true, evidence: .answer, venueTime: .distantFuture)
        fill.isForced = true
        return fill
    }

    static let reference = OrderReference(id: id, instrument: instrument, side: .sell, venueOrderID: "V-2")
    static let amendment = Amendment(
        order: reference, venue: venue, terms: OrderTerms(quantity: Quantity(raw: 8), limit: Price(raw: 9)),
        decidedAt: moment, sendBefore: moment + .milliseconds(150))
    static let fact = ConfigurationFact(
        before: "", after: "ab12", changes: [.init(key: "limits.order_notional", before: nil, after: "5")],
        reason: "start", actor: "start", at: moment)

    static var events: [EngineEvent] {
        [
            .publicStream(venue, [instrument, InstrumentID(0)], isOpen: true),
            .bookQuarantined(venue, [], reason: "checksum"),
            .privateStream(venue, isReady: false, reason: "x"),
            .reconciled(venue), .dirty(venue, detail: "0.1 BTC"),
            .contract(
                venue,
                ContractTerms(
                    instrument: instrument, markPrice: Price(raw: 3), fundingRate: Rate(raw: -4),
                    nextFunding: moment)),
            .contract(venue, ContractTerms(instrument: instrument)),
            .funded(
                venue,
                FundingReport(
                    instrument: instrument, id: "f", amount: Amount(raw: -(1 << 90)), venueTime: moment)),
            .durable([id, .nobody]), .notDurable([id], reason: "disk full"),
            .listsRead(id, isWhole: true, showsIt: false), .reported(venue, report), .filled(venue, fill),
            .found(venue, report), .foreignFill(venue, fill), .corrected(venue, "two fills"),
            .drifted(venue, detail: "1 USDT"), .venueMode(venue, isSafe: true, reason: "r", actor: "ann"),
            .strategyApproved("basis BTC-USDT", reason: "looked", actor: "bob"), .store(.good), .store(.slow),
            .store(.low("12 MiB")), .historyDamaged("row 7"), .cancelAll(venue), .checkpoint,
            .opened(venue, Asset("USDT"), Amount(raw: .max)),
            .adjusted(venue, Asset("BTC"), by: Amount(raw: -1), reason: "a person"),
            .mode(.safe, reason: "", actor: "ann"), .headroom(venue, .max), .headroom(venue, -1),
            .clock(venue, nil), .clock(venue, .milliseconds(-12)),
            .rule("order-notional", isOn: false, reason: "why", actor: "ann"),
            .deadMan(venue, isArmed: true), .canaryOrder(venue), .draining, .timer,
        ] + answers + words
    }

    private static var answers: [EngineEvent] {
        let places: [PlaceAnswer] = [
            .accepted(venueOrderID: "V-3"), .refused(code: "-2010", message: "no money"),
            .ambiguous(code: "504"), .neverSent("no route"),
        ]
        let cancels: [CancelAnswer] = [
            .accepted, .unknownOrder, .refused(code: "1", message: "2"), .ambiguous(code: "3"),
        ]
        let amends: [AmendAnswer] = [
            .amended, .refused(code: "1", message: "2"), .unknownOrder, .ambiguous(code: "3"),
            .neverSent("4"),
        ]
        let queries: [QueryAnswer] = [.found(report), .absent, .ambiguous(code: "5")]
        return places.map { .placeAnswered(id, $0) } + cancels.map { .cancelAnswered(id, $0) }
            + amends.map { .amendAnswered(amendment, $0) } + queries.map { .queryAnswered(id, $0) }
    }

    private static var words: [EngineEvent] {
        let words: [Governance] = [
            .resume(to: .reduced, reason: "r", people: ["ann", "bob"]),
            .maintenance(.hold, reason: "upgrade", actor: "ann"),
            .maintenance(.flatten, reason: "upgrade", actor: "ann"),
            .maintenance(.end, reason: "upgraded", actor: "ann"),
            .kill(KillOrder(.all, reason: "r", actor: "ann", flattens: true)),
            .kill(KillOrder(.venue("okx"), reason: "r", actor: "ann")),
            .kill(KillOrder(.strategy("s"), reason: "r", actor: "ann")),
            .lift(.symbol("BTC-USDT"), reason: "r", people: []), .looseningDurable(.max),
            .looseningRefused(3, reason: "disk"),
            .configure(PolicyChange(policy: policy, fact: fact, people: 2), people: ["ann"]),
            .started(with: fact), .riskTarget(60, reason: "calm", actor: "ann"),
            .riskInputs(RiskInputs()),
            .riskInputs(RiskInputs(heartbeats: 90, canary: false, operatorPresent: true)),
        ]
        return words.map { .governance($0) }
    }

    /// What a digest stands for.
    static let policy = EnginePolicy(
        instruments: [], venues: [],
        limits: RiskLimits(
            orderNotional: .zero, orderQuantity: [], positionNotional: .zero, exposureNotional: .zero,
            priceCollar: .zero, bookAge: .zero, ordersPerSecond: 1),
        hedge: .init(), takerTaker: [], node: 1)

    static func named(_ digest: String) throws(TapeFault) -> EnginePolicy {
        guard digest == fact.after else { throw .malformed(digest) }
        return policy
    }

    static func recorder() -> TapeRecorder {
        TapeRecorder(
            TapeHeader(version: "1.2.3", at: moment, openings: 4, isDryRun: true),
            rows: [(8, [1, 2, 3]), (9, [])])
    }

    static func read(_ bytes: [UInt8]) throws(TapeFault) -> [TapeEntry] {
        var (entries, found) = (TapeEntries(bytes), [TapeEntry]())
        while let entry = try entries.next(named) { found.append(entry) }
        return found
    }
}
