import Engine
import Node
import Risk
import TradingModel
import VenueKit
import Watch

/// What the node answers over HTTP, made from one report: liveness, readiness, status for machines, metrics.
public enum StatusPages {
    public struct Page: Sendable {
        public var status: Int
        public var contentType: String
        public var body: String
        public init(status: Int, contentType: String, body: String) {
            self.status = status
            self.contentType = contentType
            self.body = body
        }
    }

    /// The pages that need nothing of the desk: the process answers, so it lives; whether it may trade, and
    /// whether the desk is busy, is another question.
    public static func page(_ path: String) -> Page? {
        path == "/livez" ? Page(status: 200, contentType: "text/plain", body: "alive\n") : nil
    }

    /// The other pages by path; `nil` for any other path.
    public static func page(_ path: String, _ report: NodeReport) -> Page? {
        switch path {
        case "/readyz": readiness(report)
        case "/statusz": Page(status: 200, contentType: "application/json", body: status(report))
        case "/metrics": Page(status: 200, contentType: "text/plain; version=0.0.4", body: metrics(report))
        default: nil
        }
    }

    /// Ready: every venue's books are proven and its account is reconciled, and the mode lets new risk
    /// through.
    private static func readiness(_ report: NodeReport) -> Page {
        var reasons = report.venues.compactMap { venue in venue.blockedBy.map { "\(venue.name): \($0)" } }
        reasons += report.venues.filter { $0.booksSynced < $0.books }.map {
            "\($0.name): \($0.booksSynced) of \($0.books) books proven"
        }
        if report.summary.mode >= .hold {
            reasons.append("mode \(report.summary.mode.name): \(report.summary.modeReason)")
        }
        let body = reasons.isEmpty ? "ready\n" : reasons.joined(separator: "\n") + "\n"
        return Page(status: reasons.isEmpty ? 200 : 503, contentType: "text/plain", body: body)
    }

    private static func status(_ report: NodeReport) -> String {
        let summary = report.summary
        let venues = report.venues.map { venue in
            "{\"venue\":\"\(venue.name)\",\"frames\":\(venue.frames),\"books\":\(venue.books),"
                + "\"books_synced\":\(venue.booksSynced),\"may_open\":\(venue.mayOpen),"
                + "\"clock_offset_ms\":\(venue.clockOffset.milliseconds)}"
        }
        let leads = report.leads.map {
            "{\"symbol\":\"\($0.symbol)\",\"leader\":\"\($0.leader)\",\"follower\":\"\($0.follower)\","
                + "\"lag_ms\":\($0.lag.milliseconds),\"certainty\":\($0.certainty)}"
        }
        let disabled = report.disabledStrategies.map { "\"\($0.name)\"" }
        let index = summary.riskIndex.map { "\($0.value)" } ?? "null"
        let kills = summary.kills.map { "\"\($0.scope.text)\"" }.joined(separator: ",")
        return "{\"mode\":\"\(summary.mode.name)\",\"risk_index\":\(index),\"kills\":[\(kills)],"
            + "\"venues\":[\(venues.joined(separator: ","))],"
            + "\"disabled_strategies\":[\(disabled.joined(separator: ","))],"
            + "\"leads\":[\(leads.joined(separator: ","))],"
            + "\"heartbeats\":[\(heartbeats(report).joined(separator: ","))],"
            + "\"host\":[\(HostFigures.json(report).joined(separator: ","))],"
            + "\"live_orders\":\(summary.liveOrders),\"unknown_open\":\(summary.unknownOpen),"
            + "\"unhedged_notional\":\"\(summary.unhedgedNotional)\","
            + "\"residual_notional\":\"\(summary.residualNotional)\",\"pnl\":\"\(summary.profit)\","
            + "\"fees\":\"\(summary.counters.fees)\"}\n"
    }

    /// Those that are anything but green.
    private static func heartbeats(_ report: NodeReport) -> [String] {
        report.heartbeats.filter { $0.vitality != .green }.map { line in
            let venue = line.beat.venue.map { "\"\(report.venues[$0.index].name)\"" } ?? "null"
            return "{\"name\":\"\(line.beat.name)\",\"venue\":\(venue),"
                + "\"vitality\":\"\(line.vitality.name)\",\"silence_ns\":\(line.silence.nanoseconds)}"
        }
    }

    /// Vitality and silence of each heartbeat, and the cases people have not closed.
    private static func watch(_ report: NodeReport, _ text: inout MetricsText) {
        func labels(_ line: HeartbeatRegistry.Line) -> String {
            "name=\"\(line.beat.name)\","
                + "venue=\"\(line.beat.venue.map { report.venues[$0.index].name } ?? "")\","
                + "criticality=\"\(line.beat.criticality.name)\""
        }
        text.family(
            "arbnode_heartbeat", "gauge", "Vitality: 0 green, 1 yellow, 2 red.",
            report.heartbeats.map { (labels($0), "\($0.vitality.rawValue)") })
        text.family(
            "arbnode_heartbeat_silence_seconds", "gauge", "Since the last beat; 0 while resting.",
            report.heartbeats.map {
                (labels($0), $0.isResting ? "0" : "\(Double($0.silence.nanoseconds) / 1e9)")
            })
        text.family(
            "arbnode_incident_cases", "gauge", "Incident cases by state.",
            zip(IncidentState.allCases, report.cases).map { ("state=\"\($0.name)\"", "\($1)") })
    }

    private static func metrics(_ report: NodeReport) -> String {
        var text = MetricsText()
        let summary = report.summary
        text.family(
            "arbnode_mode", "gauge", "Operating mode: 0 NORMAL to 4 KILLED.",
            [("", "\(summary.mode.rawValue)")])
        text.governance(summary)
        text.family(
            "arbnode_frames_total", "counter", "Public frames received.",
            report.venues.map { (label($0), "\($0.frames)") })
        text.family(
            "arbnode_books_synced", "gauge", "Books whose proof stands.",
            report.venues.map { (label($0), "\($0.booksSynced)") })
        text.family(
            "arbnode_proofs_failed_total", "counter", "Gaps and checksum mismatches.",
            report.venues.map { (label($0), "\($0.proofFailed)") })
        text.family(
            "arbnode_quarantined_total", "counter", "Frames set aside.",
            report.venues.map { (label($0), "\($0.quarantined)") })
        text.family("arbnode_edges_total", "counter", "Edges seen.", [("", "\(summary.edges)")])
        text.family("arbnode_pairs_total", "counter", "Pairs opened.", [("", "\(summary.counters.pairs)")])
        text.family(
            "arbnode_orders_sent_total", "counter", "Orders sent.", [("", "\(summary.counters.ordersSent)")])
        text.family(
            "arbnode_orders_unknown", "gauge", "Orders of unproven fate.", [("", "\(summary.unknownOpen)")])
        text.family(
            "arbnode_hedges_completed_total", "counter", "Hedges done.", [("", "\(summary.hedgesCompleted)")])
        text.family(
            "arbnode_hedges_late_total", "counter", "Hedges past their deadline.",
            [("", "\(summary.hedgesLate)")])
        text.family(
            "arbnode_unhedged_notional", "gauge", "In quote units.", [("", "\(summary.unhedgedNotional)")])
        text.family("arbnode_profit", "gauge", "After fees, in quote units.", [("", "\(summary.profit)")])
        text.family(
            "arbnode_incidents_total", "counter", "Incidents by code.",
            report.incidents.map {
                ("code=\"\($0.incident.code.rawValue)\",venue=\"\(venueName($0, report))\"", "\($0.count)")
            })
        if let portfolio = report.portfolio { text.portfolio(portfolio) }
        watch(report, &text)
        text.host(report)
        text.selfCheck(report)
        text.latency("arbnode_frame_to_decision_seconds", report.latency.frameToDecision)
        text.latency("arbnode_decision_to_wire_seconds", report.latency.decisionToWire)
        text.latency("arbnode_fill_to_hedge_wire_seconds", report.latency.fillToHedgeWire)
        text.latency("arbnode_durable_write_seconds", report.latency.durableWrite)
        text.stages(report.latency, report.venues.map(\.name))
        return text.text
    }

    private static func label(_ venue: NodeReport.Venue) -> String { "venue=\"\(venue.name)\"" }

    private static func venueName(_ line: IncidentLog.Line, _ report: NodeReport) -> String {
        line.incident.venue.map { report.venues[$0.index].name } ?? ""
    }
}

/// Prometheus' text format.
struct MetricsText {
    private(set) var text = ""

    mutating func family(
        _ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: String)]
    ) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        for sample in samples {
            text +=
                sample.labels.isEmpty
                ? "\(name) \(sample.value)\n" : "\(name){\(sample.labels)} \(sample.value)\n"
        }
    }

    /// By venue and stage: where the time goes between a frame and our order, and back.
    mutating func stages(_ latency: DeskLatency, _ names: [String]) {
        let name = "arbnode_stage_seconds"
        var samples: [(labels: String, value: String)] = []
        var counts = ""
        for (venue, logs) in zip(names, latency.venues) {
            for (stage, log) in zip(LatencyStage.allCases, logs) where log.count > 0 {
                let labels = "venue=\"\(venue)\",stage=\"\(stage.name)\""
                samples += MetricsText.quantiles(of: log, labels + ",")
                counts += "\(name)_count{\(labels)} \(log.count)\n"
            }
        }
        family(name, "summary", "Between a frame and an order, and back.", samples)
        text += counts
    }

    private static func quantiles(
        of log: LatencyLog, _ labels: String = ""
    ) -> [(labels: String, value: String)] {
        [50, 90, 99, 99.9, 100].compactMap { p in
            log.percentile(p).map { (labels + "quantile=\"\(p / 100)\"", "\($0 / 1e6)") }
        }
    }

    mutating func latency(_ name: String, _ log: LatencyLog) {
        family(name, "summary", "Since the node started.", MetricsText.quantiles(of: log))
        text += "\(name)_count \(log.count)\n"
    }
}
