import Foundation
import Ports
import Synchronization
import Testing

@testable import LiveWorld

@Suite struct `The outbox on RocksDB` {
    private static let limits = OutboxLimits(lowWater: 1 << 20, ballast: 1 << 20)

    private func open(_ scratch: Scratch) throws -> RocksOutbox {
        try RocksOutbox(directory: scratch.path, limits: Self.limits)
    }
    private func row(_ number: Int) -> [UInt8] {
        Array("row \(number) ".utf8) + [UInt8](repeating: 0xA5, count: number % 97)
    }
    private func rows(of outbox: RocksOutbox) throws -> [[UInt8]] {
        var rows: [[UInt8]] = []
        try outbox.readAll { sequence, row in
            #expect(sequence == UInt64(rows.count + 1))
            rows.append(row)
        }
        return rows
    }
    private func fill(_ scratch: Scratch, batches: Int = 10, of count: Int = 10) throws {
        let outbox = try open(scratch)
        for batch in 0..<batches {
            let last = try outbox.append((0..<count).map { row(batch * count + $0) })
            #expect(last == UInt64((batch + 1) * count))
        }
        outbox.close()
    }

    @Test func `what was appended is there after reopening, in order, and goes on`() throws {
        let scratch = try Scratch()
        try fill(scratch)
        let outbox = try open(scratch)
        #expect(try rows(of: outbox) == (0..<100).map { row($0) })
        #expect(try outbox.append([]) == 100)
        #expect(try outbox.append([row(100), []]) == 102)
        #expect(try rows(of: outbox) == (0...100).map { row($0) } + [[]])
        outbox.close()
        #expect(throws: OutboxFault.self) { try outbox.append([[1]]) }
        #expect(throws: OutboxFault.self) { try outbox.readAll { _, _ in } }
        #expect(try rows(of: open(scratch)).count == 102)
    }

    @Test func `what the reader throws reaches the caller`() throws {
        struct Enough: Error {}
        let scratch = try Scratch()
        let outbox = try open(scratch)
        _ = try outbox.append([row(1)])
        #expect(throws: Enough.self) { try outbox.readAll { _, _ in throw Enough() } }
        outbox.close()
    }

    @Test func `a second opener is told who holds the directory`() throws {
        let scratch = try Scratch()
        let outbox = try open(scratch)
        let fault = #expect(throws: OutboxFault.self) { try open(scratch) }
        guard case .inUse(let text) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(text.contains("\(ProcessInfo.processInfo.processIdentifier)"))
        outbox.close()
        try open(scratch).close()
    }

    @Test func `a store that lost its log is behind its mirror`() throws {
        let scratch = try Scratch()
        let outbox = try open(scratch)
        for number in 0..<50 { _ = try outbox.append([row(number)]) }
        // As the disk would be after a power cut: no flush, no close.
        let frozen = try snapshot(of: scratch)
        outbox.close()
        for log in try files(frozen, ending: ".log") { try FileManager.default.removeItem(atPath: log) }
        #expect(throws: OutboxFault.truncated(head: 50, found: 0)) { try open(frozen) }
        #expect(throws: OutboxFault.truncated(head: 50, found: 0), "and stays so") { try open(frozen) }
    }

    @Test func `a log that is cut short is behind its mirror`() throws {
        let scratch = try Scratch()
        let outbox = try open(scratch)
        for number in 0..<50 { _ = try outbox.append([row(number)]) }
        let whole = try snapshot(of: scratch)
        outbox.close()
        let log = try #require(try files(whole, ending: ".log").last)
        let size = try Data(contentsOf: URL(fileURLWithPath: log)).count
        for cut in stride(from: 1, to: size, by: size / 23) {
            let copy = try snapshot(of: whole)
            let cutLog = try #require(try files(copy, ending: ".log").last)
            #expect(truncate(cutLog, size - cut) == 0)
            let fault = #expect(throws: OutboxFault.self, "\(cut) bytes missing") { try open(copy) }
            if case .truncated(let head, let found) = fault {
                #expect(head == 50 && found < 50)
            }
        }
    }

    @Test func `without damage such a copy opens whole`() throws {
        let scratch = try Scratch()
        let outbox = try open(scratch)
        for number in 0..<50 { _ = try outbox.append([row(number)]) }
        let frozen = try snapshot(of: scratch)
        outbox.close()
        #expect(try rows(of: open(frozen)).count == 50)
    }

    @Test func `no flipped bit in the store's files goes unnoticed or changes a record`() throws {
        let scratch = try Scratch()
        try fill(scratch, batches: 4, of: 5)
        let outbox = try open(scratch)
        for number in 20..<30 { _ = try outbox.append([row(number)]) }
        let whole = try snapshot(of: scratch)
        outbox.close()
        let expected = (0..<30).map { row($0) }
        var random = SplitMix(seed: 99)
        var noticed = 0
        for round in 0..<60 {
            let copy = try snapshot(of: whole)
            let targets = try files(copy, ending: round % 2 == 0 ? ".log" : ".sst").filter { !isEmpty($0) }
            let target = try #require(targets.isEmpty ? nil : targets[round / 2 % targets.count])
            var bytes = try Data(contentsOf: URL(fileURLWithPath: target))
            bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
            try bytes.write(to: URL(fileURLWithPath: target))
            do {
                let reopened = try open(copy)
                // A bit that carries nothing (padding, properties) may be passed over; the records must all
                // be there.
                #expect(try rows(of: reopened) == expected, "round \(round)")
                reopened.close()
            } catch {
                #expect(error is OutboxFault)
                noticed += 1
            }
        }
        #expect(noticed > 30)
    }

    @Test(arguments: ["removed", "altered", "swapped", "replayed"])
    func `a record tampered with through RocksDB itself is found`(_ kind: String) throws {
        let scratch = try Scratch()
        try fill(scratch, batches: 1, of: 10)
        if kind == "removed" {
            RocksTamper.delete(ChainedRecord.key(4), at: scratch.file("outbox"))
        } else {
            let table = try RocksTable(scratch.file("outbox"))
            var stored: [[UInt8]] = []
            try table.scan { _, value in stored.append(Array(value)) }
            switch kind {
            case "altered":
                let original = try #require(stored[3].withUnsafeBytes { ChainedRecord(stored: $0) })
                let forged = ChainedRecord(sequence: 4, previous: original.previous, payload: [9])
                try table.write([(ChainedRecord.key(4), forged.stored)])
            case "swapped":
                try table.write([(ChainedRecord.key(4), stored[4]), (ChainedRecord.key(5), stored[3])])
            default: try table.write([(ChainedRecord.key(4), stored[2])])
            }
        }
        let fault = #expect(throws: OutboxFault.self) { try open(scratch) }
        guard case .corrupted(let sequence, _) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect((4...5).contains(sequence))
    }

    @Test func `a chain rewritten from some record on is found by the mirror`() throws {
        let scratch = try Scratch()
        try fill(scratch, batches: 1, of: 5)
        do {
            let table = try RocksTable(scratch.file("outbox"))
            var stored: [ChainedRecord] = []
            try table.scan { _, value in stored.append(ChainedRecord(stored: value)!) }
            let forged = ChainedRecord(sequence: 5, previous: stored[3].hash, payload: [1, 2, 3])
            try table.write([(ChainedRecord.key(5), forged.stored)])
        }
        let fault = #expect(throws: OutboxFault.self) { try open(scratch) }
        guard case .corrupted(5, _) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    @Test func `a missing or damaged mirror is no clean start, and stays so`() throws {
        let scratch = try Scratch()
        try fill(scratch, batches: 1, of: 5)
        let mirror = scratch.file("outbox.head")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: mirror))
        try FileManager.default.removeItem(atPath: mirror)
        for _ in 0..<2 { #expect(throws: OutboxFault.self) { try open(scratch) } }
        try Data(repeating: 0, count: bytes.count).write(to: URL(fileURLWithPath: mirror))
        #expect(throws: OutboxFault.self) { try open(scratch) }
        try bytes.write(to: URL(fileURLWithPath: mirror))
        #expect(try rows(of: open(scratch)).count == 5)
    }

    @Test func `a torn mirror slot leaves the other one, and a batch the mirror missed is taken up`() throws {
        let scratch = try Scratch()
        try fill(scratch, batches: 3, of: 1)
        let mirror = URL(fileURLWithPath: scratch.file("outbox.head"))
        var bytes = try Data(contentsOf: mirror)
        // The newest slot: generations start at 1, so the third batch is generation 4, slot 0.
        bytes[20] ^= 1
        try bytes.write(to: mirror)
        let outbox = try open(scratch)
        #expect(try rows(of: outbox).count == 3)
        outbox.close()
        // Opening brought the mirror up to date again.
        try FileManager.default.removeItem(atPath: scratch.file("outbox"))
        #expect(throws: OutboxFault.truncated(head: 3, found: 0)) { try open(scratch) }
    }

    @Test func `below the low-water mark nothing is appended, and it goes on when there is room again`()
        throws
    {
        let scratch = try Scratch()
        let disk = FakeDisk()
        let outbox = try RocksOutbox(reserve: disk.reserve(scratch, Self.limits))
        _ = try outbox.append([row(1)])
        disk.setFree(Self.limits.lowWater - 1)
        let fault = #expect(throws: OutboxFault.self) { try outbox.append([row(2)]) }
        guard case .unavailable = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(try rows(of: outbox) == [row(1)])
        disk.setFree(Self.limits.lowWater)
        #expect(try outbox.append([row(3)]) == 2)
        outbox.close()
    }

    @Test func `the ballast is laid with ample room, given up to open, and a full disk is never touched`()
        throws
    {
        let scratch = try Scratch()
        let disk = FakeDisk()
        let ballast = scratch.file("ballast")
        try RocksOutbox(reserve: disk.reserve(scratch, Self.limits)).close()
        #expect(
            try FileManager.default.attributesOfItem(atPath: ballast)[.size] as? UInt64 == Self.limits.ballast
        )
        disk.setFree(0)
        #expect(throws: OutboxFault.self) { try RocksOutbox(reserve: disk.reserve(scratch, Self.limits)) }
        #expect(!FileManager.default.fileExists(atPath: ballast))
    }

    @Test func `a data directory that cannot be made is named`() {
        let fault = #expect(throws: OutboxFault.self) {
            try RocksOutbox(directory: "/proc/nowhere/at-all", limits: Self.limits)
        }
        guard case .unavailable(let text) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(text.contains("/proc/nowhere/at-all"))
    }

    // MARK: Files

    private func snapshot(of scratch: Scratch) throws -> Scratch {
        let copy = try Scratch()
        for name in ["outbox", "outbox.head"] {
            try FileManager.default.copyItem(atPath: scratch.file(name), toPath: copy.file(name))
        }
        return copy
    }
    private func files(_ scratch: Scratch, ending suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scratch.file("outbox")).filter {
            $0.hasSuffix(suffix)
        }
        .sorted().map { scratch.file("outbox/" + $0) }
    }
    private func isEmpty(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) == 0
    }
}

/// A file system whose free space the test decides.
final class FakeDisk: Sendable {
    private let free = Mutex<UInt64>(10 << 30)
    func setFree(_ bytes: UInt64) { free.withLock { $0 = bytes } }
    func reserve(_ scratch: Scratch, _ limits: OutboxLimits) -> DiskReserve {
        DiskReserve(directory: scratch.path, limits: limits) { [self] _ in free.withLock { $0 } }
    }
}
