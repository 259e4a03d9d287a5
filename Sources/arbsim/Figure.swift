import Foundation

/// Figures for people.
enum Figure {
    /// Three significant digits or so: `0.42`, `7.3`, `1843`.
    static func short(_ value: Double) -> String {
        let digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
        return String(format: "%.\(digits)f", value)
    }

    /// `42 s`, `7 min`, `3.2 h`.
    static func time(_ seconds: Double) -> String {
        if seconds < 90 { return "\(Int(seconds.rounded())) s" }
        if seconds < 5400 { return "\(Int((seconds / 60).rounded())) min" }
        return String(format: "%.1f h", seconds / 3600)
    }
}
