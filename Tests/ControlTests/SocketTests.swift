import Control
import Foundation
import NIOCore
import Testing

@testable import Console

@Suite struct `The control socket` {
    private func start(_ path: String, _ echo: Echo = Echo()) async throws -> ControlServer {
        // Where tests take turns on few cores, a connection may be idle for long.
        try await ControlServer.start(at: path, echo, patience: .hours(1)) { $0.mayTalk(to: geteuid()) }
    }

    private func fault(_ path: String) async -> ControlServer.Fault? {
        do throws(ControlServer.Fault) {
            await (try ControlServer.start(at: path, Echo()) { _ in true }).stop()
            return nil
        } catch { return error }
    }

    @Test func `is its owner's alone, in a directory made as such, and goes with the server`() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/new/control.sock"
        let server = try await start(path)
        #expect(try scratch.mode(path) == 0o600)
        #expect(try scratch.mode(scratch.path + "/new") == 0o700)
        #expect(try await blocking { try client(path).say("a") } == "[a]")
        await server.stop()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `does not open in a directory that others may enter`() async throws {
        let scratch = try Scratch()
        chmod(scratch.path, 0o755)
        #expect(await fault(scratch.socket) == .openDirectory(scratch.path))
        #expect(!FileManager.default.fileExists(atPath: scratch.socket))
    }

    @Test func `of a living process is not stolen`() async throws {
        let scratch = try Scratch()
        let path = scratch.socket
        let server = try await start(path)
        #expect(await fault(path) == .inUse(path))
        #expect(try await blocking { try client(path).say("still here") } == "[still here]")
        await server.stop()
    }

    @Test func `of a dead process is replaced`() async throws {
        let scratch = try Scratch()
        let path = scratch.socket
        // What a killed process leaves: a file that is bound, and nobody who listens.
        let descriptor = try #require(UnixAddress.makeSocket())
        #expect(try UnixAddress(path).withAddress { bind(descriptor, $0, $1) } == 0)
        close(descriptor)
        #expect(throws: ControlClient.Fault.dead(path: path)) { try client(path) }
        let server = try await start(path)
        #expect(try scratch.mode(path) == 0o600)
        #expect(try await blocking { try client(path).say("a") } == "[a]")
        await server.stop()
    }

    @Test func `leaves alone what is no socket, and a file that has taken its place`() async throws {
        let scratch = try Scratch()
        let path = scratch.socket
        try Data("precious".utf8).write(to: URL(filePath: path))
        #expect(await fault(path) == .occupied(path))
        try FileManager.default.removeItem(atPath: path)
        let server = try await start(path)
        try FileManager.default.removeItem(atPath: path)
        try Data("precious".utf8).write(to: URL(filePath: path))
        await server.stop()
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("precious".utf8))
    }

    @Test func `with too long a path is refused with its length`() async throws {
        let path = "/tmp/" + String(repeating: "x", count: 120)
        let fault = try #require(await fault(path))
        #expect("\(fault)".contains("\(path) has 125 bytes"))
    }

    @Test func `closes other users' connections before it reads, and counts them`() async throws {
        let scratch = try Scratch()
        let (path, echo) = (scratch.socket, Echo())
        let server = try await ControlServer.start(at: path, echo) { _ in false }
        await #expect(throws: ControlClient.Fault.closed(path: path)) {
            try await blocking { try client(path).say("let me in") }
        }
        #expect(echo.tally.counts.refusedPeers == 1)
        #expect(echo.tally.counts.accepted == 0)
        await server.stop()
        #expect(PeerCredentials(user: 0).mayTalk(to: 1_000))
        #expect(PeerCredentials(user: 1_000).mayTalk(to: 1_000))
        #expect(!PeerCredentials(user: 1_001).mayTalk(to: 1_000))
        #expect(!PeerCredentials(user: 1_001).mayTalk(to: 0))
    }

    @Test func `takes so many connections and tells the next one, until a place is free`() async throws {
        let scratch = try Scratch()
        let (path, echo) = (scratch.socket, Echo())
        let server = try await start(path, echo)
        try await blocking {
            var clients: [ControlClient] = []
            for number in 0..<ControlServer.most {
                clients.append(try client(path))
                #expect(try clients[number].say("a") == "[a]")
            }
            #expect(try client(path).say("a").contains(#""code":"busy""#))
            #expect(echo.tally.counts.refusedFull == 1)
            clients.removeAll()
            // A place is free once the server has seen a client go.
            var answer = ""
            while answer != "[a]" { answer = try client(path).say("a") }
        }
        await server.stop()
    }

    @Test func `refuses a line that is too long, closes that connection and serves the others`() async throws
    {
        let scratch = try Scratch()
        let (path, echo) = (scratch.socket, Echo())
        let server = try await start(path, echo)
        try await blocking {
            let other = try client(path)
            let longest = String(repeating: "x", count: ControlProtocol.longestRequest)
            #expect(try other.say(longest).utf8.count == longest.utf8.count + 2)
            let wordy = try client(path)
            #expect(try wordy.say(longest + "x").contains(#""code":"too_long""#))
            #expect(throws: ControlClient.Fault.closed(path: path)) { try wordy.say("a") }
            #expect(try other.say("a") == "[a]")
        }
        #expect(echo.tally.counts.refusedRequests == 1)
        await server.stop()
    }

    @Test func `gives the place of who asks and never listens to somebody else`() async throws {
        let scratch = try Scratch()
        let path = scratch.socket
        let server = try await ControlServer.start(at: path, Echo(), patience: .milliseconds(200)) { _ in
            true
        }
        let fault = try await blocking { () -> Int32 in
            let descriptor = try #require(UnixAddress.makeSocket())
            defer { close(descriptor) }
            #expect(try UnixAddress(path).withAddress { connect(descriptor, $0, $1) } == 0)
            // Patient like `client`: while an answer waits for a core, the server rightly does not hang up.
            var limit = timeval(tv_sec: 3_600, tv_usec: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            let line = Array(String(repeating: "x", count: ControlProtocol.longestRequest - 1).utf8) + [0x0A]
            // Until both directions are full, and then until the server has had enough.
            while send(descriptor, line, line.count, Int32(MSG_NOSIGNAL)) > 0 {}
            return errno
        }
        #expect(fault == EPIPE || fault == ECONNRESET, "\(String(cString: strerror(fault)))")
        await server.stop()
    }

    @Test func `answers lines that come together in their order`() async throws {
        let scratch = try Scratch()
        let path = scratch.socket
        let server = try await start(path)
        try await blocking {
            let one = try client(path)
            #expect(try one.say("1\n2\n3") == "[1]")
            #expect(try one.say("4") == "[2]")
            #expect(try one.say("5") == "[3]")
            #expect(try one.say("6") == "[4]")
        }
        await server.stop()
    }

    @Test func `is found where the shipped configurations put it`() async throws {
        let scratch = try Scratch()
        let base = scratch.path
        #expect(ControlSocketSearch.find(below: base, temporary: base) == .none(dead: []))
        let paths = ["/data/paper/paper/control.sock", "/arbnode-demo-1/control.sock"].map { base + $0 }
        for folder in ["/data", "/data/paper"] { mkdir(base + folder, 0o700) }
        let first = try await start(paths[0])
        #expect(ControlSocketSearch.find(below: base, temporary: base) == .one(paths[0]))
        let second = try await start(paths[1])
        #expect(ControlSocketSearch.find(below: base, temporary: base) == .several(paths))
        await first.stop()
        #expect(ControlSocketSearch.find(below: base, temporary: base) == .one(paths[1]))
        await second.stop()
    }
}
