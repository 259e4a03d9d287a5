import Foundation
import Node

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
    struct Outbox: Encodable {
        var singleUs: Latency
        var batchOf64Us: Latency
        var recordsPerS: Double
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

    var book: [Book] = []
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
        if let outbox {
            row("durable order, one row", outbox.singleUs)
            row("durable batch of 64", outbox.batchOf64Us)
        }
        if let wire {
            row("frame → decision (demo)", wire.frameToDecisionUs)
            row("decision → wire, durable (demo)", wire.decisionToWireUs)
        }
        if let hedge { row("fill → hedge on the wire (demo)", hedge.fillToHedgeWireUs) }
        if rows.count > 1 { lines += TextTable(rows: rows).lines }
        if let decision {
            lines.append(
                String(
                    format: "decision: %.0f frames/s, %.4f allocations/frame", decision.framesPerS,
                    decision.allocationsPerFrame))
        }
        return lines.joined(separator: "\n")
    }
}
