import Glibc
import SimulatedWorld

/// The account journal of one double on disk: one record a line, appended with one `write(2)` before the
/// answer that depends on it leaves. It protects against a kill of this process, not against a power cut:
/// nothing is synced.
public final class JournalFile {
    public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case unavailable(path: String, reason: String)
        /// Another process writes this journal.
        case inUse(path: String)
        /// A record that the double does not understand, by its line number from 1.
        case corrupted(path: String, line: Int, reason: String)

        public var description: String {
            switch self {
            case .unavailable(let path, let reason): "\(path): \(reason)"
            case .inUse(let path): "\(path): another process writes this journal"
            case .corrupted(let path, let line, let reason): "\(path):\(line): \(reason)"
            }
        }
    }

    public let path: String
    /// Set when an append failed; nothing is appended after that.
    private(set) var fault: Fault?
    private let descriptor: Int32
    private var found: [UInt8]

    /// Opens (or creates, with the last part of `directory`) `directory/<venue>.journal` for this process
    /// alone. A torn last line is cut off: its answer never left, so nobody relies on it.
    public init(directory: String, venue: String) throws(Fault) {
        path = "\(directory)/\(venue).journal"
        if mkdir(directory, 0o700) != 0 && errno != EEXIST {
            throw .unavailable(path: directory, reason: String(cString: strerror(errno)))
        }
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        found = []
        guard descriptor >= 0 else {
            throw .unavailable(path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .inUse(path: path) }
        found = try contents()
        let whole = found.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        if whole < found.count, ftruncate(descriptor, off_t(whole)) != 0 {
            throw .unavailable(path: path, reason: String(cString: strerror(errno)))
        }
        found.removeSubrange(whole...)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Restores `double` from what was found, and keeps what it journals from now on.
    func adopt(_ double: any JournaledDouble) throws(Fault) {
        let bytes = found
        found = []
        do throws(JournalFault) { try double.restore(from: bytes) } catch {
            switch error {
            case .unreadable(let line, let reason): throw .corrupted(path: path, line: line, reason: reason)
            }
        }
        double.journal = { [self] lines in append(lines) }
    }

    /// Appends whole lines in one write; a failure is kept in `fault`.
    func append(_ lines: [UInt8]) {
        guard fault == nil else { return }
        var written = 0
        while written < lines.count {
            let count = lines.withUnsafeBytes {
                write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                fault = .unavailable(path: path, reason: String(cString: strerror(errno)))
                return
            }
            written += count
        }
    }

    private func contents() throws(Fault) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unavailable(path: path, reason: String(cString: strerror(errno)))
            }
            bytes += chunk[..<count]
        }
    }
}
