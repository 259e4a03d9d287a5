import Books
import Engine
import Hedging
import Orders
import Ports
import TradingModel
import VenueKit
import Watch

/// A node at one moment, for people, JSON and tests: copied out in one step, so its figures belong together.
public struct NodeReport: Sendable {
    public struct Venue: Sendable {
        public var name: String
        public var frames: Int
        public var booksSynced: Int
        public var books: Int
        public var resyncs: Int64
        public var proof: BookProof
        public var proofChecked: Int64
        public var proofFailed: Int64
        public var quarantined: Int
        public var mayOpen: Bool
        /// What keeps new risk away from the venue, rate budget apart; `nil` when nothing does.
        public var blockedBy: String?
        /// A person has accepted its balances, and the ledger has not followed yet: who and why.
        public var accepted: String?
        /// How far the venue's clock is ahead of ours.
        public var clockOffset: Span
        public var touches: [Touch]
    }

    /// One venue's best prices of one instrument; empty text when there is no proven book.
    public struct Touch: Sendable {
        public var symbol: String
        public var bid: String
        public var ask: String
    }

    public var at: Moment
    public var startedAt: Moment
    /// Orders go to the paper exchange.
    public var isDryRun: Bool
    public var venues: [Venue]
    public var summary: EngineSummary
    public var latency: DeskLatency
    public var incidents: [IncidentLog.Line]
    /// Cases by state, in the order of `IncidentState`.
    public var cases: [Int]
    public var heartbeats: [HeartbeatRegistry.Line]
    /// The machine, and the way to each venue.
    public var host: [HostWatch.Line]
    /// Something keeps the machine's clock synchronised; `nil`: not known.
    public var isClockKept: Bool?
    /// The last check that the node made of itself.
    public var selfCheck: SelfCheck?
    public var accounts: [PositionLedger.Account]
    public var isFlat: Bool
    /// Strategies disabled as possible logic loops.
    public var disabledStrategies: [DisabledStrategy]
    public var hedges: HedgeSummary

    /// Who moves first, where that is sure.
    public var leads: [LeadLine]
    /// All positions together; `nil` where no limits for them are configured.
    public var portfolio: PortfolioSummary?

    public struct DisabledStrategy: Sendable {
        public var name: String
        public var reason: String
    }

    /// What the last hedges came to.
    public struct HedgeSummary: Sendable {
        /// From the fill that owed it until nothing was owed.
        public var took = LatencyLog()
        /// How much worse than the mid price when it became owed, in the quote asset; negative when better.
        public var slippage = Amount.zero
        public var late = 0
    }
}

extension TradingDesk {
    public func report() -> NodeReport {
        NodeReport(
            at: world.time.now, startedAt: startedAt, isDryRun: paper != nil,
            venues: venueReports, summary: engine.summary,
            latency: latency,
            incidents: incidents.lines,
            cases: IncidentState.allCases.map { state in cases.cases.count { $0.state == state } },
            heartbeats: heartbeats, host: hostLines, isClockKept: health.host.isClockKept,
            selfCheck: health.lastCheck,
            accounts: engine.ledger.accounts, isFlat: engine.isFlat,
            disabledStrategies: engine.disabledStrategies.map { .init(name: $0.name, reason: $0.reason) },
            hedges: hedgeSummary(), leads: engine.leadLines,
            portfolio: engine.portfolioSummary)
    }

    /// The venues' part of the report, for those who need no more.
    public var venueReports: [NodeReport.Venue] { connectors.map { venueReport($0) } }

    private func hedgeSummary() -> NodeReport.HedgeSummary {
        var summary = NodeReport.HedgeSummary()
        for (index, queue) in engine.obligations.enumerated() {
            let unit = engine.policy.instruments[index].notional(Price(raw: 1), Quantity(raw: 1))
            for outcome in queue.outcomes {
                summary.took.record(outcome.took)
                summary.slippage += Amount(raw: outcome.slippage * unit.raw)
                summary.late += outcome.wasLate ? 1 : 0
            }
        }
        return summary
    }

    /// A person agrees that a strategy disabled as a possible logic loop may trade again; two must.
    public func approve(strategy name: String, reason: String, actor: String) {
        handle(.strategyApproved(name, reason: reason, actor: actor))
    }

    /// The time that ages and deadlines are counted in.
    public var now: Moment { world.time.now }

    /// Looks at the engine where it is: reading `engine` from another room copies all of it.
    public func inspect<Answer>(_ body: (TradingEngine) -> Answer) -> Answer { withEngine { body($0) } }

    public func setMode(_ mode: OperatingMode, reason: String, actor: String) {
        handle(.mode(mode, reason: reason, actor: actor))
    }

    /// A person switches a rule, by its name.
    public func setRule(_ name: String, isOn: Bool, reason: String, actor: String) {
        handle(.rule(name, isOn: isOn, reason: reason, actor: actor))
    }

    /// A person lets a venue out of its own SAFE_MODE.
    public func release(_ venue: VenueID, reason: String, actor: String) {
        handle(.venueMode(venue, isSafe: false, reason: reason, actor: actor))
    }

    /// A person has looked at a venue that stays dirty and takes its balances for right: once two reads
    /// agree, the ledger follows them, with this reason in the journal. Nothing is hedged for it.
    public func accept(_ venue: VenueID, reason: String, actor: String) {
        acceptances[venue] = "accepted by \(actor): \(reason)"
        journal(
            .corrected(
                venue: engine.policy.venues[venue.index].name, what: "its balances are taken for right",
                reason: reason, actor: actor, at: world.time.now))
    }

    private func venueReport(_ connector: VenueConnector) -> NodeReport.Venue {
        let venue = connector.venue
        let counters = connector.assumeIsolated { $0.counters }
        let offset = connector.assumeIsolated { $0.clockOffset }
        var books: [(String, VenueBook)] = []
        for consolidated in engine.books {
            if let book = consolidated.book(of: venue) {
                books.append((consolidated.instrument.symbol, book))
            }
        }
        return NodeReport.Venue(
            name: engine.policy.venues[venue.index].name, frames: counters.frames,
            booksSynced: books.count { $0.1.isSynced }, books: books.count,
            resyncs: books.reduce(0) { $0 + $1.1.counters.resyncs },
            proof: engine.policy.venues[venue.index].proof,
            proofChecked: books.reduce(0) { $0 + $1.1.counters.proofsChecked },
            proofFailed: books.reduce(0) { $0 + $1.1.counters.proofsFailed },
            quarantined: counters.quarantined.values.reduce(0, +),
            mayOpen: engine.takesNewRisk(venue), blockedBy: blockade(of: venue),
            accepted: acceptances[venue], clockOffset: offset, touches: books.map { touch($0.0, $0.1) })
    }

    private func blockade(of venue: VenueID) -> String? {
        let status = engine.venues[venue.index]
        if let block = engine.kills[.venue(status.name)] { return "killed: \(block.reason)" }
        if let reason = status.safeReason { return "SAFE_MODE: \(reason)" }
        if !status.isAccountReady { return "private stream not complete" }
        if status.isDirty { return "ledger and venue differ" }
        guard !status.isReconciled else { return nil }
        return "account not reconciled" + (reconcilingFor[venue].map { ": \($0)" } ?? "")
    }

    private func touch(_ symbol: String, _ book: VenueBook) -> NodeReport.Touch {
        guard let instrument = engine.policy.instruments.first(where: { $0.symbol == symbol }) else {
            preconditionFailure("a book of an instrument that is not configured")
        }
        return NodeReport.Touch(
            symbol: symbol, bid: book.bids.isEmpty ? "" : instrument.text(book.bids.best.price),
            ask: book.asks.isEmpty ? "" : instrument.text(book.asks.best.price))
    }
}
