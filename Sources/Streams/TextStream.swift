import Glibc

/// Text for people, on a descriptor: results on `output`, everything else on `error`.
///
/// A log's reader that has gone or stopped reading, or a full disk under it, must never end a node that
/// trades, nor hold it up. Foundation's `FileHandle` would end it.
public struct TextStream: Sendable {
    public let descriptor: Int32
    /// How long a reader may be behind before text is given up, in milliseconds; `nil`: as long as it takes.
    public let patience: Int32?

    public init(descriptor: Int32, patience: Int32?) {
        self.descriptor = descriptor
        self.patience = patience
    }

    /// Nobody may lose a result: it waits for its reader.
    public static let output = TextStream(descriptor: STDOUT_FILENO, patience: nil)
    public static let error = TextStream(descriptor: STDERR_FILENO, patience: 1_000)

    /// A closed pipe is an error of the write to it, not the end of the process. Once, at a program's start.
    public static func surviveClosedPipes() { signal(SIGPIPE, SIG_IGN) }

    /// A result on stdout. Ends the program where it cannot be written: nobody may take a part for the whole.
    /// A reader that has seen enough is no error. Not for what is said while a node runs.
    public static func result(_ text: String) {
        guard let fault = output.write(text), fault != EPIPE else { return }
        error.write("stdout: \(String(cString: strerror(fault)))\n")
        exit(EX_IOERR)
    }

    /// Writes all of it, or answers why not (an `errno`).
    @discardableResult
    public func write(_ text: String) -> Int32? {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let ready = poll(&state, 1, patience ?? -1)
            if ready == 0 { return EAGAIN }
            if ready < 0, errno != EINTR { return errno }
            // So many a pipe that is ready takes without waiting for its reader.
            let part = bytes.prefix(Int(PIPE_BUF))
            let count = part.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR && errno != EAGAIN {
                return errno
            }
        }
        return nil
    }
}
