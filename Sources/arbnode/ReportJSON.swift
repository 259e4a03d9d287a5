import Engine
import Foundation
import Node
import Orders
import TradingModel

/// `arbnode demo --json` and `run --json`, as COMMANDS.md names the fields.
struct ReportJSON: Encodable {
    struct Venue: Encodable {
        var venue: String
        var frames: Int
        var booksSynced: Int
        var resyncs: Int64
        var proof: String
        var proofChecked: Int64
        var proofFailed: Int64
        var quarantined: Int
    }
    struct Orders: Encodable {
        var new: Int
        var sent: Int
        var acked: Int
        var filled: Int
        var canceled: Int
        var rejected: Int
        var unknownOpen: Int
    }
    struct Hedges: Encodable {
        var opened: Int
        var completed: Int
        var late: Int
        var failed: Int
        /// From the fill that owed it until nothing was owed, microseconds.
        var tookUs: Percentiles
        /// How much worse than the mid price they closed, in the quote asset; negative when better.
        var slippage: String
    }
    struct Percentiles: Encodable {
        @Explicit var p50: Double?
        @Explicit var p99: Double?
        @Explicit var p999: Double?
        init(_ log: LatencyLog) {
            p50 = log.percentile(50)
            p99 = log.percentile(99)
            p999 = log.percentile(99.9)
        }
    }
    struct Latency: Encodable {
        var frameToDecision: Percentiles
        var decisionToWire: Percentiles
        var fillToHedgeWire: Percentiles
        var durableWrite: Percentiles
    }
    /// One venue's asset in the node's ledger.
    struct Account: Encodable {
        var venue: String
        var asset: String
        var opening: String
        var balance: String
    }
    var seconds: Double
    @Explicit var seed: UInt64?
    var mode: String
    var venues: [Venue]
    var edges: Int
    var pairs: Int
    var orders: Orders
    var hedges: Hedges
    var unhedgedNotional: String
    var residualNotional: String
    var pnl: String
    var fees: String
    /// `null` where the venues hold no accounts: recordings, a dry run.
    @Explicit var ledgerEqualsVenues: Bool?
    /// What the ledger says each venue holds, sorted by venue and asset.
    var accounts: [Account]
    var recoveredRows: Int
    var latencyUs: Latency
    var incidents: [IncidentCount]

    init(_ report: NodeReport, seconds: Double, seed: UInt64?, ledgerEqualsVenues: Bool?, recoveredRows: Int)
    {
        let summary = report.summary
        self.seconds = seconds
        self.seed = seed
        mode = summary.mode.name
        venues = report.venues.map {
            Venue(
                venue: $0.name, frames: $0.frames, booksSynced: $0.booksSynced, resyncs: $0.resyncs,
                proof: $0.proof == .checksum ? "checksum" : "sequence", proofChecked: $0.proofChecked,
                proofFailed: $0.proofFailed, quarantined: $0.quarantined)
        }
        edges = summary.edges
        pairs = summary.counters.pairs
        orders = Orders(
            new: summary.counters.ordersNew, sent: summary.counters.ordersSent,
            acked: summary.counters.ordersAcked,
            filled: summary.counters.ordersFilled, canceled: summary.counters.ordersCanceled,
            rejected: summary.counters.ordersRejected, unknownOpen: summary.unknownOpen)
        hedges = Hedges(
            opened: summary.hedgesOpened, completed: summary.hedgesCompleted, late: summary.hedgesLate,
            failed: summary.hedgesFailed, tookUs: Percentiles(report.hedges.took),
            slippage: "\(report.hedges.slippage)")
        unhedgedNotional = summary.unhedgedNotional.description
        residualNotional = summary.residualNotional.description
        pnl = summary.profit.description
        fees = summary.counters.fees.description
        self.ledgerEqualsVenues = ledgerEqualsVenues
        accounts = report.accounts.map {
            Account(
                venue: report.venues[$0.venue.index].name, asset: $0.asset.code,
                opening: $0.opening.description, balance: $0.balance.description)
        }
        self.recoveredRows = recoveredRows
        latencyUs = Latency(
            frameToDecision: Percentiles(report.latency.frameToDecision),
            decisionToWire: Percentiles(report.latency.decisionToWire),
            fillToHedgeWire: Percentiles(report.latency.fillToHedgeWire),
            durableWrite: Percentiles(report.latency.durableWrite))
        incidents = report.incidents.counts
    }

    func encoded() throws -> String {
        try Terminal.json(self)
    }
}
