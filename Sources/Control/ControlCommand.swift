/// Everything a node can be asked or told.
public enum ControlCommand: Hashable, Sendable {
    case status
    case venues
    case books(symbol: String)
    case route(RouteQuestion)
    case latency
    case positions
    case orders(onlyUnknown: Bool)
    case hedges
    case trade(number: UInt64)
    case incidents
    /// Every limit of every rule, with what it is held against now.
    case limits
    case rules
    case rule(name: String, isOn: Bool, reason: String)
    case hold(reason: String)
    /// Back to NORMAL; with a venue, that venue alone out of its own SAFE_MODE.
    case resume(venue: String?, reason: String)
    case safeMode(reason: String)
    /// Take what a venue says it holds for right.
    case accept(venue: String, reason: String)

    public enum Name: String, Hashable, Sendable, CaseIterable {
        case status, venues, books, route, latency, positions, orders, hedges, incidents, hold, resume
        case limits, rules
        case safeMode = "safe-mode"
        case reconcile
    }

    public var name: Name {
        switch self {
        case .status: .status
        case .venues: .venues
        case .books: .books
        case .route: .route
        case .latency: .latency
        case .positions: .positions
        case .orders: .orders
        case .hedges, .trade: .hedges
        case .incidents: .incidents
        case .limits: .limits
        case .rules, .rule: .rules
        case .hold: .hold
        case .resume: .resume
        case .safeMode: .safeMode
        case .accept: .reconcile
        }
    }
}

/// One argument as it stands in a request.
public enum ControlArgument: Hashable, Sendable {
    case text(String)
    case number(UInt64)
    case flag(Bool)
}

extension ControlArgument: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // Each kind is tried in turn: failing to be one of them is no error yet.
        if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(UInt64.self) {  // not a number: perhaps text
            self = .number(number)
        } else {
            self = .text(try value.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .text(let text): try value.encode(text)
        case .number(let number): try value.encode(number)
        case .flag(let flag): try value.encode(flag)
        }
    }
}

extension ControlCommand {
    /// As they stand in a request.
    public var arguments: [String: ControlArgument] {
        switch self {
        case .status, .venues, .latency, .positions, .hedges, .incidents, .limits, .rules: [:]
        case .rule(let name, let isOn, let reason):
            ["rule": .text(name), "on": .flag(isOn), "reason": .text(reason)]
        case .books(let symbol): ["symbol": .text(symbol)]
        case .route(let question): question.arguments
        case .orders(let onlyUnknown): onlyUnknown ? ["unknown": .flag(true)] : [:]
        case .trade(let number): ["trade": .number(number)]
        case .hold(let reason), .safeMode(let reason): ["reason": .text(reason)]
        case .resume(let venue, let reason):
            venue.map { ["venue": .text($0), "reason": .text(reason)] } ?? ["reason": .text(reason)]
        case .accept(let venue, let reason):
            ["venue": .text(venue), "accept": .flag(true), "reason": .text(reason)]
        }
    }
}
