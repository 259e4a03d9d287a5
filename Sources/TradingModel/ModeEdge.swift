/// Who may lead a node from one operating mode into another.
public enum ModeAuthority: Hashable, Sendable {
    /// There is nothing to change.
    case nobody
    /// The node itself, or anybody: down is automatic and immediate.
    case node
    case onePerson
    case twoPeople

    /// How many different people must agree.
    public var people: Int {
        switch self {
        case .nobody, .node: 0
        case .onePerson: 1
        case .twoPeople: 2
        }
    }
}

extension OperatingMode {
    /// Every edge there is, from the row to the column, in the order of `allCases`: down is the node's, up
    /// takes one person out of REDUCED and HOLD, and two out of SAFE_MODE and KILLED, wherever they lead.
    private static let edges: [[ModeAuthority]] = [
        [.nobody, .node, .node, .node, .node],
        [.onePerson, .nobody, .node, .node, .node],
        [.onePerson, .onePerson, .nobody, .node, .node],
        [.twoPeople, .twoPeople, .twoPeople, .nobody, .node],
        [.twoPeople, .twoPeople, .twoPeople, .twoPeople, .nobody],
    ]

    /// Who may lead from this mode to `other`.
    public func authority(to other: OperatingMode) -> ModeAuthority {
        OperatingMode.edges[Int(rawValue)][Int(other.rawValue)]
    }
}

/// Names of people who agree to something, as far as they are different people.
public enum People {
    /// Each once, whatever the spelling; the node's own name is nobody's.
    public static func distinct(_ names: [String]) -> [String] {
        var seen: [String] = []
        var result: [String] = []
        for name in names {
            let trimmed = name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            let key = trimmed.lowercased()
            guard !key.isEmpty, key != "node", !seen.contains(key) else { continue }
            seen.append(key)
            result.append(trimmed)
        }
        return result
    }
}
