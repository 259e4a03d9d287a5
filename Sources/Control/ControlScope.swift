/// What a kill, or its end, is about.
public enum ControlScope: Hashable, Sendable {
    case all
    case venue(String)
    case strategy(String)
    case symbol(String)

    var arguments: [String: ControlArgument] {
        switch self {
        case .all: [:]
        case .venue(let name): ["venue": .text(name)]
        case .strategy(let name): ["strategy": .text(name)]
        case .symbol(let name): ["symbol": .text(name)]
        }
    }
}

/// What somebody would have resumed, and who agrees besides the user at the other end of the socket.
public struct ResumeWish: Hashable, Sendable {
    /// `.all`: the node's mode.
    public var scope: ControlScope
    /// `NORMAL` or `REDUCED`, …; `nil`: NORMAL. Of the node's mode alone.
    public var mode: String?
    public var reason: String
    public var approvedBy: [String]

    public init(
        _ scope: ControlScope = .all, mode: String? = nil, reason: String, approvedBy: [String] = []
    ) {
        self.scope = scope
        self.mode = mode
        self.reason = reason
        self.approvedBy = approvedBy
    }

    var arguments: [String: ControlArgument] {
        var arguments = scope.arguments
        arguments["reason"] = .text(reason)
        if let mode { arguments["mode"] = .text(mode) }
        // Names stand in one text, since an argument is no list.
        if !approvedBy.isEmpty { arguments["approved_by"] = .text(approvedBy.joined(separator: ",")) }
        return arguments
    }
}

extension ControlCommand {
    /// Back to NORMAL; with a venue, that venue alone.
    public static func resume(venue: String?, reason: String, approvedBy: [String] = []) -> ControlCommand {
        .resume(
            ResumeWish(venue.map { .venue($0) } ?? .all, reason: reason, approvedBy: approvedBy))
    }
}
