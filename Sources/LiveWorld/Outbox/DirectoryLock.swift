import Glibc

/// One process at a time per data directory. The lock goes when the process does, however it ends.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    enum Fault: Error {
        /// Held; by this process number, if the file tells.
        case held(by: Int32?)
        case file(OutboxFileFault)
    }

    init(_ path: String) throws(Fault) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file(OutboxFileFault(path: path, "cannot be opened")) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let fault = OutboxFileFault(path: path, "cannot be locked")
            let holder = DirectoryLock.readHolder(descriptor)
            close(descriptor)
            if isHeld { throw .held(by: holder) }
            throw .file(fault)
        }
        self.descriptor = descriptor
        // For people and for the next one's error message only; the lock itself is the kernel's.
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    deinit { close(descriptor) }

    private static func readHolder(_ descriptor: Int32) -> Int32? {
        var text = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &text, text.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: text[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }
}
