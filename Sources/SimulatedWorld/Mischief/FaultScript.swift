import TradingModel

/// What a double is to do wrong and when: a JSON array,
/// `[{"after":"10s","fault":"maintenance","for":"15s"},…]`. `after` counts from when the double listens.
public struct FaultScript: Sendable {
    /// A file that is no script: every problem in it, a line each.
    public struct Fault: Error, Hashable, Sendable {
        public let problems: [String]
    }

    /// One thing to do.
    public struct Step: Hashable, Sendable {
        public let after: Span
        public let fault: ScriptedFault
        /// Whether the fault ends here; it begins otherwise.
        public let isEnd: Bool

        /// For people.
        public var text: String {
            let what = fault.name + (fault.symbol.map { " of \($0)" } ?? "")
            let how = isEnd ? " ends" : fault.duration.map { " for \(SpanText.format($0))" } ?? ""
            return "after \(SpanText.format(after)): \(what)\(how)"
        }
    }

    /// By time; of what is due at once, in the order of the file.
    public let steps: [Step]

    /// Reads a script for a venue of these canonical symbols.
    public init(_ bytes: [UInt8], symbols: [String]) throws(Fault) {
        let document: JSONDocument
        do throws(JSONDocument.Fault) { document = try JSONDocument(bytes) } catch {
            throw Fault(problems: ["not JSON from byte \(error.offset) on"])
        }
        guard let entries = document.elements, !entries.isEmpty else {
            throw Fault(problems: [
                "expected an array such as [{\"after\":\"10s\",\"fault\":\"maintenance\",\"for\":\"15s\"}]"
            ])
        }
        var steps: [Step] = []
        var problems: [String] = []
        for (index, entry) in entries.enumerated() {
            var reader = EntryReader(entry)
            let (after, fault) = reader.read()
            if reader.problems.isEmpty { reader.problems = fault.problems(symbols: symbols) }
            problems += reader.problems.map { "[\(index)]: \($0)" }
            steps.append(Step(after: after, fault: fault, isEnd: false))
            if let duration = fault.duration, FaultRecipe.named(fault.name)?.end != nil {
                steps.append(Step(after: after + duration, fault: fault, isEnd: true))
            }
        }
        guard problems.isEmpty else { throw Fault(problems: problems) }
        let order = steps.indices.sorted { (steps[$0].after, $0) < (steps[$1].after, $1) }
        self.steps = order.map { steps[$0] }
    }
}

/// Reads one entry, and notes all that is wrong with it.
private struct EntryReader {
    private let members: [JSONDocument.Member]
    var problems: [String] = []

    init(_ entry: JSONDocument) {
        members = entry.members ?? []
        if entry.members == nil { problems.append("is no object") }
    }

    mutating func read() -> (after: Span, fault: ScriptedFault) {
        let known = ["after", "fault"] + FaultRecipe.Term.allCases.map(\.rawValue)
        for member in members where !known.contains(member.key) {
            problems.append("\(member.key) is no key; there are \(known.joined(separator: ", "))")
        }
        for member in members where member.value.text == nil {
            problems.append("\(member.key) is a text or a number")
        }
        let after = span("after")
        var fault = ScriptedFault(text("fault") ?? "")
        for key in ["after", "fault"] where problems.isEmpty && text(key) == nil {
            problems.append("\(key) is missing")
        }
        if let after, after < .zero { problems.append("after is not negative") }
        fault.symbol = text("symbol")
        fault.duration = span("for")
        fault.by = span("by")
        fault.count = integer("count").map { Int($0) }
        fault.percent = integer("percent")
        fault.side = side()
        fault.quantity = quantity()
        return (after ?? .zero, fault)
    }

    private func text(_ key: String) -> String? { members.first { $0.key == key }?.value.text }

    private mutating func span(_ key: String) -> Span? {
        guard let text = text(key) else { return nil }
        do throws(SpanText.Fault) { return try SpanText.parse(text) } catch {
            problems.append("\(key) is a duration with a unit, like 120ms or 1.5s, not \(text)")
            return nil
        }
    }

    private mutating func integer(_ key: String) -> Int64? {
        guard let text = text(key) else { return nil }
        if let value = Int64(text) { return value }
        problems.append("\(key) is a whole number, not \(text)")
        return nil
    }

    private mutating func side() -> Side? {
        switch text("side") {
        case nil: return nil
        case "buy": return .buy
        case "sell": return .sell
        case let other?:
            problems.append("side is buy or sell, not \(other)")
            return nil
        }
    }

    private mutating func quantity() -> Quantity? {
        guard let text = text("quantity") else { return nil }
        do throws(DecimalText.Fault) {
            return Quantity(raw: try DecimalText.parse(text, scale: SymbolRules.scale))
        } catch {
            problems.append("quantity is a number of at most \(SymbolRules.scale) decimals, not \(text)")
            return nil
        }
    }
}
