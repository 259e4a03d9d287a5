import Glibc
import TradingModel

/// Tells systemd how the service is, by datagrams to the socket it names (sd_notify(3), without its library).
/// Everywhere else nobody listens, and every call does nothing.
public final class SystemdNotifier: Sendable {
    public enum Message: Hashable, Sendable {
        /// The node is up and answers.
        case ready
        case stopping
        /// Every critical heartbeat is fresh.
        case watchdog
        /// One line that `systemctl status` shows.
        case status(String)

        var text: String {
            switch self {
            case .ready: "READY=1"
            case .stopping: "STOPPING=1"
            case .watchdog: "WATCHDOG=1"
            case .status(let line): "STATUS=" + String(line.map { $0.isNewline ? " " : $0 })
            }
        }
    }

    private let descriptor: Int32
    private let address: [UInt8]

    /// How often the watchdog wants to hear of us: half of what systemd allows, as sd_watchdog_enabled(3)
    /// recommends. `nil`: there is no watchdog, or it is meant for another process.
    public let interval: Span?

    /// The variables of the environment that systemd sets.
    public convenience init() {
        self.init { name in getenv(name).map { String(cString: $0) } }
    }

    public init(environment: (String) -> String?) {
        let process = environment("WATCHDOG_PID").map { Int32($0) == getpid() } ?? true
        let allowed = environment("WATCHDOG_USEC").flatMap { Int64($0) } ?? 0
        interval = process && allowed > 0 ? .microseconds(max(1, allowed / 2)) : nil
        guard let path = environment("NOTIFY_SOCKET"), path.hasPrefix("/") || path.hasPrefix("@"),
            path.utf8.count > 1, path.utf8.count < SystemdNotifier.longestPath
        else {
            (descriptor, address) = (-1, [])
            return
        }
        // A leading @ stands for the NUL of an abstract address.
        var bytes = Array(path.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        address = bytes
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Somebody listens.
    public var isSupervised: Bool { descriptor >= 0 }

    /// Bytes of a Unix socket's path.
    private static let longestPath = 108

    /// Sends the messages in one datagram; `false` when nobody took it. Does not block.
    @discardableResult
    public func tell(_ messages: Message...) -> Bool {
        guard descriptor >= 0 else { return false }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: address) }
        // The length counts: an abstract address ends where it is said to end.
        let length = MemoryLayout<sa_family_t>.size + address.count + (address[0] == 0 ? 0 : 1)
        let text = Array(messages.map(\.text).joined(separator: "\n").utf8)
        let sent = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor, text, text.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), $0, socklen_t(length))
            }
        }
        return sent == text.count
    }
}
