import Foundation

/// One line of JSON with the figures of one workload, under the names that `perf/peers` prints for others.
enum WorkloadLine {
    static func print(
        _ workload: String, _ variant: String, _ figures: KeyValuePairs<String, Double>,
        crc: (name: String, value: UInt32)? = nil
    ) {
        var parts = [
            "\"workload\":\"\(workload)\"", "\"peer\":\"arbnode\"", "\"variant\":\"\(variant)\"",
        ]
        for (name, value) in figures { parts.append("\"\(name)\":" + String(format: "%.3f", value)) }
        if let crc { parts.append("\"\(crc.name)\":\"" + String(format: "%08x", crc.value) + "\"") }
        Terminal.print("{" + parts.joined(separator: ",") + "}")
    }
}
