/// The effective configuration, value by value, each with its origin: what `arbnode config show` prints.
public struct ConfigurationDocument: Sendable {
    public struct Value: Hashable, Sendable {
        /// `hedge.deadline`, `venues.okx.fees.taker`.
        public var key: String
        /// Spelled as a configuration file may spell it.
        public var text: String
        public var origin: ValueOrigin
    }

    /// The file that was loaded.
    public var file: String
    /// In the order of the schema.
    public var values: [Value]

    public init(file: String, values: [Value]) {
        self.file = file
        self.values = values
    }

    /// A table of key, value and origin, aligned, a value a line.
    public func render() -> String {
        let keyWidth = values.map(\.key.count).max() ?? 0
        // A long list of codes must not push every origin off the screen.
        let textWidth = min(48, values.map(\.text.count).max() ?? 0)
        return values.map { value in
            let gap = String(repeating: " ", count: keyWidth - value.key.count + 2)
            let rest = String(repeating: " ", count: max(0, textWidth - value.text.count) + 2)
            return value.key + gap + value.text + rest + value.origin.description
        }.joined(separator: "\n")
    }

    /// One JSON object: `{"file","values":[{"key","value","origin"}]}`.
    public func json() -> String {
        struct Row: Encodable {
            var key: String
            var value: String
            var origin: String
        }
        struct Document: Encodable {
            var file: String
            var values: [Row]
        }
        let rows = values.map { Row(key: $0.key, value: $0.text, origin: $0.origin.description) }
        return JSONText.of(Document(file: file, values: rows))
    }
}
