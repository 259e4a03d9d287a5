import Audit
import Foundation
import Journal
import LiveWorld
import Synchronization
import Testing
import TradingModel

/// A folder of a test's own.
final class Folder: Sendable {
    let path: String
    private static let count = Mutex(0)

    init() throws {
        let number = Folder.count.withLock { count in
            count += 1
            return count
        }
        path = "/tmp/audit-\(getpid())-\(number)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) is left: \(error)") }
    }

    var log: String { path + "/audit/log.jsonl" }
    func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
    func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }
}

private func change(_ number: Int64, reason: String = "drill") -> StateChange {
    StateChange(
        at: Moment(nanoseconds: number), subject: .mode, before: "NORMAL", after: "HOLD", reason: reason,
        actor: "ann")
}

extension AuditFile {
    fileprivate func add(_ changes: [StateChange]) throws {
        try append { chain in
            changes.enumerated().flatMap { chain.add($0.element, row: UInt64($0.offset + 1)) }
        }
    }

    fileprivate func sign(_ cause: String) throws {
        try appendHead { chain, key in
            chain.sign(at: Moment(nanoseconds: 99), row: 7, cause: cause, key: key.verifying.name) {
                key.sign($0)
            }
        }
    }
}

@Suite struct `An audit log` {
    /// Six lines in two signed parts, and two that no signature covers yet.
    private func written() throws -> (Folder, [UInt8]) {
        let folder = try Folder()
        let file = try AuditFile(in: folder.path)
        try file.add([change(1), change(2, reason: "a \"quoted\"\n\\word\u{1}, ü")])
        try file.sign("minute")
        try file.add([change(3), change(4)])
        try file.sign("minute")
        try file.add([change(5), change(6)])
        return (folder, try folder.bytes(folder.log))
    }

    @Test func `is lines of JSON that say who did what, for its owner only`() throws {
        let (folder, bytes) = try written()
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 8)
        for (index, line) in lines.enumerated() {
            let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            #expect(object?["seq"] as? Int == index + 1)
        }
        let second = try JSONSerialization.jsonObject(with: Data(lines[1])) as? [String: Any]
        #expect(second?["reason"] as? String == "a \"quoted\"\n\\word\u{1}, ü")
        for name in ["log.jsonl", "head.jsonl", "key.pem"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/audit/" + name)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(name)")
        }
    }

    @Test func `goes on where it ended, and says what no signature covers`() throws {
        let (folder, _) = try written()
        let report = try #require(try AuditReport.inspect(folder.path))
        #expect(report.lines == 8 && report.heads == 2 && report.unsigned == 2 && report.flaw == nil)
        let again = try AuditFile(in: folder.path)
        #expect(again.damaged == nil && again.repaired == nil)
        try again.add([change(7)])
        try again.sign("shutdown")
        let after = try #require(try AuditReport.inspect(folder.path))
        #expect(after.lines == 10 && after.unsigned == 0 && after.flaw == nil)
        #expect(after.key == report.key)
    }

    @Test func `of which any byte was changed is found out`() throws {
        let (folder, bytes) = try written()
        var found = 0
        for place in bytes.indices {
            for mask: UInt8 in [0x01, 0x20, 0x80] {
                var altered = bytes
                altered[place] ^= mask
                try folder.write(altered, to: folder.log)
                let report = try AuditReport.inspect(folder.path)
                let isFound = report?.flaw != nil || (report?.torn ?? 0) > 0
                #expect(isFound, "byte \(place) with \(mask)")
                found += isFound ? 1 : 0
            }
        }
        print("{\"tampers\":\(bytes.count * 3),\"detected\":\(found)}")
        #expect(found >= 1_000)
    }

    @Test func `of which a line is missing, doubled or swapped is found out`() throws {
        let (folder, bytes) = try written()
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) + [UInt8(ascii: "\n")] }
        for index in lines.indices {
            var missing = lines
            missing.remove(at: index)
            var doubled = lines
            doubled.insert(lines[index], at: index)
            var swapped = lines
            swapped.swapAt(index, (index + 1) % lines.count)
            for (name, altered) in [("missing", missing), ("doubled", doubled), ("swapped", swapped)] {
                try folder.write(Array(altered.joined()), to: folder.log)
                // Two newest lines that no head covers are told from a log that never had them by nothing.
                if name == "missing", index == lines.count - 1 { continue }
                #expect(try AuditReport.inspect(folder.path)?.flaw != nil, "line \(index + 1) is \(name)")
            }
        }
    }

    @Test func `that was cut at any byte up to its newest head is found out`() throws {
        let (folder, bytes) = try written()
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        let signed = lines[..<6].reduce(0) { $0 + $1.count + 1 }
        for length in 0..<signed {
            try folder.write(Array(bytes[..<length]), to: folder.log)
            #expect(try AuditReport.inspect(folder.path)?.flaw != nil, "cut at \(length)")
        }
        // Beyond it only a head that was noted elsewhere could tell.
        try folder.write(Array(bytes[..<signed]), to: folder.log)
        #expect(try AuditReport.inspect(folder.path)?.flaw == nil)
        let last = try JSONSerialization.jsonObject(with: Data(lines[7])) as? [String: Any]
        let hash = try #require(last?["hash"] as? String)
        #expect(try AuditReport.inspect(folder.path, expected: (8, hash))?.flaw != nil)
        try folder.write(bytes, to: folder.log)
        #expect(try AuditReport.inspect(folder.path, expected: (8, hash))?.flaw == nil)
    }

    @Test func `that somebody wrote anew with a key of his own is not the node's`() throws {
        let (folder, _) = try written()
        let mine = try SigningKey(at: folder.path + "/audit/key.pem").verifying
        let (other, forged) = try written()
        #expect(try AuditReport.inspect(other.path)?.flaw == nil)
        #expect(try AuditReport.inspect(other.path, key: mine)?.flaw?.hasPrefix("line 3 is signed") == true)
        // Rehashed throughout, but without the key its heads cannot be made again.
        try folder.write(forged, to: folder.log)
        try FileManager.default.removeItem(atPath: folder.path + "/audit/head.jsonl")
        #expect(try AuditReport.inspect(folder.path)?.flaw != nil)
    }

    @Test func `with a line that a crash cut off is cut back to its last whole one`() throws {
        let (folder, bytes) = try written()
        try folder.write(bytes + Array("{\"seq\":9,\"at".utf8), to: folder.log)
        #expect(try AuditReport.inspect(folder.path)?.torn == 12)
        let file = try AuditFile(in: folder.path)
        #expect(file.damaged == nil && file.repaired != nil)
        #expect(try folder.bytes(folder.log) == bytes)
        try file.add([change(9)])
        #expect(try AuditReport.inspect(folder.path)?.flaw == nil)
    }

    @Test func `that is damaged is kept beside the one that begins anew`() throws {
        let (folder, bytes) = try written()
        var altered = bytes
        altered[400] ^= 1
        try folder.write(altered, to: folder.log)
        let file = try AuditFile(in: folder.path)
        #expect(file.damaged?.contains("line 2") == true, "\(file.damaged ?? "")")
        #expect(try folder.bytes(folder.log + ".damaged-1") == altered)
        try file.add([change(1)])
        try file.sign("start")
        #expect(try AuditReport.inspect(folder.path)?.lines == 2)
    }
}

@Suite struct `The key that signs` {
    @Test func `is made once, refused when others can read it, and tells nobody what it is`() throws {
        let folder = try Folder()
        let path = folder.path + "/key.pem"
        let key = try SigningKey(at: path)
        #expect(try SigningKey(at: path).verifying == key.verifying)
        #expect("\(key)" == "SigningKey(\(key.verifying.name))" && Mirror(reflecting: key).children.isEmpty)
        chmod(path, 0o640)
        #expect(throws: FileFault.self) { try SigningKey(at: path) }
        try folder.write(
            Array("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".utf8), to: path)
        chmod(path, 0o600)
        #expect(throws: FileFault.self) { try SigningKey(at: path) }
    }

    @Test func `signs what openssl checks with the exported half`() throws {
        let folder = try Folder()
        let key = try SigningKey(at: folder.path + "/key.pem")
        let message = Array("who did what".utf8)
        let signature = key.sign(message)
        #expect(key.verifying.verify(message, signature))
        #expect(!key.verifying.verify(message + [0], signature))
        #expect(!key.verifying.verify(message, Array(signature.dropLast()) + [signature[63] ^ 1]))
        #expect(VerifyingKey(pem: Array(key.verifying.pem.utf8)) == key.verifying)
        try folder.write(Array(key.verifying.pem.utf8), to: folder.path + "/public.pem")
        try folder.write(message, to: folder.path + "/message")
        try folder.write(signature, to: folder.path + "/signature")
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/env")
        openssl.currentDirectoryURL = URL(filePath: folder.path)
        openssl.arguments = [
            "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "message",
            "-sigfile", "signature",
        ]
        openssl.standardOutput = nil
        try openssl.run()
        openssl.waitUntilExit()
        #expect(openssl.terminationStatus == 0)
    }
}
