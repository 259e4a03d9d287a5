/// The seeds that failed once, one a line: `seed [scenario] [seconds=S] # why`. They run before everything
/// else in every later run.
public struct Corpus: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public var seed: UInt64
        /// Empty for the world the seed draws.
        public var scenario: String
        /// Virtual length, for a failure that needs a length of its own.
        public var virtualSeconds: Double?
        public var why: String

        public init(seed: UInt64, scenario: String = "", virtualSeconds: Double? = nil, why: String = "") {
            self.seed = seed
            self.scenario = scenario
            self.virtualSeconds = virtualSeconds
            self.why = why
        }

        /// The line of this entry, without a line break.
        public var line: String {
            var words = ["\(seed)"]
            if !scenario.isEmpty { words.append(scenario) }
            if let virtualSeconds { words.append("seconds=\(virtualSeconds)") }
            let reason = why.split(whereSeparator: \.isNewline).joined(separator: " ")
            return words.joined(separator: " ") + (reason.isEmpty ? "" : "  # \(reason)")
        }
    }

    /// A line that says something else.
    public struct Problem: Error, Hashable, CustomStringConvertible {
        /// From 1.
        public var line: Int
        public var text: String
        public var description: String {
            "line \(line): \(text): expected a seed, then perhaps a scenario and seconds=S, then # why"
        }
    }

    public var entries: [Entry] = []

    public init() {}

    /// Reads a whole file; empty lines and comments are passed over.
    public init(_ text: String) throws(Problem) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let parts = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            var words = (parts.first ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
            if words.isEmpty { continue }
            guard let seed = UInt64(words.removeFirst()) else {
                throw Problem(line: index + 1, text: String(line))
            }
            var entry = Entry(seed: seed)
            if parts.count > 1 { entry.why = Corpus.trimmed(parts[1]) }
            if let last = words.last, last.hasPrefix("seconds=") {
                entry.virtualSeconds = Double(last.dropFirst("seconds=".count))
                guard let seconds = entry.virtualSeconds, seconds > 0, seconds.isFinite else {
                    throw Problem(line: index + 1, text: String(line))
                }
                words.removeLast()
            }
            guard words.count <= 1 else { throw Problem(line: index + 1, text: String(line)) }
            entry.scenario = words.first ?? ""
            entries.append(entry)
        }
    }

    /// Whether a run of the same seed in the same world stands in it already.
    public func holds(_ entry: Entry) -> Bool {
        entries.contains {
            $0.seed == entry.seed && $0.scenario == entry.scenario
                && $0.virtualSeconds == entry.virtualSeconds
        }
    }

    /// One batch an entry.
    public var batches: [SeedBatch] {
        entries.map {
            SeedBatch(
                SeedRange($0.seed, through: $0.seed), scenario: $0.scenario,
                virtualSeconds: $0.virtualSeconds, origin: .corpus)
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
