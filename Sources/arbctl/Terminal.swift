import Foundation
import Streams

/// Results go to stdout, everything else to stderr.
enum Terminal {
    static func print(_ text: String) { TextStream.result(text + "\n") }
    static func say(_ text: String) { TextStream.error.write(text + "\n") }
}

/// Figures for the eye; JSON carries the exact values.
enum Figures {
    /// A decimal string with so many decimals, the rest cut off.
    static func money(_ text: String, decimals: Int = 2) -> String {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard let whole = parts.first else { return text }
        let fraction = (parts.count > 1 ? parts[1] : "").prefix(decimals)
        let padded = fraction + String(repeating: "0", count: decimals - fraction.count)
        let cut = "\(whole).\(padded)"
        // Nothing is left of it but its sign.
        return cut.contains { ("1"..."9").contains($0) } ? cut : String(cut.drop { $0 == "-" })
    }

    static func span(_ nanoseconds: Int64) -> String {
        let size = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        switch size {
        case ..<1_000: return "\(sign)\(size) ns"
        case ..<1_000_000: return sign + String(format: "%.0f µs", Double(size) / 1e3)
        case ..<1_000_000_000: return sign + String(format: "%.1f ms", Double(size) / 1e6)
        case ..<60_000_000_000: return sign + String(format: "%.1f s", Double(size) / 1e9)
        default:
            let seconds = size / 1_000_000_000
            let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
            if hours >= 48 { return "\(sign)\(hours / 24) d \(hours % 24) h" }
            return hours > 0 ? "\(sign)\(hours) h \(minutes) min" : "\(sign)\(minutes) min \(seconds % 60) s"
        }
    }

    static func span(_ nanoseconds: Int64?) -> String { nanoseconds.map { span($0) } ?? "-" }

    static func tenths(_ value: Double) -> String { String(format: "%.1f", value) }

    static func bps(_ value: Double) -> String { String(format: "%.2f", value) }

    /// RFC 3339, UTC, to the millisecond.
    static func time(_ nanoseconds: Int64) -> String {
        // The fraction apart: a binary one would sometimes be a millisecond short.
        let seconds = Date(timeIntervalSince1970: Double(nanoseconds / 1_000_000_000))
        let fraction = nanoseconds / 1_000_000 % 1_000
        return seconds.formatted(.iso8601).dropLast() + String(format: ".%03dZ", Int(fraction))
    }

    static func yes(_ value: Bool) -> String { value ? "yes" : "no" }
}
