import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import SimulatedWorld
import Synchronization
import TradingModel

/// A venue double behind real sockets: HTTPS and secure WebSockets on 127.0.0.1, one event loop thread.
///
/// The double is single-threaded: it belongs to the host from `start` on, and every call runs on the host's
/// loop. REST answers any method and path; a WebSocket may be opened on any path; compression is not offered.
public final class VenueHost: Sendable {
    /// What the host has seen since its start.
    public struct Counters: Hashable, Sendable {
        public var connections = 0
        public var requests = 0
        public var sockets = 0
        public var framesIn = 0
        public var framesOut = 0
        /// WebSockets cut off with more than 8 MiB waiting.
        public var slowReaders = 0
        public init() {}
    }

    /// The double's name: `okx`, …
    public let venue: String
    public let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let core: NIOLoopBound<HostLoop>
    private let ended: EventLoopPromise<JournalFile.Fault?>
    /// What is known of the venue once its loop takes no more work; `nil` while it does.
    private let afterwards = Mutex<(truth: VenueTruth, counters: Counters)?>(nil)

    private init(
        venue: String, port: Int, group: MultiThreadedEventLoopGroup, listener: any Channel,
        core: NIOLoopBound<HostLoop>, ended: EventLoopPromise<JournalFile.Fault?>
    ) {
        self.venue = venue
        self.port = port
        self.group = group
        self.listener = listener
        self.core = core
        self.ended = ended
    }

    /// Now, on the clock of a host: when a double is made for one, its market starts here.
    public static var now: Moment { ServerClock().now }

    /// Serves `double` on 127.0.0.1:`port` (0: a free one) with `authority`'s certificate. With `journal` the
    /// double's account is restored from it and kept in it (a `JournaledDouble` is needed). `pacedByReaders`:
    /// the venue's time pauses while a WebSocket reader is behind, for recordings played faster than life.
    public static func start(
        double: sending any VenueDouble, port: Int = 0, authority: TestAuthority,
        journal: sending JournalFile? = nil,
        pacedByReaders: Bool = false
    ) async throws(VenueHostFault) -> VenueHost {
        let tls: NIOSSLContext
        do throws(TestAuthority.Fault) { tls = try authority.serverContext() } catch {
            throw .authority(error)
        }
        let venue = double.name
        if let journal {
            guard let journaled = double as? any JournaledDouble else {
                preconditionFailure("\(venue) keeps no journal")
            }
            do throws(JournalFile.Fault) { try journal.adopt(journaled) } catch { throw .journal(error) }
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let ended = loop.makePromise(of: JournalFile.Fault?.self)
        let cargo = Cargo(double: double, journal: journal)
        do {
            let core = try await loop.submit {
                let core = HostLoop(
                    double: cargo.double, journal: cargo.journal, pacedByReaders: pacedByReaders
                ) { ended.succeed($0) }
                return NIOLoopBound(core, eventLoop: loop)
            }.get()
            let listener = try await VenueListener.open(port: port, group: group, core: core, tls: tls)
            try await loop.submit { core.value.start(on: loop) }.get()
            return VenueHost(
                venue: venue, port: listener.localAddress?.port ?? port, group: group, listener: listener,
                core: core,
                ended: ended)
        } catch {
            ended.succeed(nil)
            await shutDown(group)
            if let io = error as? IOError, io.errnoCode == EADDRINUSE { throw .portInUse(port) }
            throw .cannotListen(port: port, reason: "\(error)")
        }
    }

    /// What crosses to the loop once, and is never touched from outside again.
    private struct Cargo: @unchecked Sendable {
        let double: any VenueDouble
        let journal: JournalFile?
    }

    // MARK: The venue

    /// What the venue holds now; after `stop()`, what it held then.
    public func truth() async -> VenueTruth {
        await onLoop { core in
            core.input { _, _ in }
            return core.truth
        } ?? afterwards.withLock { $0?.truth } ?? VenueTruth()
    }

    public var isStopped: Bool { afterwards.withLock { $0 != nil } }

    public func counters() async -> Counters {
        await onLoop { $0.counters } ?? afterwards.withLock { $0?.counters } ?? Counters()
    }

    /// Runs `body` with the double on its loop, moved up to now, and delivers what follows. `nil` once
    /// stopped.
    public func withDouble<Answer: Sendable>(
        _ body: @escaping @Sendable (any VenueDouble, Moment) -> Answer
    ) async -> Answer? {
        await onLoop { core in core.input(body) } ?? nil
    }

    /// Has the loop run `body` with the double after a while, moved up to then; never, where the host is
    /// stopped before.
    func after(_ delay: TimeAmount, _ body: @escaping @Sendable (any VenueDouble) -> Void) async {
        let loop = group.next()
        await onLoop { [core] _ in
            _ = loop.scheduleTask(in: delay) { core.value.input { double, _ in body(double) } }
        }
    }

    /// Returns when the journal cannot be written any more, with the reason, or with `nil` when the host is
    /// stopped.
    public func untilEnded() async -> JournalFile.Fault? {
        do { return try await ended.futureResult.get() } catch { return nil }
    }

    /// Closes the listener and every connection and ends the thread. A second call does nothing.
    public func stop() async {
        let last = await onLoop { [listener] core in
            core.input { _, _ in }
            listener.close(promise: nil)
            return (channels: core.stop(), truth: core.truth, counters: core.counters)
        }
        guard let last else { return }
        let isFirst = afterwards.withLock { known in
            defer { known = (last.truth, last.counters) }
            return known == nil
        }
        guard isFirst else { return }
        let closing = EventLoopFuture.andAllComplete(last.channels.map(\.closeFuture), on: group.next())
        do { try await closing.get() } catch { preconditionFailure("andAllComplete does not fail: \(error)") }
        ended.succeed(nil)
        await VenueHost.shutDown(group)
    }

    /// `nil` when the host is stopped.
    private func onLoop<Answer: Sendable>(_ body: @escaping @Sendable (HostLoop) -> Answer) async -> Answer? {
        let core = core
        // Under the lock, so that no work is handed to a loop that has ended.
        let future = afterwards.withLock { known in
            known == nil ? group.next().submit { body(core.value) } : nil
        }
        do { return try await future?.get() } catch { return nil }
    }

    private static func shutDown(_ group: MultiThreadedEventLoopGroup) async {
        do { try await group.shutdownGracefully() } catch {
            preconditionFailure("a loop of ours ends: \(error)")
        }
    }
}
