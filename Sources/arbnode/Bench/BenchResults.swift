import Foundation
import Node
import Streams

/// What `bench` found; absent parts were not run.
struct BenchResults: Encodable {
    struct Book: Encodable {
        var venue: String
        var frames: Int
        var framesPerS: Double
        var nsPerFrame: Double
        var allocationsPerFrame: Double
        var bytesPerFrame: Double
    }
    struct Latency: Encodable {
        var p50: Double?
        var p99: Double?
        var p999: Double?
        var max: Double?
        var count: Int
        /// Percentiles as medians over rounds.
        init(medians rounds: [LatencyLog]) {
            func median(_ percent: Double) -> Double? {
                let values = rounds.compactMap { $0.percentile(percent) }
                return values.isEmpty ? nil : values.median
            }
            p50 = median(50)
            p99 = median(99)
            p999 = median(99.9)
            max = median(100)
            count = rounds.reduce(0) { $0 + $1.count }
        }
        init(_ log: LatencyLog) {
            p50 = log.percentile(50)
            p99 = log.percentile(99)
            p999 = log.percentile(99.9)
            max = log.percentile(100)
            count = log.count
        }
    }
    struct Decision: Encodable {
        var frames: Int
        var framesPerS: Double
        var frameToDecisionUs: Latency
        var allocationsPerFrame: Double
    }
    /// The outbox next to a plain synced put of RocksDB in the same run.
    struct Comparison: Encodable {
        struct Ratio: Encodable {
            var p50: Double?
            var p99: Double?
        }
        var outboxUs: Latency
        var reference: Latency
        var ratio: Ratio

        init(outbox: [LatencyLog], reference logs: [LatencyLog]) {
            outboxUs = Latency(medians: outbox)
            reference = Latency(medians: logs)
            func ratio(_ part: Double?, _ whole: Double?) -> Double? {
                guard let part, let whole, whole > 0 else { return nil }
                return part / whole
            }
            self.ratio = Ratio(
                p50: ratio(outboxUs.p50, reference.p50), p99: ratio(outboxUs.p99, reference.p99))
        }
    }
    struct Recovery: Encodable {
        var rows: Int
        var seconds: Double
    }
    struct Outbox: Encodable {
        var single: Comparison
        var batchOf64: Comparison
        /// Eight producers whose waiting rows share a batch; the reference is one row alone.
        var group: Comparison
        var recordsPerS: Double
        var recovery: Recovery

        private enum CodingKeys: String, CodingKey {
            case single, group, recordsPerS, recovery
            case batchOf64 = "batch_of_64"
        }
    }
    struct Wire: Encodable {
        var decisionToWireUs: Latency
        var durableWriteUs: Latency
        var frameToDecisionUs: Latency
    }
    struct Hedge: Encodable {
        var fillToHedgeWireUs: Latency
        var completed: Int
        var late: Int
    }

    struct Router: Encodable {
        var oracleInstances: Int
        /// Routes that were not the exhaustive search's.
        var suboptimal: Int
        /// Routes that some venue would have refused.
        var infeasible: Int
        /// Seven venues of fifty levels.
        var routeUs: Latency
    }

    struct Portfolio: Encodable {
        var returns: Int
        var instruments: Int
        /// All figures once, as the desk does it every second.
        var lookUs: Latency
    }

    /// What judging an order costs that passes.
    struct Gate: Encodable {
        var rules: Int
        var limits: Int
        var everyRuleUs: Latency
        /// By rule: it alone beside those that are no choice.
        var ruleUs: [String: Latency]
        var allocationsPerCheck: Double
    }

    var book: [Book] = []
    var gate: Gate?
    var router: Router?
    var portfolio: Portfolio?
    var decision: Decision?
    var outbox: Outbox?
    var wire: Wire?
    var hedge: Hedge?

    func encoded() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    var text: String {
        var lines: [String] = []
        if !book.isEmpty {
            var rows = [["book", "frames/s", "ns/frame", "bytes/frame", "allocations/frame"]]
            for row in book {
                rows.append([
                    row.venue, String(format: "%.0f", row.framesPerS), String(format: "%.0f", row.nsPerFrame),
                    String(format: "%.0f", row.bytesPerFrame),
                    String(format: "%.4f", row.allocationsPerFrame),
                ])
            }
            lines += TextTable(rows: rows).lines + [""]
        }
        var rows = [["µs", "p50", "p99", "p99.9", "max", "count"]]
        func row(_ name: String, _ latency: Latency) {
            rows.append(
                [name]
                    + [latency.p50, latency.p99, latency.p999, latency.max].map { value in
                        value.map { String(format: "%.1f", $0) } ?? "-"
                    } + ["\(latency.count)"])
        }
        if let decision { row("frame → decision (in process)", decision.frameToDecisionUs) }
        if let gate {
            row("gate, all \(gate.rules) rules", gate.everyRuleUs)
            for (rule, latency) in gate.ruleUs.sorted(by: { $0.key < $1.key }) {
                row("gate, \(rule) alone", latency)
            }
        }
        if let router { row("route over 7 venues × 50 levels", router.routeUs) }
        if let portfolio { row("look at all positions", portfolio.lookUs) }
        if let outbox {
            row("durable order, one row", outbox.single.outboxUs)
            row("  a plain synced put beside it", outbox.single.reference)
            row("durable batch of 64", outbox.batchOf64.outboxUs)
            row("  a plain synced batch beside it", outbox.batchOf64.reference)
            row("durable row of one of 8 producers", outbox.group.outboxUs)
        }
        if let wire {
            row("frame → decision (demo)", wire.frameToDecisionUs)
            row("decision → wire, durable (demo)", wire.decisionToWireUs)
        }
        if let hedge { row("fill → hedge on the wire (demo)", hedge.fillToHedgeWireUs) }
        if rows.count > 1 { lines += TextTable(rows: rows).lines }
        if let outbox {
            lines.append(
                String(
                    format: "outbox: %.2f × a plain put at p50, %.2f × at p99; %d rows recovered in %.1f s",
                    outbox.single.ratio.p50 ?? 0, outbox.single.ratio.p99 ?? 0, outbox.recovery.rows,
                    outbox.recovery.seconds))
        }
        if let router {
            lines.append(
                "router: \(router.oracleInstances) markets, \(router.suboptimal) routes not the best, "
                    + "\(router.infeasible) infeasible")
        }
        if let decision {
            lines.append(
                String(
                    format: "decision: %.0f frames/s, %.4f allocations/frame", decision.framesPerS,
                    decision.allocationsPerFrame))
        }
        return lines.joined(separator: "\n")
    }
}
