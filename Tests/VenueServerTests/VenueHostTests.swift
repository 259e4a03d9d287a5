import Foundation
import SimulatedWorld
import Testing
import TradingModel
import VenueServer

@Suite(.timeLimit(.minutes(2))) struct `Venue host` {
    @Test func `a port in use is a typed fault`() async throws {
        try await withHost { host, authority in
            await #expect(throws: VenueHostFault.portInUse(host.port)) {
                try await VenueHost.start(double: EchoDouble(), port: host.port, authority: authority)
            }
        }
    }

    @Test func `a chosen port can be taken again right after a stop`() async throws {
        let authority = try TestAuthority.temporary()
        defer { authority.remove() }
        let first = try await VenueHost.start(double: EchoDouble(), authority: authority)
        let port = first.port
        try await Wire.open(port, ca: authority.caPath) { wire in
            _ = try await wire.get("/")
            await first.stop()
            #expect(await wire.isOver())
        }
        let second = try await VenueHost.start(double: EchoDouble(), port: port, authority: authority)
        #expect(second.port == port)
        await second.stop()
    }

    @Test func `what the venue held is known after the stop, and a second stop does nothing`() async throws {
        let authority = try TestAuthority.temporary()
        defer { authority.remove() }
        let host = try await VenueHost.start(double: EchoDouble(), authority: authority)
        try await Wire.open(host.port, ca: authority.caPath) { _ = try await $0.get("/") }
        async let ended = host.untilEnded()
        await host.stop()
        await host.stop()
        #expect(await ended == nil)
        #expect(await host.truth().fillCount == 1)
        #expect(await host.counters().requests == 1)
        #expect(await host.withDouble { _, _ in 1 } == nil)
    }

    @Test func `time moves without input, and an observer's changes reach the clients`() async throws {
        try await withHost { host, authority in
            let start = try #require(await host.withDouble { _, now in now })
            try await eventually {
                await host.withDouble { double, _ in (double as? EchoDouble)?.last ?? start } ?? start > start
            }
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                try await wire.upgrade("/")
                _ = try await wire.frame()
                await host.withDouble { double, now in double.received(Array("all".utf8), on: 1, at: now) }
                #expect(try await wire.frame() == .text("to all from 1"))
            }
        }
    }
}

@Suite(.timeLimit(.minutes(2))) struct `Journal file` {
    let scratch: Scratch
    let authority: TestAuthority
    init() throws {
        scratch = try Scratch()
        authority = try TestAuthority.inDirectory(scratch.path + "/tls")
    }
    private var file: String { scratch.path + "/data/echo.journal" }

    private func journal() throws -> JournalFile {
        try JournalFile(directory: scratch.path + "/data", venue: "echo")
    }

    private func ask(_ targets: [String], journal: sending JournalFile) async throws -> [String] {
        let host = try await VenueHost.start(double: EchoDouble(), authority: authority, journal: journal)
        let file = file
        let answers = try await Wire.open(host.port, ca: authority.caPath) { wire in
            var answers: [String] = []
            for target in targets {
                answers.append(try await wire.get(target).body)
                // on disk before the answer left
                #expect(try String(contentsOfFile: file, encoding: .utf8).hasSuffix(target + "\n"))
            }
            return answers
        }
        await host.stop()
        return answers
    }

    @Test func `an account outlives its process`() async throws {
        _ = try await ask(["/a", "/b"], journal: journal())
        #expect(try await ask(["/past"], journal: journal()) == ["/a,/b"])
        #expect(try await ask(["/past"], journal: journal()) == ["/a,/b,/past"])
    }

    @Test func `a torn last line is cut off`() async throws {
        _ = try await ask(["/a"], journal: journal())
        try (String(contentsOfFile: file, encoding: .utf8) + "/to").write(
            toFile: file, atomically: false, encoding: .utf8)
        #expect(try await ask(["/past"], journal: journal()) == ["/a"])
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "/a\n/past\n")
    }

    @Test func `a journal is its owner's alone and belongs to one process`() throws {
        let first = try journal()
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(throws: JournalFile.Fault.inUse(path: file)) { try journal() }
        _ = first.path
    }

    @Test func `a journal the double does not understand stops the start`() async throws {
        _ = try journal()
        try "/a\nbad\n".write(toFile: file, atomically: false, encoding: .utf8)
        let fault = JournalFile.Fault.corrupted(path: file, line: 2, reason: "bad")
        await #expect(throws: VenueHostFault.journal(fault)) {
            try await VenueHost.start(double: EchoDouble(), authority: authority, journal: journal())
        }
    }

    @Test func `when the disk refuses, no answer leaves and the host ends`() async throws {
        // a journal that has reached the largest size this process may write stands in for a full disk
        let largest = 16 << 20
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/data", withIntermediateDirectories: true)
        let line = String(repeating: "x", count: (1 << 20) - 1) + "\n"
        try String(repeating: line, count: largest >> 20).write(
            toFile: file, atomically: false, encoding: .utf8)
        signal(SIGXFSZ, SIG_IGN)
        var before = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
        var tight = rlimit(rlim_cur: rlim_t(largest), rlim_max: before.rlim_max)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &tight) == 0)
        defer { setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before) }
        let host = try await VenueHost.start(double: EchoDouble(), authority: authority, journal: journal())
        async let ended = host.untilEnded()
        try await Wire.open(host.port, ca: authority.caPath) { wire in
            _ = await #expect(throws: Wire.Gone.self) { try await wire.get("/a") }
        }
        #expect(await ended == .unavailable(path: file, reason: "File too large"))
        await host.stop()
    }
}
