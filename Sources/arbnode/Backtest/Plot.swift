import Foundation

/// Plots as inline SVG, for pages that stand alone.
enum Plot {
    private static let (width, height) = (720.0, 220.0)
    private static let (left, bottom, top) = (70.0, 24.0, 12.0)

    /// A step line over `x`, both in the units of their labels.
    static func line(_ points: [(x: Double, y: Double)], x: String, y: String) -> String {
        guard let first = points.first, let last = points.last, points.count > 1 else { return nothing }
        let (low, high) = range(points.map(\.y))
        let span = max(last.x - first.x, 1e-9)
        func place(_ point: (x: Double, y: Double)) -> (Double, Double) {
            (left + (point.x - first.x) / span * (width - left - 10), level(point.y, low, high))
        }
        var path = ""
        for point in thinned(points) {
            let (px, py) = place(point)
            path += path.isEmpty ? String(format: "M%.1f %.1f", px, py) : String(format: "H%.1fV%.1f", px, py)
        }
        let zero = level(0, low, high)
        return frame(
            grid(low, high) + String(format: "<path class=zero d='M%.1f %.1fH%.1f'/>", left, zero, width - 10)
                + "<path class=line d='\(path)'/>",
            x: "\(x), \(short(first.x)) to \(short(last.x))", y: y)
    }

    /// How many values fall into each of thirty equal ranges.
    static func histogram(_ values: [Double], x: String) -> String {
        guard !values.isEmpty else { return nothing }
        let (least, most) = (values.min() ?? 0, values.max() ?? 0)
        let bins = 30
        let span = max(most - least, 1e-9)
        var counts = [Int](repeating: 0, count: bins)
        for value in values { counts[min(bins - 1, Int((value - least) / span * Double(bins)))] += 1 }
        let high = Double(counts.max() ?? 1)
        let step = (width - left - 10) / Double(bins)
        let bars = counts.enumerated().map { place, count in
            let py = level(Double(count), 0, high)
            return String(
                format: "<rect class=bar x='%.1f' y='%.1f' width='%.1f' height='%.1f'/>",
                left + Double(place) * step + 1, py, step - 2, height - bottom - py)
        }
        return frame(
            grid(0, high) + bars.joined(), x: "\(x), \(short(least)) to \(short(most))", y: "trades")
    }

    /// One bar a name, from zero up or down.
    static func bars(_ values: [(name: String, value: Double)], y: String) -> String {
        guard !values.isEmpty else { return nothing }
        let (low, high) = range(values.map(\.value))
        let step = (width - left - 10) / Double(values.count)
        let zero = level(0, low, high)
        let bars = values.enumerated().map { place, bar in
            let py = level(bar.value, low, high)
            let px = left + Double(place) * step
            let sign = bar.value < 0 ? "loss" : "bar"
            return String(
                format: "<rect class=\(sign) x='%.1f' y='%.1f' width='%.1f' height='%.1f'/>", px + 8,
                min(py, zero), step - 16, max(1, abs(py - zero)))
                + String(format: "<text x='%.1f' y='%.1f' class=mid>", px + step / 2, height - 6)
                + "\(escaped(bar.name)) \(short(bar.value))</text>"
        }
        return frame(grid(low, high) + bars.joined(), x: "", y: y)
    }

    static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    }

    private static let nothing = "<p>Nothing to show.</p>"

    private static func range(_ values: [Double]) -> (Double, Double) {
        let (low, high) = (min(0, values.min() ?? 0), max(0, values.max() ?? 0))
        return low == high ? (low - 1, high + 1) : (low, high)
    }

    private static func level(_ value: Double, _ low: Double, _ high: Double) -> Double {
        height - bottom - (value - low) / (high - low) * (height - bottom - top)
    }

    private static func grid(_ low: Double, _ high: Double) -> String {
        [low, (low + high) / 2, high].map { value in
            let py = level(value, low, high)
            return String(format: "<path class=grid d='M%.1f %.1fH%.1f'/>", left, py, width - 10)
                + String(
                    format: "<text x='%.1f' y='%.1f' class=end>%@</text>", left - 6, py + 4, short(value))
        }.joined()
    }

    private static func frame(_ inner: String, x: String, y: String) -> String {
        "<figure><figcaption>\(escaped(y))</figcaption>"
            + "<svg viewBox='0 0 \(Int(width)) \(Int(height))' role=img>\(inner)"
            + String(format: "<text x='%.1f' y='%.1f' class=mid>", (width + left) / 2, height - 6)
            + "\(escaped(x))</text></svg></figure>"
    }

    /// At most a few points a pixel; the last always stays.
    private static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        let step = max(1, points.count / 2_000)
        return points.indices.filter { $0 % step == 0 || $0 == points.count - 1 }.map { points[$0] }
    }

    private static func short(_ value: Double) -> String {
        abs(value) >= 1_000 ? String(format: "%.0f", value) : String(format: "%.4g", value)
    }
}
