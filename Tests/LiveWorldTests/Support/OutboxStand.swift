import Foundation
import Journal
import Ports
import Synchronization

@testable import LiveWorld

/// A data directory with a small reserve file and a disk whose free space the test decides.
struct OutboxStand {
    static let limits = OutboxLimits(lowWater: 1 << 20, ballast: 1 << 20)
    static let geometry = ReserveGeometry(blockLength: 4_096, ringBlocks: 64)

    let scratch: Scratch
    let disk = FakeDisk()

    init() throws { scratch = try Scratch() }

    static func row(_ number: Int) -> [UInt8] {
        Array("row \(number) ".utf8) + [UInt8](repeating: 0xA5, count: number % 97)
    }

    static func numbered(_ outbox: RocksOutbox) throws -> [(UInt64, [UInt8])] {
        var rows: [(UInt64, [UInt8])] = []
        try outbox.readAll { rows.append(($0, $1)) }
        return rows
    }

    static func rows(of outbox: RocksOutbox) throws -> [[UInt8]] { try numbered(outbox).map(\.1) }

    func open() throws -> RocksOutbox {
        try RocksOutbox(reserve: disk.reserve(scratch, Self.limits), geometry: Self.geometry)
    }

    /// Appends rows 0, 1, … one batch each, and closes.
    func fill(_ count: Int) throws {
        let outbox = try open()
        for number in 0..<count {
            _ = try outbox.append([Self.row(number)])
            try outbox.absorb()
        }
        outbox.close()
    }

    /// The directory as a power cut would leave it now: no flush, no close.
    func snapshot() throws -> OutboxStand {
        let copy = try OutboxStand()
        for name in ["outbox", "outbox.reserve"] { try copy.replace(name, from: self) }
        return copy
    }

    func replace(_ name: String, from other: OutboxStand) throws {
        if FileManager.default.fileExists(atPath: scratch.file(name)) {
            try FileManager.default.removeItem(atPath: scratch.file(name))
        }
        try FileManager.default.copyItem(atPath: other.scratch.file(name), toPath: scratch.file(name))
    }

    /// Every file of the outbox by its path in the data directory.
    func files() throws -> [String] {
        let inside = try FileManager.default.contentsOfDirectory(atPath: scratch.file("outbox")).sorted()
        return inside.map { "outbox/" + $0 } + ["outbox.reserve"]
    }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: scratch.file(name))))
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: scratch.file(name)))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: scratch.file(name)) }

    /// Changes stored records through RocksDB itself.
    func tamper(_ body: (inout [UInt64: [UInt8]]) -> Void) throws {
        let removed = try rewrite(body)
        if !removed.isEmpty { try delete(removed) }
    }

    /// Answers which records `body` took away; the store is closed when it returns.
    private func rewrite(_ body: (inout [UInt64: [UInt8]]) -> Void) throws -> [UInt64] {
        let table = try RocksTable(scratch.file("outbox"))
        var rows: [UInt64: [UInt8]] = [:]
        try table.scan { key, value in rows[ChainedRecord.sequence(ofKey: key)!] = Array(value) }
        let before = rows
        body(&rows)
        for (sequence, stored) in rows where before[sequence] != stored {
            try table.put([stored], from: sequence)
        }
        return before.keys.filter { rows[$0] == nil }
    }

    private func delete(_ sequences: [UInt64]) throws {
        let closed = scratch.file("outbox")
        for sequence in sequences { RocksTamper.delete(ChainedRecord.key(sequence), at: closed) }
    }

    /// A sound record with another version byte, behind the newest.
    func appendRecord(version: UInt8) throws {
        try tamper { rows in
            let last = rows.keys.max()!
            var front = [version] + ChainedRecord.key(last + 1) + Array(rows[last]![41..<73])
            let payload: [UInt8] = [1, 2, 3]
            front += Self.sha256(front + payload) + payload
            rows[last + 1] = front
        }
    }

    /// Makes the directory look as version 1 left it: a head mirror, no reserve file, no row before the
    /// first.
    func makeLegacy(sequence: UInt64, without missing: UInt64? = nil) throws {
        var hash: [UInt8] = []
        try tamper { rows in
            hash = Array(rows[sequence]![41..<73])
            rows[0] = nil
            if let missing { rows[missing] = nil }
        }
        var slot = Array("arbhead1".utf8) + ChainedRecord.key(2) + ChainedRecord.key(sequence) + hash
        slot += Self.sha256(slot)
        slot += [UInt8](repeating: 0, count: 8_192 - slot.count)
        try write("outbox.head", slot)
        try remove("outbox.reserve")
    }

    private static func sha256(_ bytes: [UInt8]) -> [UInt8] { Digest.sha256(bytes) }
}

/// A file system whose free space the test decides.
final class FakeDisk: Sendable {
    private let free = Mutex<UInt64>(10 << 30)
    func setFree(_ bytes: UInt64) { free.withLock { $0 = bytes } }
    func reserve(_ scratch: Scratch, _ limits: OutboxLimits) -> DiskReserve {
        DiskReserve(directory: scratch.path, limits: limits) { [self] _ in free.withLock { $0 } }
    }
}
