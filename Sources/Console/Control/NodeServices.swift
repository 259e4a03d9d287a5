import Control

/// What an operator can ask of a node besides its desk; `nil`: this node has none.
public struct NodeServices: Sendable {
    public var configuration: (any ConfigurationReloading)?
    public init() {}
}

/// Reads a running node's configuration again, and carries it out whole or not at all.
public protocol ConfigurationReloading: Sendable {
    /// - Parameter people: who agrees, the one who asks first.
    func reload(reason: String, people: [String]) async throws(ControlFault) -> ConfigurationAnswer
}

extension NodeServices {
    func reload(_ reason: String, _ people: [String]) async throws(ControlFault) -> ConfigurationAnswer {
        guard let configuration else {
            throw ControlFault(
                .conflict, "this node was started without a file that it could read again",
                remedy: "restart it with arbnode run --config")
        }
        return try await configuration.reload(reason: reason, people: people)
    }
}
