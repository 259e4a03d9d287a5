import ArgumentParser
import Channels
import Configuration
import Console
import LiveWorld
import Node
import Ports
import TradingModel
import Watch

/// Everything that watches a live node and tells people: channels, incident files, the watch on the desk,
/// systemd. Only the live programs have it; a simulated node has the same incidents and nobody to tell.
final class NodeWatch: Sendable {
    private let node: TradingNode
    private let outlet: AlertOutlet
    private let isDrawing: Bool
    private let notifier: SystemdNotifier
    private let vigil: Task<Void, Never>
    private let care: [Task<Void, Never>]
    private let lanes: [WorkerLane]
    private let time: any Timekeeper

    /// Channels, or what is missing for them; to be called before the node starts.
    static func channels(_ configuration: NodeConfiguration, directory: String) throws -> [any AlertChannel] {
        do { return try named(configuration, directory) } catch {
            Terminal.say("\(error)")
            throw ExitCode(78)
        }
    }

    private static func named(_ configuration: NodeConfiguration, _ directory: String) throws
        -> [any AlertChannel]
    {
        let secrets = try Secrets(file: configuration.credentialsFile)
        return try ChannelSet.make(configuration.alerts, directory: directory) { secrets.optional($0, $1) }
    }

    static func start(
        _ node: TradingNode, in world: World, policy: AlertPolicy, channels: [any AlertChannel],
        directory: String, isDrawing: Bool, host: HostPolicy,
        selfCheck: SelfCheckPolicy, isRealMoney: Bool
    ) async throws -> NodeWatch {
        var lanes: [WorkerLane] = []
        func lane(_ name: String) throws -> WorkerLane {
            let lane = try WorkerLane(name: String(name.prefix(15)))
            lanes.append(lane)
            return lane
        }
        let trading = node.desk
        let outlet = AlertOutlet(
            try AlertStation(policy, channels, trading, world.time, isDrawing: isDrawing))
        let notifier = SystemdNotifier()
        let files = IncidentFiles(directory: directory + "/incidents", lane: try lane("incident-files"))
        let watch = DeskWatch(
            trading.pulse, lane: try lane("desk-watch"), time: world.time, reassuring: notifier.interval,
            by: { notifier.tell(.watchdog) }, tell: { outlet.take($0) })
        await trading.report { alert in
            outlet.take(alert)
            Task(executorPreference: files.lane) { await NodeWatch.write(alert.number, trading, files) }
        }
        let vigil = Task(executorPreference: watch.lane) { await watch.run() }
        let care = HostCare(
            trading, HostReader(dataDirectory: directory), every: host.every, lane: try lane("host"),
            time: world.time)
        let tasks = [
            Task(executorPreference: care.lane) { await care.run() },
            Task(executorPreference: trading.lane) {
                await trading.keepChecking(selfCheck, isRealMoney: isRealMoney)
            },
        ]
        notifier.tell(.ready, .status("running"))
        return NodeWatch(node, outlet, notifier, vigil, tasks, lanes, world.time, isDrawing)
    }

    private init(
        _ node: TradingNode, _ outlet: AlertOutlet, _ notifier: SystemdNotifier,
        _ vigil: Task<Void, Never>, _ care: [Task<Void, Never>], _ lanes: [WorkerLane],
        _ time: any Timekeeper, _ isDrawing: Bool
    ) {
        self.node = node
        self.outlet = outlet
        self.isDrawing = isDrawing
        self.notifier = notifier
        self.vigil = vigil
        self.care = care
        self.lanes = lanes
        self.time = time
    }

    private static func write(_ number: Int, _ desk: TradingDesk, _ files: IncidentFiles) async {
        guard let dossier = await desk.dossier(number) else { return }
        do throws(DeliveryFault) { try await files.write(dossier) } catch {
            Terminal.say("no file for incident \(number): \(error.reason)")
        }
    }

    /// The servers' loops beat like everything else that must live.
    func follow(_ pages: StatusServer?, _ control: ControlServer?) async {
        let desk = node.desk
        if let pages {
            let id = await desk.register(service: "status pages", every: .seconds(ServerPulse.seconds))
            pages.shows { await desk.beat(id) }
        }
        if let control {
            let id = await desk.register(service: "control socket", every: .seconds(ServerPulse.seconds))
            control.shows { await desk.beat(id) }
        }
    }

    /// What a reload of the configuration does with the alerts: what its channels lack is found out first.
    func alerts(in directory: String) -> ConfigurationKeeper.Alerts {
        { configuration in
            let channels = try NodeWatch.named(configuration, directory)
            return { await self.give(configuration.alerts, to: channels) }
        }
    }

    /// A system that has no thread left for a channel leaves the alerts where they are.
    private func give(_ policy: AlertPolicy, to channels: [any AlertChannel]) async {
        let station: AlertStation
        do {
            station = try AlertStation(policy, channels, node.desk, time, isDrawing: isDrawing)
        } catch { return Terminal.say("alerts still go to the earlier channels: \(error)") }
        let old = outlet.give(to: station)
        await old.close(by: time.now + .seconds(3))
    }

    /// Sends a report; answers what the channels that did not take it said.
    func send(_ letter: Letter, to names: [String]) async -> [(channel: String, reason: String)] {
        await outlet.station.send(letter, to: names)
    }

    /// An orderly end begins.
    func stopping() { notifier.tell(.stopping) }

    /// Says what is left to say, for at most three seconds, and ends.
    func stop() async {
        vigil.cancel()
        for task in care { task.cancel() }
        await vigil.value
        for task in care { await task.value }
        await outlet.station.close(by: time.now + .seconds(3))
        for lane in lanes { lane.stop() }
    }
}
