import Foundation
import SimulatedWorld
import Testing
import TradingModel
import VenueServer

/// A host of an `EchoDouble` for the length of one closure.
func withHost(
    journal: JournalFile? = nil, _ body: @Sendable (VenueHost, TestAuthority) async throws -> Void
) async throws {
    let authority = try TestAuthority.temporary()
    let host = try await VenueHost.start(double: EchoDouble(), authority: authority)
    do { try await body(host, authority) } catch {
        await host.stop()
        authority.remove()
        throw error
    }
    await host.stop()
    authority.remove()
    #expect(!FileManager.default.fileExists(atPath: authority.directory))
}

/// The host answers a new client.
func stillServes(_ host: VenueHost, _ authority: TestAuthority) async throws {
    let answer = try await Wire.open(host.port, ca: authority.caPath) { try await $0.get("/") }
    #expect(answer.status == 200)
}

/// Waits until `condition` holds; the suite's time limit bounds it.
func eventually(_ condition: @Sendable () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(2)) }
}

/// A directory of one test, removed with it.
final class Scratch: Sendable {
    let path: String
    init() throws {
        var template = Array((NSTemporaryDirectory() + "/venue-server-XXXXXX").utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
