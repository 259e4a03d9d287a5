import Control
import Dispatch
import Foundation
import Synchronization

@testable import Console

/// A directory of a test's own, owner-only and with a short name: a socket's path is bounded.
final class Scratch: Sendable {
    let path: String
    private static let count = Mutex(0)

    init() throws {
        let number = Scratch.count.withLock { count in
            count += 1
            return count
        }
        path = "/tmp/ctl-\(getpid())-\(number)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) is left: \(error)") }
    }

    var socket: String { path + "/control.sock" }

    func mode(_ file: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}

/// Answers every line with itself in brackets.
struct Echo: ControlAnswering {
    let tally = ControlTally()
    func answer(_ line: [UInt8], from user: UInt32) async -> [UInt8] {
        Array("[\(String(decoding: line, as: UTF8.self))]".utf8)
    }
}

/// Runs what blocks on a thread that no task waits for.
func blocking<Answer: Sendable>(_ body: @escaping @Sendable () throws -> Answer) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
}

extension ControlClient {
    /// Sends a line, answers the next one as text.
    func say(_ line: String) throws -> String {
        String(decoding: try exchange(Array(line.utf8)), as: UTF8.self)
    }
}

/// Patient: the tests of other suites may keep every core busy for minutes.
func client(_ path: String) throws -> ControlClient { try ControlClient(path: path, milliseconds: 3_600_000) }
