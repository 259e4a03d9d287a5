import Configuration
import Console
import LiveWorld
import Node
import Ports

/// What people see and do of a node that runs: audit log, alerts, configuration, signals, control socket.
/// `run` and `demo` have the same.
struct NodeOperation {
    private let audit: AuditPost
    private let watch: NodeWatch
    private let words: SignalWords
    private let control: ControlServer?

    /// - Parameters:
    ///   - audit: opened before the node started.
    ///   - directory: for people: the control socket, alerts, incidents.
    ///   - dataDirectory: of the outbox, the audit log and what configurations were.
    static func begin(
        _ node: TradingNode, _ configuration: NodeConfiguration, _ bundle: ConfigurationBundle,
        audit: AuditPost, pages: StatusServer?, directory: String, dataDirectory: String, in world: World,
        isDrawing: Bool
    ) async throws -> NodeOperation {
        await audit.begin(with: node.desk)
        let watch = try await NodeWatch.start(
            node, in: world, policy: configuration.alerts,
            channels: try NodeWatch.channels(configuration, directory: directory), directory: directory,
            isDrawing: isDrawing)
        let keeper = ConfigurationKeeper(
            configuration, bundle, desk: node.desk, directory: dataDirectory, in: world,
            alerts: watch.alerts(in: directory))
        await keeper.begin()
        var services = NodeServices()
        services.configuration = keeper
        services.timeline = audit.keeper
        let words = SignalWords(node.watchkeeper) { await keeper.hangUp() }
        let control = await ControlSocket.open(node, in: directory, services: services)
        await watch.follow(pages, control)
        return NodeOperation(audit: audit, watch: watch, words: words, control: control)
    }

    /// An orderly end begins.
    func stopping() { watch.stopping() }

    /// The desk is closed.
    func end() async {
        await control?.stop()
        words.end()
        await watch.stop()
        await audit.end()
    }
}
