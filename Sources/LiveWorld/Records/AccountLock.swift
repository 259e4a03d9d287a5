import Glibc

/// One node at a time per account on this machine, whatever its data directory: two that trade with the same
/// key would each take the other's orders for a stranger's. The lock goes when the process does.
public final class AccountLock: Sendable {
    private let descriptors: [Int32]

    public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case held(venue: String, by: Int32?)
        case unavailable(String)

        public var description: String {
            switch self {
            case .held(let venue, let holder):
                "another node\(holder.map { " (process \($0))" } ?? "") trades with this key at \(venue): "
                    + "one account is one node's; end it, or give this one a sub-account of its own"
            case .unavailable(let text): "the accounts cannot be locked: \(text)"
            }
        }
    }

    /// An account, as a node knows it.
    public struct Account: Sendable {
        var venue: String
        /// The venue's REST address.
        var origin: String
        /// The API key: it is hashed, and stands nowhere.
        var key: String

        public init(venue: String, origin: String, key: String) {
            self.venue = venue
            self.origin = origin
            self.key = key
        }
    }

    /// - Parameter directory: shared by all nodes of the machine.
    public init(_ accounts: [Account], in directory: String) throws(Fault) {
        var held: [Int32] = []
        for account in accounts {
            do throws(Fault) {
                let name = HexDigest.of(Array("\(account.origin)\n\(account.key)".utf8)).prefix(32)
                held.append(
                    try AccountLock.lock("\(directory)/arbnode-account-\(name).lock", account.venue))
            } catch {
                for descriptor in held { close(descriptor) }
                throw error
            }
        }
        descriptors = held
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    /// Where nodes of this machine find each other's locks: `ARBNODE_LOCKS`, else the system's directory.
    public static var directory: String {
        if let named = getenv("ARBNODE_LOCKS") { return String(cString: named) }
        return access("/run/lock", W_OK) == 0 ? "/run/lock" : "/tmp"
    }

    private static func lock(_ path: String, _ venue: String) throws(Fault) -> Int32 {
        // Readable by others: another user's node locks it as well, and needs no right to write for that.
        var descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        if descriptor < 0, errno == EACCES { descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        guard descriptor >= 0 else {
            throw .unavailable("\(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let text = String(cString: strerror(errno))
            var digits = [UInt8](repeating: 0, count: 16)
            let count = pread(descriptor, &digits, digits.count, 0)
            close(descriptor)
            guard isHeld else { throw .unavailable("\(path): \(text)") }
            let holder = Int32(
                String(decoding: digits[..<max(0, count)].prefix { $0 != 0x0A }, as: UTF8.self))
            throw .held(venue: venue, by: holder)
        }
        // For people and for the next one's message only; the lock itself is the kernel's.
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
        return descriptor
    }
}
