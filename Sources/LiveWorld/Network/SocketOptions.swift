import Glibc

/// What every connection to a venue sets on its socket.
enum SocketOptions {
    static func apply(to descriptor: Int32) {
        // An order must not wait for the acknowledgement of the one before it.
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        // A path that died in silence (a firewall that forgot us) is found on idle connections within a
        // minute…
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
        // …and on busy ones when sent bytes stay unacknowledged this long, in milliseconds.
        set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 20_000)
    }

    /// The socket's pending error, 0 if there is none. Reading clears it.
    static func takeError(of descriptor: Int32) -> Int32 {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno
    }

    static func takeErrorText(of descriptor: Int32) -> String {
        let error = takeError(of: descriptor)
        return error == 0 ? "the lane or the server ended it" : String(cString: strerror(error))
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        // Best effort: a kernel that lacks one of these still carries the connection.
        _ = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
