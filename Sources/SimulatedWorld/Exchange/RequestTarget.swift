/// A request target split into its path and its raw query.
struct RequestTarget {
    let path: String
    /// Without the `?`, exactly as received: this is what venues sign.
    let query: String

    init(_ target: String) {
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = String(target[..<mark])
            query = String(target[target.index(after: mark)...])
        } else {
            path = target
            query = ""
        }
    }
}

/// The fields of a query or form, percent-decoded, in the order they came.
struct FormFields {
    private(set) var pairs: [(name: String, value: String)] = []

    init(_ text: String) {
        for part in text.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = halves.count == 2 ? PercentEncoding.decode(halves[1]) : ""
            pairs.append((PercentEncoding.decode(halves[0]), value))
        }
    }

    mutating func append(name: String, value: String) { pairs.append((name, value)) }

    mutating func append(_ other: FormFields) { pairs += other.pairs }

    /// The first value under `name`; `nil` when absent, empty when given empty.
    subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    func integer(_ name: String) -> Int64? { self[name].flatMap { Int64($0) } }
}
