import ArgumentParser
import Glibc
import LiveWorld
import Ports
import Synchronization
import TradingModel
import VenueServer

/// W4: messages of 300 bytes over WebSocket and TLS 1.3 on loopback, through the live transport; the server
/// is `perf/peers`' own, the same for all clients.
struct SocketWorkload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w4", abstract: "WebSocket over TLS: receive throughput and round trip.",
        discussion: """
            With --busy-poll the socket lane never sleeps: no message waits for a core to wake, and one core
            is busy all the time. Where the server has no core of its own it is slower, not faster.

            Example: arbnode bench w4 --port 4711 --ca tls/ca.pem --mode echo --count 10000
            """)

    enum Mode: String, ExpressibleByArgument, CaseIterable {
        case blast, echo, paced
    }

    @Option(help: "Where perf/peers' server listens on 127.0.0.1.") var port: Int?
    @Option(help: "The certificate authority of that server, as PEM.") var ca: String?
    @Option(help: "blast: as fast as it goes; echo: one at a time; paced: --rate a second.")
    var mode = Mode.echo
    @Option(help: "Messages.") var count = 10_000
    @Option(help: "Messages a second with --mode paced.") var rate = 10_000
    @Flag(help: "The socket lane never sleeps.") var busyPoll = false
    @Option(help: "The only core of the socket lane, from 0.") var core: Int?
    @Option(help: "Real-time priority of the socket lane (1…99).") var realtime: Int?
    @Flag(help: "A few messages with a server in this process: whether it works, not how fast it is.")
    var quick = false

    func validate() throws {
        guard count > 1, rate > 0, (1...65_535).contains(port ?? 1) else {
            throw ValidationError("--count is above 1, --rate above 0, --port from 1 to 65535.")
        }
        guard quick != (port != nil && ca != nil), quick || port != nil else {
            throw ValidationError("Name the server's --port and --ca, or --quick for one of this process.")
        }
        guard (0...1_023).contains(core ?? 0), (1...99).contains(realtime ?? 1) else {
            throw ValidationError("--core is from 0 to 1023, --realtime from 1 to 99.")
        }
    }

    func run() async throws {
        let scratch = try DemoDirectory(nil)
        defer { scratch.discard() }
        guard let port, let ca else { return try await runQuickly(scratch) }
        try await run(scratch, port: port, ca: ca, count: count)
    }

    private func runQuickly(_ scratch: DemoDirectory) async throws {
        let authority = try TestAuthority.inDirectory(scratch.path + "/tls")
        let host = try await VenueHost.start(double: EchoVenue(), authority: authority)
        try await run(scratch, port: host.port, ca: authority.caPath, count: 300)
        await host.stop()
    }

    private func run(_ scratch: DemoDirectory, port: Int, ca: String, count: Int) async throws {
        var threads = ThreadPlan.ordinary
        threads.sockets = LaneThreadPlan(core: core, realtime: realtime, busyPoll: busyPoll)
        let live: LiveWorld
        do {
            live = try LiveWorld.make(dataDirectory: scratch.path, extraCA: ca, threads: threads)
        } catch {
            Terminal.say("\(error)")
            throw ExitCode(78)
        }
        let path =
            switch mode {
            case .blast: "/blast/\(count)"
            case .echo: "/echo"
            case .paced: "/paced/\(count)/\(rate)"
            }
        let meter = SocketMeter(mode, count: count)
        let lane = live.world.socketLane
        let url = "wss://127.0.0.1:\(port)\(path)"
        let fault = await withCheckedContinuation { continuation in
            meter.whenDone { continuation.resume(returning: $0) }
            Task(executorPreference: lane) {
                _ = live.world.transport.connect(url, lane: lane, receiver: meter)
            }
        }
        live.shutdown()
        if let fault {
            Terminal.say("\(url): \(fault)")
            throw ExitCode(69)
        }
        let what = mode == .paced ? "paced TLS \(rate)/s" : "\(mode.rawValue) TLS"
        meter.report(variant: busyPoll ? what + ", busy-poll" : what)
    }
}

/// Counts and times what arrives, as every client of the comparison does. Confined to the socket's lane until
/// it is done.
private final class SocketMeter: SocketReceiver, @unchecked Sendable {
    private static let warmUp = 200
    private let mode: SocketWorkload.Mode
    private let count: Int
    private let payload = [UInt8](repeating: UInt8(ascii: "x"), count: 300)
    private let done = Mutex<(@Sendable (String?) -> Void)?>(nil)
    private var received = 0
    private var sentAt: Int64 = 0
    private var began: (at: Int64, processor: Int64) = (0, 0)
    private var ended: (at: Int64, processor: Int64) = (0, 0)
    private var samples = Samples()

    init(_ mode: SocketWorkload.Mode, count: Int) {
        self.mode = mode
        self.count = count
        samples.reserve(count)
    }

    func whenDone(_ body: @escaping @Sendable (String?) -> Void) { done.withLock { $0 = body } }

    func socketOpened(_ socket: any VenueSocket) {
        if mode != .echo { socket.send(Array("go".utf8)) } else { ping(socket) }
    }

    func socketReceived(_ socket: any VenueSocket, _ bytes: UnsafeRawBufferPointer, at: Moment) {
        received += 1
        if mode == .echo {
            if received > SocketMeter.warmUp { samples.add(Stopwatch.now.nanoseconds - sentAt) }
            if received == count + SocketMeter.warmUp { return finish(socket) }
            return ping(socket)
        }
        if received == 1 {
            began = (Stopwatch.now.nanoseconds, SocketMeter.processorTime())
        } else if mode == .paced {
            samples.add(Stopwatch.now.nanoseconds - SocketMeter.stamp(bytes))
        }
        if received == count {
            ended = (Stopwatch.now.nanoseconds, SocketMeter.processorTime())
            finish(socket)
        }
    }

    func socketClosed(_ socket: any VenueSocket, reason: String) { tell(reason) }

    func report(variant: String) {
        samples.sort()
        let (median, late, latest) = (samples.quantile(0.5), samples.quantile(0.99), samples.quantile(0.999))
        let messages = Double(count - 1)
        switch mode {
        case .blast:
            WorkloadLine.print(
                "W4", variant,
                [
                    "msgs_per_s": messages * 1e9 / Double(ended.at - began.at),
                    "cpu_ns_per_msg": Double(ended.processor - began.processor) / messages,
                ])
        case .echo:
            WorkloadLine.print(
                "W4", variant,
                ["rtt_p50_us": median / 1_000, "rtt_p99_us": late / 1_000, "rtt_p999_us": latest / 1_000])
        case .paced:
            WorkloadLine.print(
                "W4", variant,
                [
                    "cpu_ns_per_msg": Double(ended.processor - began.processor) / messages,
                    "oneway_p50_us": median / 1_000, "oneway_p99_us": late / 1_000,
                    "oneway_p999_us": latest / 1_000,
                ])
        }
    }

    private func ping(_ socket: any VenueSocket) {
        sentAt = Stopwatch.now.nanoseconds
        socket.send(payload)
    }

    private func finish(_ socket: any VenueSocket) {
        socket.close()
        tell(nil)
    }

    private func tell(_ fault: String?) {
        let body = done.withLock { done in
            defer { done = nil }
            return done
        }
        body?(fault)
    }

    /// `{"t":<nanoseconds, 19 digits>`: when the server sent it, on the machine's monotonic clock.
    private static func stamp(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        bytes.dropFirst(5).prefix(19).reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    private static func processorTime() -> Int64 {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = Int64(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        return seconds * 1_000_000_000 + Int64(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1_000
    }
}
