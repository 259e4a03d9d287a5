import Control
import Node
import TradingModel
import Watch

/// The machine under the node, for pages, metrics and answers. What could not be read is left out: absent is
/// not zero.
enum HostFigures {
    private static func known(_ report: NodeReport) -> [(line: HostWatch.Line, value: Int64, venue: String?)]
    {
        report.host.compactMap { line in
            line.value.map { (line, $0, line.venue.map { report.venues[$0.index].name }) }
        }
    }

    static func answers(_ report: NodeReport) -> [StatusAnswer.HostMeasure] {
        known(report).map { line, value, venue in
            var answer = StatusAnswer.HostMeasure()
            answer.measure = line.measure.name
            answer.venue = venue
            answer.value = value
            answer.text = line.measure.text(value)
            answer.vitality = line.vitality.name
            return answer
        }
    }

    static func json(_ report: NodeReport) -> [String] {
        known(report).map { line, value, venue in
            "{\"measure\":\"\(line.measure.name)\",\"venue\":\(venue.map { "\"\($0)\"" } ?? "null"),"
                + "\"value\":\(value),\"vitality\":\"\(line.vitality.name)\"}"
        }
    }

    /// Prometheus wants base units in names, so each measure is a family of its own.
    fileprivate static func family(_ measure: HostMeasure) -> (name: String, help: String) {
        switch measure {
        case .cpu: ("arbnode_host_cpu_percent", "Share of all cores that is busy.")
        case .memory: ("arbnode_host_resident_bytes", "What the node keeps in memory.")
        case .machineMemory: ("arbnode_host_memory_percent", "Share of the machine's memory that is taken.")
        case .disk: ("arbnode_host_disk_free_bytes", "Free room under the data directory.")
        case .descriptors: ("arbnode_host_descriptors_percent", "Open ones, of what the process may open.")
        case .temperature: ("arbnode_host_temperature_celsius", "Of the hottest sensor.")
        case .clock: ("arbnode_host_clock_offset_seconds", "What the kernel believes its clock to be off.")
        case .roundTrip: ("arbnode_round_trip_seconds", "The last request for the venue's time.")
        }
    }

    fileprivate static func sample(_ line: HostWatch.Line, _ value: Int64) -> String {
        switch line.measure {
        case .clock, .roundTrip: "\(Double(value) / 1e9)"
        case .cpu, .memory, .machineMemory, .disk, .descriptors, .temperature: "\(value)"
        }
    }

    fileprivate static func write(_ report: NodeReport, into text: inout MetricsText) {
        let lines = known(report)
        for measure in HostMeasure.allCases {
            let own = lines.filter { $0.line.measure == measure }
            guard !own.isEmpty else { continue }
            let (name, help) = family(measure)
            text.family(
                name, "gauge", help,
                own.map { ($0.venue.map { "venue=\"\($0)\"" } ?? "", sample($0.line, $0.value)) })
        }
        text.family(
            "arbnode_host_vitality", "gauge", "Against its bounds: 0 green, 1 yellow, 2 red.",
            lines.map {
                (
                    "measure=\"\($0.line.measure.name)\",venue=\"\($0.venue ?? "")\"",
                    "\($0.line.vitality.rawValue)"
                )
            })
    }
}

extension MetricsText {
    mutating func host(_ report: NodeReport) {
        HostFigures.write(report, into: &self)
        guard let isKept = report.isClockKept else { return }
        family(
            "arbnode_clock_synchronised", "gauge", "1 while something keeps the machine's clock.",
            [("", isKept ? "1" : "0")])
    }
}

extension MetricsText {
    /// What was not tried has no sample.
    mutating func selfCheck(_ report: NodeReport) {
        guard let check = report.selfCheck else { return }
        family(
            "arbnode_self_check", "gauge", "Checks that the node made of itself: 1 passed, 0 failed.",
            check.lines.filter { $0.outcome != .untried }.map { line in
                let venue = line.venue.map { report.venues[$0.index].name } ?? ""
                return (
                    "check=\"\(line.check)\",venue=\"\(venue)\"", line.outcome == .passed ? "1" : "0"
                )
            })
    }
}
