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
    case portfolio
    case whatIf(WhatIfQuestion)
    case incident(number: UInt64)
    case acknowledge(number: UInt64, reason: String)
    case resolve(number: UInt64, reason: String)
    case heartbeats
    /// The newest so many sightings of incidents, at most 200.
    case logs(count: Int)
    /// What the node last found when it checked itself; with `now` it checks first.
    case selfCheck(now: Bool)
    case runbooks
    case runbook(name: String)
    /// What it would do now; nothing is done.
    case plan(name: String, venue: String?)
    case runs
    /// One run with its transcript.
    case run(number: UInt64)
    case startRun(RunWish)
    case changeRun(UInt64, RunChange)
    /// Every limit of every rule, with what it is held against now.
    case limits
    case rules
    case rule(name: String, isOn: Bool, reason: String)
    case hold(reason: String)
    /// Back to a looser mode, or a kill lifted, or one venue out of its own SAFE_MODE.
    case resume(ResumeWish)
    /// Cancel everything in a scope and send nothing more there.
    case kill(ControlScope, flattens: Bool, reason: String)
    /// A planned HOLD begins or ends.
    case maintenance(isOn: Bool, flattens: Bool = false, reason: String)
    /// The risk index as it stands; with a target, another one.
    case riskIndex(target: Int?, reason: String)
    case safeMode(reason: String)
    /// Read the configuration again and carry it out, whole or not at all.
    case reload(reason: String, approvedBy: [String])
    case timeline(TimelineQuestion)
    case report(ReportQuestion)
    /// Take what a venue says it holds for right.
    case accept(venue: String, reason: String)

    public enum Name: String, Hashable, Sendable, CaseIterable {
        case status, venues, books, route, latency, positions, orders, hedges, incidents, heartbeats,
            runbooks, hold, resume, limits, rules
        case safeMode = "safe-mode"
        case selfCheck = "self-check"
        case logs
        case kill, maintenance
        case riskIndex = "risk-index"
        case reconcile
        case portfolio
        case whatIf = "what-if"
        case config, timeline, report
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
        case .incidents, .incident, .acknowledge, .resolve: .incidents
        case .portfolio: .portfolio
        case .whatIf: .whatIf
        case .heartbeats: .heartbeats
        case .selfCheck: .selfCheck
        case .logs: .logs
        case .runbooks, .runbook, .plan, .runs, .run, .startRun, .changeRun: .runbooks
        case .limits: .limits
        case .rules, .rule: .rules
        case .hold: .hold
        case .resume: .resume
        case .safeMode: .safeMode
        case .accept: .reconcile
        case .kill: .kill
        case .maintenance: .maintenance
        case .riskIndex: .riskIndex
        case .reload: .config
        case .timeline: .timeline
        case .report: .report
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
        case .status, .venues, .latency, .positions, .hedges, .incidents, .portfolio, .heartbeats,
            .runbooks, .limits, .rules:
            [:]
        case .rule(let name, let isOn, let reason):
            ["rule": .text(name), "on": .flag(isOn), "reason": .text(reason)]
        case .whatIf(let question): question.arguments
        case .runbook(let name): ["show": .text(name)]
        case .plan(let name, let venue):
            venue.map { ["plan": .text(name), "venue": .text($0)] } ?? ["plan": .text(name)]
        case .runs: ["runs": .flag(true)]
        case .run(let number): ["log": .number(number)]
        case .startRun(let wish): wish.arguments
        case .changeRun(let number, let change): change.arguments(number)
        case .incident(let number): ["show": .number(number)]
        case .acknowledge(let number, let reason): ["ack": .number(number), "reason": .text(reason)]
        case .resolve(let number, let reason): ["resolve": .number(number), "reason": .text(reason)]
        case .books(let symbol): ["symbol": .text(symbol)]
        case .route(let question): question.arguments
        case .logs(let count): ["count": .number(UInt64(max(0, count)))]
        case .selfCheck(let now): now ? ["now": .flag(true)] : [:]
        case .orders(let onlyUnknown): onlyUnknown ? ["unknown": .flag(true)] : [:]
        case .trade(let number): ["trade": .number(number)]
        case .hold(let reason), .safeMode(let reason): ["reason": .text(reason)]
        case .resume(let wish): wish.arguments
        case .kill(let scope, let flattens, let reason):
            scope.arguments.merging(ControlCommand.arguments(flattens, reason)) { $1 }
        case .maintenance(let isOn, let flattens, let reason):
            ControlCommand.arguments(flattens, reason).merging(["on": .flag(isOn)]) { $1 }
        case .riskIndex(nil, _): [:]
        case .riskIndex(let target?, let reason):
            ["target": .number(UInt64(max(0, target))), "reason": .text(reason)]
        case .timeline(let question): question.arguments
        case .report(let question): question.arguments
        case .reload(let reason, let people):
            people.isEmpty
                ? ["reload": .flag(true), "reason": .text(reason)]
                : [
                    "reload": .flag(true), "reason": .text(reason),
                    "approved_by": .text(people.joined(separator: ",")),
                ]
        case .accept(let venue, let reason):
            ["venue": .text(venue), "accept": .flag(true), "reason": .text(reason)]
        }
    }

    private static func arguments(_ flattens: Bool, _ reason: String) -> [String: ControlArgument] {
        flattens ? ["flatten": .flag(true), "reason": .text(reason)] : ["reason": .text(reason)]
    }
}
