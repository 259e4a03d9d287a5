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
    private let reports: ReportPost

    /// - Parameters:
    ///   - trust: which configurations are taken; `nil`: any.
    ///   - audit: opened before the node started.
    ///   - fills: told of every row, like the audit log.
    ///   - directory: for people: the control socket, alerts, incidents.
    ///   - dataDirectory: of the outbox, the audit log and what configurations were.
    ///   - isRealMoney: a self-check then places no order, unless asked to.
    static func begin(
        _ node: TradingNode, _ configuration: NodeConfiguration, _ bundle: ConfigurationBundle,
        trust: ConfigurationTrust? = nil, audit: AuditPost, fills: FillTally, pages: StatusServer?,
        directory: String, dataDirectory: String, in world: World, isDrawing: Bool, isRealMoney: Bool
    ) async throws -> NodeOperation {
        await audit.begin(with: node.desk)
        let watch = try await NodeWatch.start(
            node, in: world, policy: configuration.alerts,
            channels: try NodeWatch.channels(configuration, directory: directory), directory: directory,
            isDrawing: isDrawing, host: configuration.host, selfCheck: configuration.selfCheck,
            isRealMoney: isRealMoney)
        let keeper = ConfigurationKeeper(
            configuration, bundle, desk: node.desk, directory: dataDirectory, in: world, trust: trust,
            alerts: watch.alerts(in: directory))
        await keeper.begin()
        var services = NodeServices()
        services.configuration = keeper
        services.timeline = audit.keeper
        let reports = try ReportPost(
            configuration.dayEnd, node, fills: fills, fees: FeeTiers(configuration.policy),
            audit: audit.keeper, in: dataDirectory, time: world.time,
            send: { await watch.send($0, to: $1) })
        services.reports = reports.figures
        let words = SignalWords(node.watchkeeper) { await keeper.hangUp() }
        let control = await ControlSocket.open(node, in: directory, services: services)
        await watch.follow(pages, control)
        return NodeOperation(audit: audit, watch: watch, words: words, control: control, reports: reports)
    }

    /// An orderly end begins.
    func stopping() { watch.stopping() }

    /// The desk is closed.
    func end() async {
        await control?.stop()
        words.end()
        await reports.end()
        await watch.stop()
        await audit.end()
    }
}
