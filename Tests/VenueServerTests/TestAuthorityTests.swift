import Foundation
import Testing

@testable import VenueServer

@Suite(.timeLimit(.minutes(2))) struct `Test authority` {
    @Test func `the key is for its owner only, certificates for all`() throws {
        let authority = try TestAuthority.temporary()
        defer { authority.remove() }
        func mode(_ path: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        }
        #expect(try mode(authority.keyPath) == 0o600)
        #expect(try mode(authority.directory) == 0o700)
        #expect(
            try String(contentsOfFile: authority.caPath, encoding: .utf8).hasPrefix("-----BEGIN CERTIFICATE"))
        #expect(try String(contentsOfFile: authority.keyPath, encoding: .utf8).contains("PRIVATE KEY"))
    }

    @Test func `certificates of a directory are used again`() async throws {
        let scratch = try Scratch()
        let directory = scratch.path + "/tls"
        let first = try TestAuthority.inDirectory(directory)
        let before = try String(contentsOfFile: first.certificatePath, encoding: .utf8)
        let second = try TestAuthority.inDirectory(directory)
        #expect(try String(contentsOfFile: second.certificatePath, encoding: .utf8) == before)
        second.remove()
        #expect(FileManager.default.fileExists(atPath: second.keyPath))
        let host = try await VenueHost.start(double: EchoDouble(), authority: second)
        try await stillServes(host, first)
        await host.stop()
    }

    @Test func `certificates of ours that have expired are made anew`() async throws {
        let scratch = try Scratch()
        let old = try TestAuthority.inDirectory(scratch.path, days: -1)
        let before = try String(contentsOfFile: old.certificatePath, encoding: .utf8)
        let new = try TestAuthority.inDirectory(scratch.path)
        #expect(try String(contentsOfFile: new.certificatePath, encoding: .utf8) != before)
        let host = try await VenueHost.start(double: EchoDouble(), authority: new)
        try await stillServes(host, new)
        await host.stop()
    }

    @Test func `servers that start together agree on one set`() async throws {
        let directory = try Scratch()
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let authority = try TestAuthority.inDirectory(directory.path)
                    return try String(contentsOfFile: authority.certificatePath, encoding: .utf8)
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(texts.count == 1)
    }

    @Test func `an incomplete set is refused and not touched`() throws {
        let scratch = try Scratch()
        let authority = try TestAuthority.inDirectory(scratch.path)
        try FileManager.default.removeItem(atPath: authority.keyPath)
        #expect(throws: TestAuthority.Fault.incomplete(directory: scratch.path, missing: ["server-key.pem"]))
        {
            try TestAuthority.inDirectory(scratch.path)
        }
        #expect(!FileManager.default.fileExists(atPath: authority.keyPath))
    }

    @Test func `a key of another certificate, a foreign authority and rubbish are refused`() throws {
        let scratch = try Scratch()
        let mine = try TestAuthority.inDirectory(scratch.path + "/mine")
        let other = try TestAuthority.inDirectory(scratch.path + "/other")
        func reason(replacing path: String, by text: String) throws -> String {
            let before = try String(contentsOfFile: path, encoding: .utf8)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            var reason = "accepted"
            do throws(TestAuthority.Fault) { _ = try TestAuthority.inDirectory(mine.directory) } catch {
                if case .unusable(_, let found) = error { reason = found }
            }
            try before.write(toFile: path, atomically: false, encoding: .utf8)
            return reason
        }
        let otherKey = try String(contentsOfFile: other.keyPath, encoding: .utf8)
        #expect(try reason(replacing: mine.keyPath, by: otherKey).contains("does not load"))
        let otherCA = try String(contentsOfFile: other.caPath, encoding: .utf8)
        #expect(try reason(replacing: mine.caPath, by: otherCA).contains("does not verify against ca.pem"))
        #expect(try reason(replacing: mine.certificatePath, by: "rubbish").contains("does not load"))
        #expect(try reason(replacing: mine.caPath, by: "rubbish").contains("ca.pem"))
        _ = try TestAuthority.inDirectory(mine.directory)
    }

    @Test func `a directory that cannot be made is a typed fault`() {
        #expect(
            throws: TestAuthority.Fault.unwritable(path: "/no/such/dir", reason: "No such file or directory")
        ) {
            try TestAuthority.inDirectory("/no/such/dir")
        }
    }

    @Test(arguments: ["localhost", nil]) func `its own clients verify the name and the address`(
        name: String?
    ) async throws {
        try await withHost { host, authority in
            let answer = try await Wire.open(host.port, ca: authority.caPath, name: name) {
                try await $0.get("/")
            }
            #expect(answer.status == 200)
        }
    }

    @Test func `another authority's clients refuse it`() async throws {
        try await withHost { host, authority in
            let stranger = try TestAuthority.temporary()
            defer { stranger.remove() }
            let refused = await Result {
                try await Wire.open(host.port, ca: stranger.caPath) { try await $0.get("/") }
            }
            #expect(throws: (any Error).self) { try refused.get() }
            #expect(await host.counters().requests == 0)
            // the host is well afterwards
            try await stillServes(host, authority)
        }
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
