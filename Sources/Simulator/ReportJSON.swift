import Foundation

/// How the simulator writes JSON: one line, members sorted. Figures come from finite arithmetic, so that
/// encoding cannot fail.
public enum ReportJSON {
    /// For those who read reports: names in lower_snake_case.
    public static func text(_ report: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return text(report, encoder)
    }

    /// For the other side of a pipe, which decodes it again: names as the types have them.
    public static func wire(_ value: some Codable) -> String { text(value, JSONEncoder()) }

    private static func text(_ value: some Encodable, _ encoder: JSONEncoder) -> String {
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
            preconditionFailure("a report always encodes: \(error)")
        }
    }
}
