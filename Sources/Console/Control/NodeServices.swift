import Control

/// What an operator can ask of a node besides its desk; `nil`: this node has none.
public struct NodeServices: Sendable {
    public var configuration: (any ConfigurationReloading)?
    public var timeline: (any TimelineTelling)?
    public var reports: (any ReportMaking)?
    public init() {}
}

/// Reads a running node's configuration again, and carries it out whole or not at all.
public protocol ConfigurationReloading: Sendable {
    /// - Parameter people: who agrees, the one who asks first.
    func reload(reason: String, people: [String]) async throws(ControlFault) -> ConfigurationAnswer
}

/// Tells what happened.
public protocol TimelineTelling: Sendable {
    func timeline(_ question: TimelineQuestion) async throws(ControlFault) -> TimelineAnswer
}

extension NodeServices {
    func tell(_ question: TimelineQuestion) async throws(ControlFault) -> TimelineAnswer {
        guard let timeline else {
            throw ControlFault(
                .conflict, "this node keeps no audit log",
                remedy: "arbnode audit list reads one of a directory")
        }
        return try await timeline.timeline(question)
    }

    func reload(_ reason: String, _ people: [String]) async throws(ControlFault) -> ConfigurationAnswer {
        guard let configuration else {
            throw ControlFault(
                .conflict, "this node was started without a file that it could read again",
                remedy: "restart it with arbnode run --config")
        }
        return try await configuration.reload(reason: reason, people: people)
    }
}

/// Says what a day, a week or a month came to.
public protocol ReportMaking: Sendable {
    func report(_ question: ReportQuestion) async throws(ControlFault) -> ReportAnswer
}

extension NodeServices {
    func report(_ question: ReportQuestion) async throws(ControlFault) -> ReportAnswer {
        guard let reports else {
            throw ControlFault(
                .conflict, "this node keeps no figures", remedy: "arbnode report reads those of a directory")
        }
        return try await reports.report(question)
    }
}
