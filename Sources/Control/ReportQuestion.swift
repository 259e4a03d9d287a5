/// Which report somebody asks for.
public struct ReportQuestion: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case day, week, month
    }

    public var kind: Kind
    /// A day within the period, as days since 1970; `nil`: today.
    public var day: UInt64?
    /// With the page.
    public var wantsPage: Bool

    public init(_ kind: Kind, day: UInt64? = nil, wantsPage: Bool = false) {
        self.kind = kind
        self.day = day
        self.wantsPage = wantsPage
    }

    var arguments: [String: ControlArgument] {
        var arguments: [String: ControlArgument] = ["kind": .text(kind.rawValue)]
        if let day { arguments["day"] = .number(day) }
        if wantsPage { arguments["page"] = .flag(true) }
        return arguments
    }
}
