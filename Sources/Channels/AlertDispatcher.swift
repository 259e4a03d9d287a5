import Ports
import TradingModel
import Watch

/// Takes alerts and hands each to the channels its policy names. Whoever gives it one never waits.
public final class AlertDispatcher: Sendable {
    private let policy: AlertPolicy
    private let drivers: [ChannelDriver]
    private let stop = StopFlag()
    private let time: any Timekeeper

    /// - Parameters:
    ///   - channels: by the policy's channels.
    ///   - lane: makes the lane a channel blocks on; each has its own.
    ///   - tell: what becomes of a channel; called on that channel's lane.
    public init(
        _ policy: AlertPolicy, channels: [any AlertChannel], time: any Timekeeper,
        lane: (AlertPolicy.Channel) throws -> any Lane, tell: @escaping @Sendable (ChannelNews) -> Void
    ) rethrows {
        precondition(channels.count == policy.channels.count, "every channel of the policy is there")
        self.policy = policy
        self.time = time
        let stop = stop
        drivers = try zip(policy.channels, channels).map { entry, channel in
            ChannelDriver(entry, channel, lane: try lane(entry), time: time, stop: stop, tell: tell)
        }
    }

    public func take(_ alert: Alert) {
        for index in policy.recipients(of: alert) {
            let driver = drivers[index]
            Task(executorPreference: driver.lane) { await driver.offer(alert) }
        }
    }

    /// Sends a letter to the channels of these names, one after the other; answers what each that did not
    /// take it said.
    public func send(_ letter: Letter, to names: [String]) async -> [(channel: String, reason: String)] {
        var failures: [(channel: String, reason: String)] = []
        for driver in drivers where names.contains(driver.name) {
            if let reason = await driver.send(letter) { failures.append((driver.name, reason)) }
        }
        return failures
    }

    public var tallies: [ChannelTally] {
        get async {
            var tallies: [ChannelTally] = []
            for driver in drivers { tallies.append(await driver.tally) }
            return tallies
        }
    }

    /// Waits until everything was said, or until `deadline`; then ends what is still under way.
    public func close(by deadline: Moment) async {
        while time.now < deadline, await !isEmpty {
            do { try await time.sleep(until: time.now + .milliseconds(20)) } catch { break }
        }
        stop.set()
        let last = time.now + AlertDispatcher.grace
        while time.now < last, await isBusy {
            do { try await time.sleep(until: time.now + .milliseconds(20)) } catch { break }
        }
    }

    /// How long a transfer that was told to stop may take to do so.
    private static let grace = Span.seconds(2)

    /// Nothing is left that could be said: a dead channel's queue is not waited for.
    private var isEmpty: Bool {
        get async {
            for driver in drivers where await !driver.isDone { return false }
            return true
        }
    }

    private var isBusy: Bool {
        get async {
            for driver in drivers where await driver.isRunning { return true }
            return false
        }
    }
}
