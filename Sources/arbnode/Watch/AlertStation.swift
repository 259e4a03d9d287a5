import Channels
import LiveWorld
import Node
import Ports
import Synchronization
import TradingModel
import Watch

/// The channels of one configuration, each on a thread of its own.
struct AlertStation: Sendable {
    private let dispatcher: AlertDispatcher
    private let lanes: [WorkerLane]

    init(
        _ policy: AlertPolicy, _ channels: [any AlertChannel], _ desk: TradingDesk, _ time: any Timekeeper,
        isDrawing: Bool
    ) throws {
        // Lines between two drawings of the live view would tear it; incidents stand in it anyway.
        let keeps = policy.channels.indices.filter { !isDrawing || policy.channels[$0].target != .log }
        var lanes: [WorkerLane] = []
        dispatcher = try AlertDispatcher(
            AlertPolicy(channels: keeps.map { policy.channels[$0] }, second: policy.second),
            channels: keeps.map { channels[$0] }, time: time,
            lane: { channel in
                let lane = try WorkerLane(name: String(("alert-" + channel.name).prefix(15)))
                lanes.append(lane)
                return lane
            },
            tell: { news in
                Task(executorPreference: desk.lane) {
                    switch news {
                    case .died(let name, let reason): await desk.channelDied(name, because: reason)
                    case .lives(let name): await desk.channelLives(name)
                    }
                }
            })
        self.lanes = lanes
    }

    func take(_ alert: Alert) { dispatcher.take(alert) }

    func send(_ letter: Letter, to names: [String]) async -> [(channel: String, reason: String)] {
        await dispatcher.send(letter, to: names)
    }

    /// Says what is left to say, until `deadline`, and ends its threads.
    func close(by deadline: Moment) async {
        await dispatcher.close(by: deadline)
        for lane in lanes { lane.stop() }
    }
}

/// Where alerts go now: a reload of the configuration gives them to other channels while the node runs.
final class AlertOutlet: Sendable {
    private let current: Mutex<AlertStation>

    init(_ station: AlertStation) { current = Mutex(station) }

    var station: AlertStation { current.withLock { $0 } }

    func take(_ alert: Alert) { station.take(alert) }

    /// Answers who had them before.
    func give(to station: AlertStation) -> AlertStation {
        current.withLock { held in
            defer { held = station }
            return held
        }
    }
}
