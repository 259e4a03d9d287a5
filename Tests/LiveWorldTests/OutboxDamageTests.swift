import Foundation
import Journal
import Ports
import Testing

@testable import LiveWorld

/// Every damage ends in all rows, or in damage told; never in silence.
@Suite struct `A damaged outbox` {
    private enum Ending { case intact, repaired, damaged }

    private func row(_ number: Int) -> [UInt8] { OutboxStand.row(number) }

    /// A directory with rows in tables and in the log, as a power cut would leave it.
    private func whole(_ flushed: Int = 20, _ logged: Int = 10) throws -> OutboxStand {
        let stand = try OutboxStand()
        try stand.fill(flushed)
        let outbox = try stand.open()
        for number in flushed..<(flushed + logged) {
            _ = try outbox.append([row(number)])
            try outbox.absorb()
        }
        let copy = try stand.snapshot()
        outbox.close()
        return copy
    }

    /// Opens and checks the promise: unless damage is told, every row is there, and only these.
    @discardableResult
    private func judge(_ stand: OutboxStand, rows count: Int, _ what: String) throws -> Ending {
        let outbox = try stand.open()
        defer { outbox.close() }
        let rows = try OutboxStand.rows(of: outbox)
        let expected = (0..<count).map { row($0) }
        #expect(UInt64(rows.count) == outbox.opening.rows, "\(what)")
        switch outbox.opening.condition {
        case .damaged:
            #expect(Set(rows).isSubset(of: Set(expected)), "\(what): salvage invents nothing")
            return .damaged
        case .intact:
            #expect(rows == expected, "\(what)")
            return .intact
        case .repaired:
            #expect(rows == expected, "\(what)")
            return .repaired
        }
    }

    @Test func `without damage a power cut leaves it intact`() throws {
        #expect(try judge(whole(), rows: 30, "whole") == .intact)
    }

    @Test func `a log cut at any byte of its last three records is repaired from the reserve file`() throws {
        let stand = try whole(2, 12)
        let log = try #require(try stand.files().last { $0.hasSuffix(".log") })
        let bytes = try stand.bytes(log)
        // Three rows of some fifteen bytes, each with the record's header and RocksDB's own.
        for length in (bytes.count - 360)..<bytes.count {
            let copy = try stand.snapshot()
            try copy.write(log, Array(bytes[..<length]))
            #expect(try judge(copy, rows: 14, "cut to \(length)") == .repaired)
        }
    }

    @Test func `a log that is gone comes back from the reserve file, or is told where that has gone round`()
        throws
    {
        let stand = try whole(20, 10)
        for log in try stand.files() where log.hasSuffix(".log") { try stand.remove(log) }
        #expect(try judge(stand, rows: 30, "in the ring") == .repaired)
        let long = try whole(0, 200)
        for log in try long.files() where log.hasSuffix(".log") { try long.remove(log) }
        #expect(try judge(long, rows: 200, "beyond the ring") == .damaged)
        let again = try long.open()
        guard case .damaged = again.opening.condition else {
            Issue.record("forgotten before anything was appended")
            return
        }
        #expect(try OutboxStand.rows(of: again) == (168..<200).map { row($0) })
        _ = try again.append([[1]])
        again.close()
        #expect(try long.open().opening.condition == .intact)
        let kept = try FileManager.default.contentsOfDirectory(atPath: long.scratch.path)
        #expect(kept.contains("outbox.damaged-3") && kept.contains("outbox.reserve.damaged-3"))
    }

    @Test func `a bit flipped anywhere in any file is harmless, repaired or told`() throws {
        let stand = try whole()
        var random = SplitMix(seed: 99)
        var endings: [Ending: Int] = [:]
        for name in try stand.files() {
            let bytes = try stand.bytes(name)
            guard !bytes.isEmpty else { continue }
            let filled = name == "outbox.reserve" ? min(bytes.count, 40 * 4_096) : bytes.count
            for _ in 0..<10 {
                let copy = try stand.snapshot()
                var changed = bytes
                let bit = Int(random.next() % UInt64(8 * filled))
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                try copy.write(name, changed)
                endings[try judge(copy, rows: 30, "bit \(bit) of \(name)"), default: 0] += 1
            }
        }
        #expect(endings[.intact, default: 0] > 0 && endings[.repaired, default: 0] > 0)
    }

    @Test func `each file deleted in turn is harmless, repaired or told`() throws {
        let stand = try whole()
        for name in try stand.files() {
            let copy = try stand.snapshot()
            try copy.remove(name)
            let ending = try judge(copy, rows: 30, "without \(name)")
            if name == "outbox.reserve" { #expect(ending == .damaged) }
        }
        let copy = try stand.snapshot()
        try copy.remove("outbox")
        #expect(try judge(copy, rows: 30, "without the store") == .repaired)
    }

    @Test func `a reserve file cut short is told`() throws {
        let stand = try whole()
        let bytes = try stand.bytes("outbox.reserve")
        for length in [0, 1, 4_096, 8_192, 9_000, bytes.count - 1] {
            let copy = try stand.snapshot()
            try copy.write("outbox.reserve", Array(bytes[..<length]))
            #expect(try judge(copy, rows: 30, "cut to \(length)") == .damaged)
        }
    }

    @Test func `a crash between the two writes of an append loses nothing, whichever came first`() throws {
        let stand = try OutboxStand()
        let outbox = try stand.open()
        for number in 0..<3 { _ = try outbox.append([row(number)]) }
        try outbox.absorb()
        let before = try stand.snapshot()
        _ = try outbox.append([row(3)])
        try outbox.absorb()
        let after = try stand.snapshot()
        outbox.close()
        let reserveFirst = try before.snapshot()
        try reserveFirst.replace("outbox.reserve", from: after)
        #expect(try judge(reserveFirst, rows: 4, "reserve first") == .repaired)
        let storeFirst = try after.snapshot()
        try storeFirst.replace("outbox.reserve", from: before)
        #expect(try judge(storeFirst, rows: 4, "store first") == .intact)
    }

    @Test func `an older copy of either part is repaired or told`() throws {
        let stand = try OutboxStand()
        try stand.fill(5)
        let old = try stand.snapshot()
        let outbox = try stand.open()
        for number in 5..<10 { _ = try outbox.append([row(number)]) }
        let new = try stand.snapshot()
        outbox.close()
        let oldStore = try new.snapshot()
        try oldStore.replace("outbox", from: old)
        #expect(try judge(oldStore, rows: 10, "old store") == .repaired)
        let oldReserve = try new.snapshot()
        try oldReserve.replace("outbox.reserve", from: old)
        #expect(try judge(oldReserve, rows: 10, "old reserve") == .damaged)
    }

    @Test(arguments: ["removed", "altered", "swapped", "replayed"])
    func `a record tampered with through RocksDB itself is put right or told`(_ kind: String) throws {
        let stand = try OutboxStand()
        try stand.fill(10)
        try stand.tamper { rows in
            switch kind {
            case "removed": rows[4] = nil
            case "altered":
                let link = Fingerprint(
                    rows[4]!.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[9..<41]) })
                let place = ChainHead(sequence: 3, hash: link)
                rows[4] = ChainedRecord.chain([9], behind: place, SHA256Seal.seal).stored
            case "swapped": (rows[4], rows[5]) = (rows[5], rows[4])
            default: rows[4] = rows[3]
            }
        }
        let copy = try stand.snapshot()
        let outbox = try copy.open()
        #expect(outbox.opening.condition != .intact)
        let rows = try OutboxStand.rows(of: outbox)
        if case .repaired = outbox.opening.condition { #expect(rows == (0..<10).map { row($0) }) }
        outbox.close()
    }

    @Test func `a replacement cut off between its renames is completed by the next opening`() throws {
        let stand = try whole(0, 200)
        for log in try stand.files() where log.hasSuffix(".log") { try stand.remove(log) }
        let finished = try stand.snapshot()
        _ = try finished.open().opening
        // As it is right after the commit: the new pair is ready, the old one still in place.
        for (from, to) in [("outbox", "outbox.new"), ("outbox.reserve", "outbox.reserve.ready")] {
            try FileManager.default.copyItem(
                atPath: finished.scratch.file(from), toPath: stand.scratch.file(to))
        }
        #expect(try judge(stand, rows: 200, "completed") == .damaged)
    }

    @Test func `the audit says what an opening will find and changes nothing`() throws {
        let stand = try whole()
        let audit = try OutboxAudit.inspect(directory: stand.scratch.path)
        #expect(audit.condition == .intact && audit.rows == 30 && audit.head == 30 && audit.openings == 2)
        let names = try stand.files()
        for log in names where log.hasSuffix(".log") { try stand.remove(log) }
        for _ in 0..<2 {
            guard case .repaired = try OutboxAudit.inspect(directory: stand.scratch.path).condition else {
                Issue.record("not seen")
                return
            }
        }
        #expect(try stand.files() == names.filter { !$0.hasSuffix(".log") })
        try stand.remove("outbox.reserve")
        guard case .damaged = try OutboxAudit.inspect(directory: stand.scratch.path).condition else {
            Issue.record("not seen")
            return
        }
        #expect(throws: OutboxFault.self) { try OutboxAudit.inspect(directory: stand.scratch.path + "/no") }
    }
}
