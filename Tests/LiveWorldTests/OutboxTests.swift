import Foundation
import Journal
import Ports
import Testing

@testable import LiveWorld

@Suite struct `The outbox on RocksDB` {
    private func row(_ number: Int) -> [UInt8] { OutboxStand.row(number) }

    @Test func `what was appended is there after reopening, in order, and goes on`() throws {
        let stand = try OutboxStand()
        try stand.fill(100)
        let outbox = try stand.open()
        #expect(outbox.opening == OutboxOpening(condition: .intact, openings: 2, rows: 100))
        #expect(try OutboxStand.rows(of: outbox) == (0..<100).map { row($0) })
        #expect(try outbox.append([]) == 100)
        #expect(try outbox.append([row(100), []]) == 102)
        #expect(try OutboxStand.rows(of: outbox) == (0...100).map { row($0) } + [[]])
        outbox.close()
        #expect(throws: OutboxFault.self) { try outbox.append([[1]]) }
        #expect(throws: OutboxFault.self) { try outbox.appendReserve([[1]]) }
        #expect(throws: OutboxFault.self) { try outbox.readAll { _, _ in } }
        #expect(try OutboxStand.rows(of: stand.open()).count == 102)
    }

    @Test func `what the reader throws reaches the caller`() throws {
        struct Enough: Error {}
        let stand = try OutboxStand()
        let outbox = try stand.open()
        _ = try outbox.append([row(1)])
        #expect(throws: Enough.self) { try outbox.readAll { _, _ in throw Enough() } }
        outbox.close()
    }

    @Test func `a second opener is told who holds the directory`() throws {
        let stand = try OutboxStand()
        let outbox = try stand.open()
        let fault = #expect(throws: OutboxFault.self) { try stand.open() }
        guard case .inUse(let text) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(text.contains("\(ProcessInfo.processInfo.processIdentifier)"))
        outbox.close()
        try stand.open().close()
    }

    @Test func `rows from many threads, half of them by the reserve path, are all there in one chain`() throws
    {
        let stand = try OutboxStand()
        let outbox = try stand.open()
        DispatchQueue.concurrentPerform(iterations: 40) { number in
            let row = OutboxStand.row(number)
            // Only whether it worked matters; the threads of this closure cannot throw.
            let last = number % 2 == 0 ? try? outbox.append([row]) : try? outbox.appendReserve([row])
            #expect(last != nil)
        }
        outbox.close()
        let again = try stand.open()
        #expect(again.opening.condition == .intact)
        #expect(Set(try OutboxStand.rows(of: again)) == Set((0..<40).map { row($0) }))
    }

    @Test func `below the low-water mark the store refuses and the reserve path takes rows`() throws {
        let stand = try OutboxStand()
        let outbox = try stand.open()
        _ = try outbox.append([row(1)])
        #expect(outbox.space == .ample)
        stand.disk.setFree(OutboxStand.limits.warnBelow - 1)
        #expect(outbox.space == .low)
        stand.disk.setFree(OutboxStand.limits.lowWater - 1)
        #expect(outbox.space == .exhausted)
        let fault = #expect(throws: OutboxFault.self) { try outbox.append([row(2)]) }
        guard case .full = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(try outbox.appendReserve([row(3), row(4)]) == 3)
        #expect(try OutboxStand.rows(of: outbox) == [row(1), row(3), row(4)])
        // The node dies with them in the reserve file alone.
        let dead = try stand.snapshot()
        let opened = try dead.open()
        guard case .repaired = opened.opening.condition else {
            Issue.record("\(opened.opening)")
            return
        }
        #expect(try OutboxStand.rows(of: opened) == [row(1), row(3), row(4)])
        opened.close()
        stand.disk.setFree(OutboxStand.limits.lowWater)
        #expect(try outbox.append([row(5)]) == 4)
        outbox.close()
        #expect(try OutboxStand.rows(of: stand.open()) == [row(1), row(3), row(4), row(5)])
    }

    @Test func `the reserve path is bounded, and appends go on once the store takes rows`() throws {
        let stand = try OutboxStand()
        let outbox = try stand.open()
        var count = 0
        // Until it refuses, for whatever reason: the count below says when.
        while (try? outbox.appendReserve([row(count)])) != nil { count += 1 }
        #expect(count == OutboxStand.geometry.ringBlocks / 2)
        #expect(try outbox.append([row(count)]) == UInt64(count + 1))
        #expect(try outbox.appendReserve([row(count + 1)]) == UInt64(count + 2))
        #expect(try OutboxStand.rows(of: outbox) == (0...(count + 1)).map { row($0) })
        outbox.close()
    }

    @Test func `a batch that the reserve file cannot hold is refused whole`() throws {
        let stand = try OutboxStand()
        let outbox = try stand.open()
        let huge = [UInt8](repeating: 1, count: OutboxStand.geometry.fileLength)
        #expect(throws: OutboxFault.self) { try outbox.append([row(1), huge]) }
        #expect(try outbox.append([row(2)]) == 1)
        outbox.close()
    }

    @Test func `what is discarded stays gone, and the chain goes on`() throws {
        let stand = try OutboxStand()
        let outbox = try stand.open()
        for number in 0..<50 { _ = try outbox.append([row(number)]) }
        try outbox.discard(before: 31)
        try outbox.discard(before: 10)
        try outbox.discard(before: 99)
        #expect(try OutboxStand.numbered(outbox).map(\.0) == Array(31...50))
        #expect(try outbox.append([row(50)]) == 51)
        outbox.close()
        let again = try stand.open()
        #expect(again.opening == OutboxOpening(condition: .intact, openings: 2, rows: 21))
        try again.discard(before: 52)
        #expect(try OutboxStand.rows(of: again).isEmpty)
        #expect(try again.append([row(51)]) == 52)
        again.close()
        let last = try stand.open()
        #expect(last.opening == OutboxOpening(condition: .intact, openings: 3, rows: 1))
        #expect(try OutboxStand.rows(of: last) == [row(51)])
    }

    @Test func `a discard that was cut off after its first write is finished by the next opening`() throws {
        let stand = try OutboxStand()
        let outbox = try stand.open()
        for number in 0..<20 { _ = try outbox.append([row(number)]) }
        try outbox.absorb()
        let before = try stand.snapshot()
        try outbox.discard(before: 11)
        let after = try stand.snapshot()
        outbox.close()
        try before.replace("outbox.reserve", from: after)
        let opened = try before.open()
        #expect(opened.opening == OutboxOpening(condition: .intact, openings: 2, rows: 10))
        #expect(try OutboxStand.numbered(opened).map(\.0) == Array(11...20))
        opened.close()
        #expect(try before.open().opening == OutboxOpening(condition: .intact, openings: 3, rows: 10))
    }

    @Test func `rows of a newer program stop the opening, and nothing is changed`() throws {
        let stand = try OutboxStand()
        try stand.fill(3)
        try stand.appendRecord(version: ChainedRecord.version + 1)
        for _ in 0..<2 {
            let fault = #expect(throws: OutboxFault.self) { try stand.open() }
            guard case .unavailable(let text) = fault else {
                Issue.record("\(String(describing: fault))")
                return
            }
            #expect(text.contains("newer"))
        }
    }

    @Test func `a directory of version 1 is read, and its head mirror is believed`() throws {
        let stand = try OutboxStand()
        try stand.fill(5)
        try stand.makeLegacy(sequence: 5)
        let outbox = try stand.open()
        #expect(outbox.opening.condition == .intact)
        #expect(try OutboxStand.rows(of: outbox) == (0..<5).map { row($0) })
        outbox.close()
        #expect(try stand.open().opening.condition == .intact)
        // One record fewer than the mirror says.
        let other = try OutboxStand()
        try other.fill(5)
        try other.makeLegacy(sequence: 5, without: 5)
        guard case .damaged = try other.open().opening.condition else {
            Issue.record("a lost record of version 1 was not noticed")
            return
        }
    }

    @Test func `the ballast is laid with ample room, given up to open, and a full disk is never touched`()
        throws
    {
        let stand = try OutboxStand()
        let ballast = stand.scratch.file("ballast")
        try stand.open().close()
        let size = try FileManager.default.attributesOfItem(atPath: ballast)[.size] as? UInt64
        #expect(size == OutboxStand.limits.ballast)
        stand.disk.setFree(0)
        #expect(throws: OutboxFault.self) { try stand.open() }
        #expect(!FileManager.default.fileExists(atPath: ballast))
    }

    @Test func `a data directory that cannot be made is named`() {
        let fault = #expect(throws: OutboxFault.self) {
            try RocksOutbox(directory: "/proc/nowhere/at-all", limits: OutboxStand.limits)
        }
        guard case .unavailable(let text) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(text.contains("/proc/nowhere/at-all"))
    }
}
