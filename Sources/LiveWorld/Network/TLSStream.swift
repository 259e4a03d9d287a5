import COpenSSL
import Glibc
import Ports
import TradingModel

/// What a stream tells the protocol above it. All calls arrive on the lane.
protocol TLSStreamOwner: AnyObject, Sendable {
    /// Connected, and the server proved its name.
    func streamOpened()
    /// `received` holds more bytes. Called once per TLS record.
    func streamReceived()
    /// All events of this turn were handled; the window may be settled.
    func streamServiced()
    /// What `write` could not hand over at once is handed over now.
    func streamDrained()
    /// The end, unless the owner itself closed the stream. `isComplete`: the server said that it has sent
    /// everything, so what was received is whole.
    func streamClosed(_ reason: String, isComplete: Bool)
}

/// One TLS connection on a socket lane: name lookup, connect, handshake, bytes. Confined to the lane.
///
/// Received bytes are read from the socket in pieces of 64 KiB and given to OpenSSL in memory, so a burst of
/// small frames costs one system call, not two per frame; sent bytes go from OpenSSL straight to the socket.
final class TLSStream: DescriptorHandler, @unchecked Sendable {
    enum Stage: Equatable {
        case idle, resolving, connecting, handshaking, open
        /// A write failed; the owner hears of it in the next turn.
        case broken
        case closed
    }

    let lane: SocketLane
    let endpoint: Endpoint
    private let trust: TrustStore
    private let resolver: Resolver
    /// Held until the stream ends.
    private var owner: (any TLSStreamOwner)?
    private(set) var stage = Stage.idle

    var received = ByteWindow(usualCapacity: 32_768)

    private var addresses: ArraySlice<SocketAddress> = []
    private var attemptTimer: LaneTimer?
    private var watch: DescriptorWatch?
    private var session: OpaquePointer?
    private var incoming: OpaquePointer?
    private var backlog: [UInt8] = []
    private var backlogStart = 0
    private var lastFailure = ""

    init(_ endpoint: Endpoint, lane: SocketLane, trust: TrustStore, resolver: Resolver) {
        self.endpoint = endpoint
        self.lane = lane
        self.trust = trust
        self.resolver = resolver
    }

    deinit { SSL_free(session) }

    /// What the stream is waiting for, in words.
    var progress: String {
        switch stage {
        case .idle, .resolving: "looking up \(endpoint.host)"
        case .connecting: "connecting to \(endpoint.host) (\(lastAddress))"
        case .handshaking: "TLS handshake with \(endpoint.host)"
        case .open, .broken, .closed: "connected to \(endpoint.host)"
        }
    }
    private var lastAddress = ""

    /// Bytes that wait for the socket.
    var backlogCount: Int { backlog.count - backlogStart }

    func open(_ owner: any TLSStreamOwner) {
        precondition(stage == .idle)
        self.owner = owner
        stage = .resolving
        resolver.resolve(endpoint, lane: lane) { [weak self] answer in self?.resolved(answer) }
    }

    /// Hands `bytes` to TLS, or keeps what the socket does not take now. `false`: not open, or more than
    /// `limit` bytes would wait; nothing was taken.
    func write(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Bool {
        guard stage == .open, backlogCount + bytes.count <= limit else { return false }
        let handed = backlogCount == 0 ? handOver(bytes) : 0
        if handed < bytes.count, stage == .open {
            backlog.append(contentsOf: bytes[handed...])
            askForWritability()
        }
        return true
    }

    /// Ends the stream: the owner is not told. What waits in the backlog is lost.
    func close() {
        guard stage != .closed else { return }
        if stage == .open, let session, backlogCount == 0 {
            ERR_clear_error()
            SSL_shutdown(session)
        }
        tearDown()
    }

    /// Whether an idle connection can take a request: the server has sent nothing and has not hung up.
    func probe() -> Probe {
        guard stage == .open, let watch else { return .dead }
        var byte: UInt8 = 0
        let got = recv(watch.descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        if got > 0 { return .unread }
        return got < 0 && (errno == EAGAIN || errno == EINTR) ? .quiet : .dead
    }

    enum Probe { case quiet, unread, dead }

    // MARK: Connecting

    private func resolved(_ answer: Resolver.Answer) {
        guard stage == .resolving else { return }
        switch answer {
        case .failure(let fault): fail(fault.detail)
        case .success(let found):
            addresses = found[...]
            stage = .connecting
            connectNext()
        }
    }

    private func connectNext() {
        attemptTimer?.cancel()
        while let address = addresses.popFirst() {
            lastAddress = address.description
            if begin(address) {
                // A silent address must not use up the time of those behind it.
                if !addresses.isEmpty {
                    attemptTimer = lane.schedule(at: LiveClock.now + .seconds(3)) { [weak self] in
                        self?.attemptFailed("no answer within 3 s")
                    }
                }
                return
            }
        }
        fail(lastFailure)
    }

    private func begin(_ address: SocketAddress) -> Bool {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else {
            noteFailure(String(cString: strerror(errno)))
            return false
        }
        SocketOptions.apply(to: descriptor)
        if address.connect(descriptor) != 0 && errno != EINPROGRESS {
            noteFailure(String(cString: strerror(errno)))
            Glibc.close(descriptor)
            return false
        }
        guard let watch = lane.watch(descriptor, self) else {
            noteFailure("the lane takes no more sockets")
            return false
        }
        self.watch = watch
        lane.notifyWhenWritable(watch)
        return true
    }

    private func noteFailure(_ detail: String) {
        lastFailure = "cannot connect to \(endpoint.host):\(endpoint.port) (\(lastAddress)): \(detail)"
    }

    private func attemptFailed(_ detail: String) {
        guard stage == .connecting else { return }
        noteFailure(detail)
        if let watch {
            self.watch = nil
            lane.release(watch)
        }
        connectNext()
    }

    private func connectionProgressed(_ watch: DescriptorWatch) {
        let error = SocketOptions.takeError(of: watch.descriptor)
        guard error == 0 else { return attemptFailed(String(cString: strerror(error))) }
        attemptTimer?.cancel()
        addresses = []
        guard let session = trust.makeSession(for: endpoint), let incoming = BIO_new(BIO_s_mem()),
            let outgoing = BIO_new_socket(watch.descriptor, BIO_NOCLOSE)
        else { return fail("TLS: out of memory") }
        // An empty memory BIO means "later", not "end".
        BIO_ctrl(incoming, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, nil)
        SSL_set_bio(session, incoming, outgoing)
        self.session = session
        self.incoming = incoming
        stage = .handshaking
        continueHandshake(session)
    }

    private func continueHandshake(_ session: OpaquePointer) {
        ERR_clear_error()
        let outcome = SSL_do_handshake(session)
        if outcome == 1 {
            stage = .open
            owner?.streamOpened()
            return
        }
        switch SSL_get_error(session, outcome) {
        case SSL_ERROR_WANT_READ: break
        case SSL_ERROR_WANT_WRITE: askForWritability()
        default: fail(TLSFailure.handshake(session, endpoint: endpoint))
        }
    }

    // MARK: Events

    func descriptorReadable(_ watch: DescriptorWatch) {
        guard watch === self.watch else { return }
        if stage == .connecting { return connectionProgressed(watch) }
        ERR_clear_error()
        // A bound, so that one flooding socket cannot keep the others waiting for ever.
        for _ in 0..<16 {
            guard let incoming, stage == .handshaking || stage == .open else { return }
            let got = recv(watch.descriptor, lane.scratch.baseAddress, lane.scratch.count, 0)
            if got > 0 {
                BIO_write(incoming, lane.scratch.baseAddress, Int32(got))
                takeRecords()
                if got == lane.scratch.count { continue }
            } else if got == 0 {
                return serverHungUp()
            } else if errno == EINTR {
                continue
            } else if errno != EAGAIN {
                return fail("connection to \(endpoint.host) failed: \(String(cString: strerror(errno)))")
            }
            break
        }
        if stage == .open { owner?.streamServiced() }
    }

    private func takeRecords() {
        if stage == .handshaking, let session { continueHandshake(session) }
        while stage == .open, let session, let incoming {
            let room = received.room(16_384)
            let got = SSL_read(session, room.baseAddress, Int32(clamping: room.count))
            guard got > 0 else { return readEnded(session, got) }
            received.filled(Int(got))
            owner?.streamReceived()
            if stage == .open, SSL_has_pending(session) == 0, BIO_ctrl_pending(incoming) == 0 { return }
        }
    }

    private func readEnded(_ session: OpaquePointer, _ outcome: Int32) {
        switch SSL_get_error(session, outcome) {
        case SSL_ERROR_WANT_READ: break
        case SSL_ERROR_WANT_WRITE: askForWritability()
        case SSL_ERROR_ZERO_RETURN: fail("\(endpoint.host) closed the connection", isComplete: true)
        default: fail("TLS: \(endpoint.host): \(TLSFailure.takeErrors())")
        }
    }

    private func serverHungUp() {
        if stage == .handshaking { return fail("TLS: \(endpoint.host) hung up during the handshake") }
        fail("\(endpoint.host) hung up without closing the TLS session")
    }

    func descriptorWritable(_ watch: DescriptorWatch) {
        guard watch === self.watch else { return }
        switch stage {
        case .connecting: connectionProgressed(watch)
        case .handshaking:
            if let session { continueHandshake(session) }
        case .open: flush()
        default: break
        }
    }

    func descriptorGone(_ watch: DescriptorWatch) {
        guard watch === self.watch else { return }
        self.watch = nil
        switch stage {
        case .closed, .broken: break
        case .connecting: attemptFailed(SocketOptions.takeErrorText(of: watch.descriptor))
        default:
            fail("connection to \(endpoint.host) ended: \(SocketOptions.takeErrorText(of: watch.descriptor))")
        }
        SSL_free(session)
        session = nil
        incoming = nil
    }

    // MARK: Writing

    /// Answers how many bytes OpenSSL took.
    private func handOver(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let session, let base = bytes.baseAddress else { return 0 }
        ERR_clear_error()
        var handed = 0
        while handed < bytes.count {
            let wrote = SSL_write(session, base + handed, Int32(clamping: bytes.count - handed))
            if wrote > 0 {
                handed += Int(wrote)
                continue
            }
            switch SSL_get_error(session, wrote) {
            case SSL_ERROR_WANT_WRITE, SSL_ERROR_WANT_READ: return handed
            default:
                breakLater("writing to \(endpoint.host) failed: \(String(cString: strerror(errno)))")
                return handed
            }
        }
        return handed
    }

    private func flush() {
        guard backlogCount > 0 else { return }
        let handed = backlog.withUnsafeBytes {
            handOver(UnsafeRawBufferPointer(rebasing: $0[backlogStart...]))
        }
        guard stage == .open else { return }
        backlogStart += handed
        if backlogCount > 0 { return askForWritability() }
        backlog.removeAll(keepingCapacity: backlog.capacity <= 65_536)
        backlogStart = 0
        owner?.streamDrained()
    }

    private func askForWritability() {
        if let watch { lane.notifyWhenWritable(watch) }
    }

    // MARK: The end

    /// The caller of `write` must not be called back from inside its own call.
    private func breakLater(_ reason: String) {
        stage = .broken
        lane.post { [weak self] in self?.fail(reason) }
    }

    private func fail(_ reason: String, isComplete: Bool = false) {
        guard stage != .closed else { return }
        let owner = owner
        tearDown()
        owner?.streamClosed(reason, isComplete: isComplete)
    }

    private func tearDown() {
        stage = .closed
        attemptTimer?.cancel()
        owner = nil
        addresses = []
        backlog = []
        backlogStart = 0
        // OpenSSL's objects stay until `descriptorGone`: this may run inside a read of theirs.
        if let watch { lane.release(watch) }
    }
}
