import Ports
import Recordings
import TradingModel
import VenueKit

/// Keeps a venue's public sockets open and writes what they say.
actor Recorder {
    nonisolated let lane: any Lane
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let world: World
    private let dialect: any VenueDialect
    private let writer: RecordingWriter
    private var fault: RecordingFault?
    private var isEnding = false
    private var sockets: [Int: any VenueSocket] = [:]
    private var failures = 0
    private(set) var frames = 0

    init(dialect: any VenueDialect, writer: sending RecordingWriter, world: World) {
        lane = world.socketLane
        self.world = world
        self.dialect = dialect
        self.writer = writer
    }

    /// Returns when asked to end, after `seconds`, or when the file cannot be written.
    func record(seconds: Double?, signals: Signals) async -> RecordingFault? {
        let began = world.time.now
        var said = began
        for index in dialect.publicStreams().indices { open(index) }
        while fault == nil, !signals.isEndAsked {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(200)) } catch { break }
            let now = world.time.now
            keep { () throws(RecordingFault) in try writer.flushIfDue(at: now) }
            speak(at: now)
            if now - said >= .seconds(5) {
                said = now
                Terminal.say("\((now - began).milliseconds / 1_000) s: \(frames) frames")
            }
            if let seconds, Double((now - began).nanoseconds) / 1e9 >= seconds { break }
        }
        isEnding = true
        for socket in sockets.values { socket.close() }
        keep { () throws(RecordingFault) in try writer.close() }
        return fault
    }

    private var spokeAt = Moment.distantPast

    private func speak(at now: Moment) {
        guard let text = dialect.keepAlive.frame, now - spokeAt >= dialect.keepAlive.every else { return }
        spokeAt = now
        for socket in sockets.values { socket.send(text) }
    }

    private func open(_ index: Int) {
        guard !isEnding else { return }
        let plan = dialect.publicStreams()[index]
        _ = world.transport.connect(plan.url, lane: lane, receiver: RecordingReceiver(self, index))
    }

    fileprivate func opened(_ index: Int, _ socket: any VenueSocket) {
        failures = 0
        sockets[index] = socket
        let plan = dialect.publicStreams()[index]
        let now = world.time.now
        write(.opened(connection: index + 1), Array(plan.url.utf8), now)
        for text in plan.greetings {
            write(.sent(connection: index + 1), text, now)
            socket.send(text)
        }
        for instrument in plan.instruments { snapshot(instrument) }
    }

    fileprivate func received(_ index: Int, _ bytes: UnsafeRawBufferPointer, _ at: Moment) {
        frames += 1
        keep { () throws(RecordingFault) in try writer.write(.received(connection: index + 1), bytes, at: at)
        }
    }

    fileprivate func closed(_ index: Int, _ reason: String) {
        sockets[index] = nil
        write(.closed(connection: index + 1), Array(reason.utf8), world.time.now)
        guard !isEnding else { return }
        failures += 1
        Terminal.say("connection \(index + 1): \(reason); reconnecting")
        let wait = Span.milliseconds(Int64(min(30_000, 500 << min(failures, 6))))
        Task(executorPreference: lane) {
            do { try await self.world.time.sleep(until: self.world.time.now + wait) } catch { return }
            await self.open(index)
        }
    }

    /// Binance's book cannot be rebuilt without a REST snapshot taken after the stream began.
    private func snapshot(_ instrument: InstrumentID) {
        guard let plan = dialect.snapshotRequest(instrument) else { return }
        let request = HTTPRequest(
            method: plan.method, origin: dialect.profile.restOrigin, target: plan.target,
            headers: plan.headers,
            body: plan.body, deadline: world.time.now + .seconds(10))
        Task(executorPreference: lane) {
            do { try await self.world.time.sleep(until: self.world.time.now + .milliseconds(500)) } catch {
                return
            }
            await self.fetch(request)
        }
    }

    private func fetch(_ request: HTTPRequest) {
        world.transport.perform(request, lane: lane, onSent: nil) { result in
            self.assumeIsolated { recorder in
                switch result {
                case .success(let response) where response.status == 200:
                    recorder.write(
                        .http(method: request.method, target: request.target), response.body,
                        response.receivedAt)
                case .success(let response): Terminal.say("snapshot: HTTP \(response.status)")
                case .failure(let fault): Terminal.say("snapshot: \(fault)")
                }
            }
        }
    }

    private func write(_ channel: RecordedChannel, _ payload: [UInt8], _ at: Moment) {
        keep { () throws(RecordingFault) in try writer.write(channel, payload, at: at) }
    }

    /// The first fault of the file is kept and ends the recording.
    private func keep(_ body: () throws(RecordingFault) -> Void) {
        guard fault == nil else { return }
        do throws(RecordingFault) { try body() } catch { fault = error }
    }
}

private final class RecordingReceiver: SocketReceiver {
    private let recorder: Recorder
    private let index: Int

    init(_ recorder: Recorder, _ index: Int) {
        self.recorder = recorder
        self.index = index
    }

    func socketOpened(_ socket: any VenueSocket) { recorder.assumeIsolated { $0.opened(index, socket) } }

    func socketReceived(_: any VenueSocket, _ bytes: UnsafeRawBufferPointer, at: Moment) {
        nonisolated(unsafe) let bytes = bytes  // valid for this synchronous call
        recorder.assumeIsolated { $0.received(index, bytes, at) }
    }

    func socketClosed(_: any VenueSocket, reason: String) {
        recorder.assumeIsolated { $0.closed(index, reason) }
    }
}
