/// Failures that users of other systems reported, each as a scenario of its own (reliability §3.3). The node
/// must come through every one of them with each order exactly once.
public enum Regression: String, CaseIterable, Sendable {
    /// hummingbot#493: timeouts were treated as failures, and the orders placed again.
    case timeoutIsNotFailure = "timeout-is-not-failure"
    /// hummingbot#3374: six buys declared dead had filled.
    case deadOrdersFill = "dead-orders-fill"
    /// hummingbot#8457: orders dropped in a name-service outage left a position nobody knew of.
    case outageLeavesNoPosition = "outage-leaves-no-position"
    /// NautilusTrader#4958: unresolved SUBMITTED orders became REJECTED by a timer and left orphan positions.
    case noTimerRejects = "no-timer-rejects"
    /// NautilusTrader pull request 3493: an inferred fill and the real one were both counted.
    case noFillCountsTwice = "no-fill-counts-twice"
    /// catalyst#315 and #317: an order sent again after a read timeout was executed twice.
    case noResendAfterTimeout = "no-resend-after-timeout"
    /// ccxt#2599: the same, at a venue whose ids do not protect against it.
    case noResendWhereIDsRepeat = "no-resend-where-ids-repeat"
    /// hummingbot#2501 and #3849: a quote filled while its cancel was under way, and nobody hedged it.
    case fillsDuringCancels = "fills-during-cancels"
    /// NautilusTrader#4154: a fill while a modification was under way was forgotten once that succeeded, and
    /// the order filled beyond its quantity.
    case fillsDuringAmends = "fills-during-amends"
    /// hummingbot#5299 and #4785: one leg was executed, the other was below its venue's minimum.
    case bothLegsOrNone = "both-legs-or-none"
    /// gocryptotrader#2337 and #2255: OKX sends no checksum any more, and a book with a gap was still served.
    case gapsHaveNoSize = "gaps-have-no-size"
    /// hummingbot#3341: fifteen rounds in one minute, and only fees to show for them.
    case loopsAreStopped = "loops-are-stopped"
    /// hummingbot#4779: new quotes while the hedge of the last one was still under way.
    case noQuoteBesideOpenHedge = "no-quote-beside-open-hedge"
    /// No peer unwinds a first leg whose second one's venue has died.
    case venueDiesBetweenLegs = "venue-dies-between-legs"
    /// The same where legs go in turn, before anything was sent to the venue of the second.
    case secondLegHasNoVenue = "second-leg-has-no-venue"
    /// Funding, margin and positions at cost must come out to the last unit, like everything else.
    case carryThroughFaults = "carry-through-faults"
    /// NautilusTrader pull request 4288: a cancel taken for done doubled the live orders.
    case noPhantomCancel = "no-phantom-cancel"

    var summary: String {
        switch self {
        case .timeoutIsNotFailure: "answers time out while the orders live"
        case .deadOrdersFill: "orders that no list shows have filled"
        case .outageLeavesNoPosition: "the whole network is away with orders under way"
        case .noTimerRejects: "a filled market order is absent from the open orders"
        case .noFillCountsTwice: "each fill is told by stream, by answer and by history"
        case .noResendAfterTimeout: "requests arrive after their deadline"
        case .noResendWhereIDsRepeat: "the venue takes the same client id again"
        case .fillsDuringCancels: "quotes fill while their cancels are under way"
        case .fillsDuringAmends: "quotes fill while amends are under way, and answers to these are lost"
        case .bothLegsOrNone: "lots and minimums change, and orders fill in fragments"
        case .gapsHaveNoSize: "book messages are lost at a venue that sends no checksum"
        case .loopsAreStopped: "the same pair pays again and again, beyond three cycles a minute"
        case .noQuoteBesideOpenHedge: "quotes fill while hedges are unanswered"
        case .venueDiesBetweenLegs: "a venue dies while its leg of a pair is under way"
        case .secondLegHasNoVenue:
            "a venue dies after a first leg went out elsewhere, before its own leg does"
        case .carryThroughFaults: "spot is held against a perpetual while answers and streams are lost"
        case .noPhantomCancel: "cancels are answered before their order's last fill is"
        }
    }

    var faults: Set<Fault> {
        switch self {
        case .timeoutIsNotFailure: [.v01]
        case .deadOrdersFill: [.v01, .v19]
        case .outageLeavesNoPosition: [.v22, .n09]
        case .noTimerRejects: [.v03, .v19]
        case .noFillCountsTwice: [.v05, .v06, .v11]
        case .noResendAfterTimeout: [.v02]
        case .noResendWhereIDsRepeat: [.v02, .v20]
        case .fillsDuringCancels: [.v05, .v09]
        case .fillsDuringAmends: [.v01, .v02, .v09]
        case .bothLegsOrNone: [.v07, .v17]
        case .gapsHaveNoSize: [.v12]
        case .carryThroughFaults: [.v01, .v07, .v11]
        case .loopsAreStopped, .venueDiesBetweenLegs, .secondLegHasNoVenue: []
        case .noQuoteBesideOpenHedge: [.v01, .v07]
        case .noPhantomCancel: [.v04, .v09]
        }
    }

    /// Quotes rest in it.
    var quotes: Bool {
        self == .fillsDuringCancels || self == .fillsDuringAmends || self == .noQuoteBesideOpenHedge
    }

    /// More cycles than these in a minute disable a strategy; `nil` leaves that as it is configured.
    var cyclesPerMinute: Int? { self == .loopsAreStopped ? 3 : nil }

    /// The venue it must happen at, where it matters.
    var venue: String? {
        switch self {
        case .noTimerRejects, .fillsDuringAmends: "kraken"
        case .fillsDuringCancels, .gapsHaveNoSize, .noQuoteBesideOpenHedge: "okx"
        case .noResendWhereIDsRepeat: "binance-spot"
        default: nil
        }
    }
}
