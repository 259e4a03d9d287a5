import Channels
import Dispatch
import Foundation
import Glibc
import TradingModel
import Watch

enum Sample {
    static func alert(
        _ detail: String = "okx BTC-USDT: 0.5 owed", _ severity: Severity = .pageNow, number: Int = 7,
        at: Moment = Moment(nanoseconds: 1_790_000_000_000_000_000)
    ) -> Alert {
        Alert(
            kind: .opened, number: number, code: .hedgeFailure, severity: severity, scope: "okx",
            detail: detail, count: 1, at: at)
    }
}

/// Runs what blocks on a thread that no task waits for; answers the fault it ended with.
func delivering(
    _ channel: any AlertChannel, _ message: ChannelMessage = .alert(Sample.alert()),
    unless stop: StopFlag = StopFlag()
) async -> DeliveryFault? {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
            do throws(DeliveryFault) {
                try channel.deliver(message, unless: stop)
                continuation.resume(returning: nil)
            } catch { continuation.resume(returning: error) }
        }
    }
}

/// A port of this machine at which nobody listens, kept from everybody else for as long as it lives.
final class DeadPort: Sendable {
    let number: Int
    private let descriptor: Int32

    init() {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}

/// A directory that goes with the test.
final class Folder: Sendable {
    let path: String
    init() throws {
        path = NSTemporaryDirectory() + "channels-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) is left: \(error)") }
    }
    func text(_ name: String) throws -> String {
        try String(contentsOfFile: path + "/" + name, encoding: .utf8)
    }
}
