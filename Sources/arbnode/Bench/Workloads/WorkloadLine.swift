import Foundation

/// One line of JSON with the figures of one workload, under the names that `perf/peers` prints for the others.
enum WorkloadLine {
    static func print(
        _ workload: String, _ variant: String, _ figures: KeyValuePairs<String, Double>, crc: (String, UInt32)? = nil
    ) {
        var parts = [
            "\"workload\":\"\(workload)\"", "\"peer\":\"arbnode\"", "\"variant\":\"\(variant)\"",
        ]
        for (name, value) in figures {
            parts.append("\"\(name)\":\(String(format: "%.4g", locale: nil, value).contains("e") ? String(format: "%.0f", value) : String(format: "%.3f", value))")
        }
        if let crc { parts.append("\"\(crc.0)\":\"\(String(format: "%08x", crc.1))\"") }
        Terminal.print("{" + parts.joined(separator: ",") + "}")
    }
}
