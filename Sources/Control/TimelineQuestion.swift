/// Which part of a node's history somebody asks for.
public struct TimelineQuestion: Hashable, Sendable {
    /// In nanoseconds since 1970, the end exclusive.
    public var from: UInt64
    public var to: UInt64
    /// These subjects alone; empty: all.
    public var subjects: [String]
    /// At most so many entries, the newest.
    public var most: Int

    public static let ordinary = 200
    public static let largest = 20_000

    public init(from: UInt64, to: UInt64, subjects: [String] = [], most: Int = TimelineQuestion.ordinary) {
        self.from = from
        self.to = to
        self.subjects = subjects
        self.most = most
    }

    var arguments: [String: ControlArgument] {
        var arguments: [String: ControlArgument] = [
            "from_ns": .number(from), "to_ns": .number(to), "most": .number(UInt64(max(0, most))),
        ]
        if !subjects.isEmpty { arguments["subjects"] = .text(subjects.joined(separator: ",")) }
        return arguments
    }
}
