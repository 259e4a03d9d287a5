import Configuration
import Testing
import TradingModel
import Watch

/// `host:` of a node's file.
@Suite struct HostConfigurationTests {
    private static let file = ShippedFilesTests.root + "/config/paper.yaml"

    private struct With: ConfigurationSource {
        let disk = DiskSource()
        let more: String

        func bytes(of path: String) -> Result<[UInt8], UnreadableFile> {
            guard path.hasSuffix("config/paper.yaml") else { return disk.bytes(of: path) }
            return disk.bytes(of: path).map { $0 + Array(("\n" + more).utf8) }
        }
        func exists(_ path: String) -> Bool { disk.exists(path) }
        func variable(_ name: String) -> String? { disk.variable(name) }
    }

    private func load(_ more: String) -> Result<NodeConfiguration, ConfigurationProblems> {
        NodeConfiguration.load(path: Self.file, source: With(more: more))
    }

    @Test func `the standard's bounds hold where nothing is said, and none is contradictory`() throws {
        #expect(try load("").get().host == .standard)
        #expect(try load("host: {}").get().host == .standard)
        for measure in HostMeasure.allCases { #expect(HostPolicy.standard[measure].fault(measure) == nil) }
    }

    @Test func `each measure takes its own unit, and off is no bound`() throws {
        let host = try load(
            """
            host:
              every: 2s
              cpu: {reduced: off}
              memory: {reduced: 1GiB, hold: 3GiB, lasting: 5s}
              temperature: {hold: 99}
              clock: {reduced: 5ms, hold: 1s}
              round_trip: {reduced: 100ms}
            """
        ).get().host
        #expect(host.every == .seconds(2))
        #expect(host[.cpu].yellow == nil && host[.cpu].red == nil)
        #expect(host[.memory] == HostBound(yellow: 1 << 30, red: 3 << 30, lasting: .seconds(5)))
        #expect(host[.temperature].yellow == 85 && host[.temperature].red == 99)
        #expect(host[.clock].yellow == 5_000_000 && host[.clock].red == 1_000_000_000)
        #expect(host[.roundTrip].yellow == 100_000_000)
        #expect(host[.disk] == HostPolicy.standard[.disk])
    }

    @Test(arguments: [
        ("host: {cpu: {reduced: 101%}}", "host.cpu.reduced"),
        ("host: {memory: {reduced: 4GiB, hold: 2GiB}}", "hold must lie above reduced: 2GiB and 4GiB"),
        ("host: {disk: {reduced: 1GiB, hold: 2GiB}}", "hold must lie below reduced: 2GiB and 1GiB"),
        ("host: {clock: {hold: 5}}", "host.clock.hold"),
        ("host: {disc: {hold: 1GiB}}", "unknown key `host.disc`"),
        ("host: {every: 1ms}", "host.every"),
    ])
    func `what cannot be meant is refused`(text: String, says: String) {
        guard case .failure(let problems) = load(text) else {
            Issue.record("\(text) was taken")
            return
        }
        #expect(problems.list.contains { $0.message.contains(says) }, "found: \(problems)")
    }
}
