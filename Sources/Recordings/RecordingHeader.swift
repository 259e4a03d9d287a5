import FoundationEssentials

/// The first line of a recording: where it comes from.
public struct RecordingHeader: Hashable, Sendable, Codable {
    /// `binance-spot`, `okx`, `bybit`, `kraken`, …
    public var venue: String
    /// The venue's own symbols.
    public var symbols: [String]
    /// Who recorded it, for people; empty when unknown.
    public var source: String?
    public var license: String?

    public init(venue: String, symbols: [String], source: String? = nil, license: String? = nil) {
        self.venue = venue
        self.symbols = symbols
        self.source = source
        self.license = license
    }

    /// Reads `# {"venue":…}`; `nil` when the line is not a header.
    init?(line: UnsafeRawBufferPointer) {
        guard line.first == UInt8(ascii: "#") else { return nil }
        let json = Data(line.dropFirst())
        do { self = try JSONDecoder().decode(RecordingHeader.self, from: json) } catch { return nil }
        guard !venue.isEmpty else { return nil }
    }

    /// The line without its newline.
    func line() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array("# ".utf8) + Array(try encoder.encode(self))
    }
}
