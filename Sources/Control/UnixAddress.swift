import Glibc

/// The path of a Unix socket, which the kernel bounds.
public struct UnixAddress: Hashable, Sendable, CustomStringConvertible {
    /// `sun_path` has 108 bytes, the last one zero.
    public static let longestPath = 107

    public struct TooLong: Error, Hashable, Sendable, CustomStringConvertible {
        public var path: String
        public var description: String {
            "\(path) has \(path.utf8.count) bytes; a socket's path has at most \(UnixAddress.longestPath)"
        }
    }

    public let path: String

    public init(_ path: String) throws(TooLong) {
        guard path.utf8.count <= UnixAddress.longestPath, !path.utf8.contains(0) else {
            throw TooLong(path: path)
        }
        self.path = path
    }

    public var description: String { path }

    /// Calls `bind` or `connect` with the address; answers its result, `errno` is the call's.
    public func withAddress(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            for (place, byte) in path.utf8.enumerated() { bytes[place] = byte }
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// A new stream socket, closed on exec; `nil` with `errno` set when there is none to be had.
    public static func makeSocket() -> Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        return descriptor < 0 ? nil : descriptor
    }

    /// Whether a process listens there now.
    public var isLive: Bool {
        guard let descriptor = UnixAddress.makeSocket() else { return true }
        defer { close(descriptor) }
        // Not blocking: a listener whose queue is full (EAGAIN) lives as well.
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        let result = withAddress { connect(descriptor, $0, $1) }
        return result == 0 || errno != ECONNREFUSED && errno != ENOENT
    }
}

/// Who is at the other end of a Unix socket, as the kernel knows it: `struct ucred`.
public struct PeerCredentials: Hashable, Sendable {
    public var process: Int32
    public var user: UInt32
    public var group: UInt32

    public init(process: Int32 = 0, user: UInt32, group: UInt32 = 0) {
        self.process = process
        self.user = user
        self.group = group
    }

    /// `nil` when the kernel does not say: then nobody is trusted.
    public init?(of descriptor: Int32) {
        var credentials = PeerCredentials(user: .max)
        var length = socklen_t(MemoryLayout<PeerCredentials>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0,
            length == socklen_t(MemoryLayout<PeerCredentials>.size)
        else { return nil }
        self = credentials
    }

    /// A node's socket is for who runs the node, and for root.
    public func mayTalk(to owner: UInt32) -> Bool { user == owner || user == 0 }
}
