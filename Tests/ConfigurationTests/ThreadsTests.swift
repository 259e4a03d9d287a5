import Configuration
import Ports
import Testing

/// `threads:` of a node's file.
@Suite struct ThreadsTests {
    private static let file = ShippedFilesTests.root + "/config/demo.yaml"

    private struct With: ConfigurationSource {
        let disk = DiskSource()
        let more: String

        func bytes(of path: String) -> Result<[UInt8], UnreadableFile> {
            guard path.hasSuffix("config/demo.yaml") else { return disk.bytes(of: path) }
            return disk.bytes(of: path).map { $0 + Array(("\n" + more).utf8) }
        }
        func exists(_ path: String) -> Bool { disk.exists(path) }
        func variable(_ name: String) -> String? { disk.variable(name) }
    }

    private func load(_ more: String) -> Result<NodeConfiguration, ConfigurationProblems> {
        NodeConfiguration.load(path: Self.file, source: With(more: more))
    }

    @Test func `nothing is asked of the scheduler unless it is said`() throws {
        #expect(try load("").get().threads == .ordinary)
        #expect(try load("threads: {}").get().threads == .ordinary)
    }

    @Test func `each lane has its core, its priority, and the sockets may poll`() throws {
        let threads = try load(
            """
            threads:
              sockets: {core: 1, realtime: 20, busy_poll: on}
              store: {core: 0, realtime: 10}
              cold: {core: 0}
            """
        ).get().threads
        #expect(threads.sockets == LaneThreadPlan(core: 1, realtime: 20, busyPoll: true))
        #expect(threads.store == LaneThreadPlan(core: 0, realtime: 10))
        #expect(threads.cold == LaneThreadPlan(core: 0) && threads.reserve == LaneThreadPlan())
    }

    @Test(arguments: [
        ("threads: {sockets: {core: -1}}", "threads.sockets.core"),
        ("threads: {sockets: {realtime: 100}}", "threads.sockets.realtime"),
        ("threads: {sockets: {busy_poll: maybe}}", "threads.sockets.busy_poll"),
        ("threads: {store: {busy_poll: on}}", "unknown key `threads.store.busy_poll`"),
        ("threads: {socket: {core: 1}}", "unknown key `threads.socket`"),
        ("threads: [sockets]", "threads"),
    ])
    func `what cannot be meant is refused`(text: String, says: String) {
        guard case .failure(let problems) = load(text) else {
            Issue.record("\(text) was taken")
            return
        }
        #expect(problems.list.contains { $0.message.contains(says) }, "found: \(problems)")
    }
}
