import Glibc

/// Asks a node over its control socket, one request at a time, and waits for the answer.
public final class ControlClient {
    public enum Fault: Error, Hashable, Sendable {
        case tooLong(UnixAddress.TooLong)
        /// There is no such file.
        case absent(path: String)
        /// There is a file, and no process behind it.
        case dead(path: String)
        case forbidden(path: String)
        /// Somebody else's process listens there.
        case stranger(path: String, user: UInt32)
        case timedOut(path: String)
        /// The node closed the connection without an answer.
        case closed(path: String)
        /// An answer that is none.
        case incomprehensible(path: String, detail: String)
        case failed(path: String, call: String, errno: Int32)
    }

    private let address: UnixAddress
    private let descriptor: Int32
    /// In nanoseconds, for each request.
    private let patience: Int64
    private var received: [UInt8] = []

    /// - Parameter milliseconds: how long to wait for the connection and for each answer.
    public init(path: String, milliseconds: Int) throws(Fault) {
        do throws(UnixAddress.TooLong) { address = try UnixAddress(path) } catch { throw .tooLong(error) }
        guard let descriptor = UnixAddress.makeSocket() else {
            throw .failed(path: path, call: "socket", errno: errno)
        }
        self.descriptor = descriptor
        patience = Int64(milliseconds) * 1_000_000
        try connectTo(milliseconds)
        guard let peer = PeerCredentials(of: descriptor), peer.mayTalk(to: geteuid()) else {
            throw .stranger(path: path, user: PeerCredentials(of: descriptor)?.user ?? .max)
        }
    }

    deinit { close(descriptor) }

    /// The answer to one command; a `ControlFault` is the node's own.
    ///
    /// - Parameter unattended: no person stands behind it.
    public func ask<Answer: Codable & Sendable>(
        _ command: ControlCommand, for: Answer.Type, unattended: Bool = false
    ) throws -> Answer {
        let line = try exchange(
            try ControlProtocol.line(ControlRequest(command, unattended: unattended)))
        do {
            return try ControlProtocol.read(ControlReply<Answer>.self, from: line).get()
        } catch let fault as ControlFault {
            throw fault
        } catch {
            throw Fault.incomprehensible(path: address.path, detail: "\(error)")
        }
    }

    /// Sends one line, answers the next one that comes.
    public func exchange(_ line: [UInt8]) throws(Fault) -> [UInt8] {
        let deadline = ControlClient.clock + patience
        try send(line + [UInt8(ascii: "\n")], before: deadline)
        return try receive(before: deadline)
    }
}

extension ControlClient {
    private var path: String { address.path }

    private func connectTo(_ milliseconds: Int) throws(Fault) {
        // Blocks only while the listener's queue is full; bounded by the timeout for sending.
        var patience = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard address.withAddress({ connect(descriptor, $0, $1) }) != 0 else { return }
        switch errno {
        case ENOENT, ENOTDIR: throw .absent(path: path)
        case ECONNREFUSED: throw .dead(path: path)
        case EACCES, EPERM: throw .forbidden(path: path)
        case EAGAIN, ETIMEDOUT: throw .timedOut(path: path)
        default: throw .failed(path: path, call: "connect", errno: errno)
        }
    }

    private func send(_ bytes: [UInt8], before deadline: Int64) throws(Fault) {
        var sent = 0
        while sent < bytes.count {
            try waitFor(POLLOUT, before: deadline)
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
            } else if errno == EPIPE {
                return  // it closed: what it said before that is still there to be read
            } else if errno != EAGAIN, errno != EINTR {
                throw .failed(path: path, call: "send", errno: errno)
            }
        }
    }

    private func receive(before deadline: Int64) throws(Fault) -> [UInt8] {
        var searched = 0
        while true {
            if let end = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(received[..<end])
                received.removeFirst(end + 1)
                return line
            }
            searched = received.count
            guard received.count <= ControlProtocol.longestAnswer else {
                throw .incomprehensible(path: path, detail: "an answer without end")
            }
            try waitFor(POLLIN, before: deadline)
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                received += chunk[..<count]
            } else if count == 0 || errno == ECONNRESET {
                throw .closed(path: path)
            } else if errno != EAGAIN, errno != EINTR {
                throw .failed(path: path, call: "recv", errno: errno)
            }
        }
    }

    private func waitFor(_ event: Int32, before deadline: Int64) throws(Fault) {
        while true {
            let left = deadline - ControlClient.clock
            guard left > 0 else { throw .timedOut(path: path) }
            var wanted = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            let ready = poll(&wanted, 1, Int32(clamping: left / 1_000_000 + 1))
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw .failed(path: path, call: "poll", errno: errno) }
        }
    }

    /// Monotonic nanoseconds.
    private static var clock: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}
