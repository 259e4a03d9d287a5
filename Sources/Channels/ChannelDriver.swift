import Ports
import TradingModel
import Watch

/// One channel with its queue, on a lane of its own: what blocks there keeps nobody else waiting.
actor ChannelDriver {
    nonisolated let lane: any Lane
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

    nonisolated let name: String
    private let channel: any AlertChannel
    private let time: any Timekeeper
    private let stop: StopFlag
    private let tell: @Sendable (ChannelNews) -> Void
    private var queue: DeliveryQueue
    private(set) var isRunning = false

    /// While nothing may be said a page can still come: it is looked for this often.
    static let glance = Span.milliseconds(100)

    init(
        _ policy: AlertPolicy.Channel, _ channel: any AlertChannel, lane: any Lane, time: any Timekeeper,
        stop: StopFlag, tell: @escaping @Sendable (ChannelNews) -> Void
    ) {
        name = policy.name
        queue = DeliveryQueue(perMinute: policy.perMinute)
        self.channel = channel
        self.lane = lane
        self.time = time
        self.stop = stop
        self.tell = tell
    }

    func offer(_ alert: Alert) async {
        queue.offer(alert)
        guard !isRunning else { return }
        isRunning = true
        await work()
        isRunning = false
    }

    /// Says a letter at once, whatever waits: it is one, and now and then. Tries again after a failure that
    /// may pass; answers what kept it from being taken, `nil` when it was.
    func send(_ letter: Letter) async -> String? {
        var reason = ""
        for pause in ChannelDriver.pauses {
            do throws(DeliveryFault) {
                try channel.deliver(.letter(letter), unless: stop)
                return nil
            } catch {
                reason = error.reason
                if error.isFinal || stop.isSet { break }
            }
            do { try await time.sleep(until: time.now + pause) } catch { break }
        }
        return reason
    }

    /// After each try.
    private static let pauses: [Span] = [.seconds(1), .seconds(10), .zero]

    var isDone: Bool { queue.isDead || queue.waiting.isEmpty && !isRunning }

    var tally: ChannelTally {
        ChannelTally(
            name: name, isDead: queue.isDead, waiting: queue.waiting.count, delivered: queue.delivered,
            dropped: queue.dropped, failures: queue.failures)
    }

    private func work() async {
        while !stop.isSet {
            let step = queue.next(at: time.now)
            switch step {
            case .idle: return
            case .wait(let moment):
                do {
                    try await time.sleep(until: min(moment, time.now + ChannelDriver.glance))
                } catch { return }  // cancelled: the process is going down
            case .deliver(let alert): say(.alert(alert), step)
            case .summary(let count): say(.summary(count, at: time.now), step)
            }
        }
    }

    private func say(_ message: ChannelMessage, _ step: DeliveryQueue.Step) {
        do throws(DeliveryFault) {
            try channel.deliver(message, unless: stop)
            if queue.succeeded(step, at: time.now) == .lives { tell(.lives(name)) }
        } catch {
            guard !stop.isSet else { return }
            if queue.failed(step, isFinal: error.isFinal, at: time.now) == .died {
                tell(.died(name, reason: error.reason))
            }
        }
    }
}

/// What became of a channel.
public enum ChannelNews: Hashable, Sendable {
    case died(String, reason: String)
    case lives(String)
}

/// What a channel has done so far.
public struct ChannelTally: Hashable, Sendable {
    public var name: String
    public var isDead: Bool
    public var waiting: Int
    public var delivered: Int
    public var dropped: Int
    public var failures: Int
}
