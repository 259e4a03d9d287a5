import Glibc
import Testing
import TradingModel

@testable import LiveWorld

/// A datagram socket as systemd listens on.
private final class Supervisor {
    let descriptor: Int32

    init(_ path: [UInt8]) {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = MemoryLayout<sa_family_t>.size + path.count + (path[0] == 0 ? 0 : 1)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, socklen_t(length))
            }
        }
    }

    deinit { close(descriptor) }

    var next: String? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count >= 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}

@Suite struct `A supervisor` {
    private func environment(_ values: [String: String]) -> (String) -> String? { { values[$0] } }

    @Test(arguments: ["/tmp/arbnode-notify-\(getpid())", "@arbnode-notify-\(getpid())"])
    func `hears each message as one datagram, at a path and at an abstract address`(name: String) {
        var bytes = Array(name.utf8)
        if name.hasPrefix("@") { bytes[0] = 0 }
        let supervisor = Supervisor(bytes)
        defer { unlink(name) }
        let notifier = SystemdNotifier(environment: environment(["NOTIFY_SOCKET": name]))
        #expect(notifier.isSupervised)
        #expect(notifier.tell(.ready, .status("two\nlines")))
        #expect(supervisor.next == "READY=1\nSTATUS=two lines")
        #expect(notifier.tell(.watchdog))
        #expect(notifier.tell(.stopping))
        #expect(supervisor.next == "WATCHDOG=1")
        #expect(supervisor.next == "STOPPING=1")
        #expect(supervisor.next == nil)
    }

    @Test func `that is not there is not waited for`() {
        #expect(!SystemdNotifier(environment: environment([:])).tell(.ready))
        #expect(!SystemdNotifier(environment: environment(["NOTIFY_SOCKET": "/nowhere/at/all"])).tell(.ready))
        #expect(!SystemdNotifier(environment: environment(["NOTIFY_SOCKET": "relative"])).isSupervised)
    }

    @Test func `with a watchdog is reassured twice in its time, if it means this process`() {
        func interval(_ values: [String: String]) -> Span? {
            SystemdNotifier(environment: environment(values)).interval
        }
        #expect(interval(["WATCHDOG_USEC": "6000000"]) == .seconds(3))
        #expect(interval(["WATCHDOG_USEC": "6000000", "WATCHDOG_PID": "\(getpid())"]) == .seconds(3))
        #expect(interval(["WATCHDOG_USEC": "6000000", "WATCHDOG_PID": "1"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "0"]) == nil && interval(["WATCHDOG_USEC": "x"]) == nil)
        #expect(interval([:]) == nil)
    }
}
