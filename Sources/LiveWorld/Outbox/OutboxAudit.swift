import Glibc
import Journal
import Ports

/// What a data directory's outbox holds, found out without writing to it: for `arbnode audit verify`. Also of
/// a directory that a node is using; then the newest rows may be counted or not.
public struct OutboxAudit: Hashable, Sendable {
    public let rows: UInt64
    /// The newest record's sequence number.
    public let head: UInt64
    /// Its hash in hexadecimal digits.
    public let headHash: String
    /// The last record that was discarded; 0 if none was.
    public let base: UInt64
    public let openings: UInt64
    /// As the next opening will find it.
    public let condition: OutboxOpening.Condition

    /// Throws `OutboxFault.unavailable` if there is no outbox, it cannot be read, or a newer program wrote
    /// it.
    public static func inspect(directory: String) throws(OutboxFault) -> OutboxAudit {
        do {
            let files = OutboxFiles(directory: directory)
            guard files.exist else { throw OutboxFault.unavailable(files.absence) }
            let desk = try Workbench()
            defer { desk.clear() }
            return try inspect(files, desk.path)
        } catch let fault as OutboxFault {
            throw fault
        } catch let fault as OutboxFileFault {
            throw .unavailable(fault.text)
        } catch let fault as RocksTable.Fault {
            throw .unavailable(fault.text)
        } catch {
            throw .unavailable("\(error)")
        }
    }

    private static func inspect(_ files: OutboxFiles, _ desk: String) throws -> OutboxAudit {
        let isEmpty = try (OutboxFiles.names(files.store) ?? []).isEmpty
        let survey = try OutboxSurvey(files) { path throws(RocksTable.Fault) in
            isEmpty ? try RocksTable(desk + "/none") : try RocksTable(path, .readOnly(logs: desk))
        }
        var head = survey.head
        var base = survey.image?.superblock.base ?? .genesis
        var condition: OutboxOpening.Condition
        switch survey.verdict {
        case .fresh, .intact: condition = .intact
        case .behind(let missing):
            head = missing.last?.record.head ?? head
            condition = .repaired(
                "\(missing.count) records are in the reserve file only; opening puts them back")
        case .broken(let reason):
            let result = try survey.salvage(files, copyingTo: desk + "/copy")
            (head, base) = (result.head, result.base)
            let text = "\(reason): \(result.account)"
            condition = result.isComplete ? .repaired(text) : .damaged(text)
        }
        if survey.image?.superblock.damageAt == head.sequence, condition == .intact {
            condition = .damaged("found at the last opening; nothing was appended since")
        }
        if OutboxFiles.exists(files.readyReserve) {
            condition = .damaged(
                "a store that was built anew waits to be put in place; the next opening does")
        }
        return OutboxAudit(
            rows: head.sequence - base.sequence, head: head.sequence, headHash: head.hash.hexadecimal,
            base: base.sequence, openings: survey.image?.superblock.openings ?? 0, condition: condition)
    }

    /// A directory of its own for RocksDB's log and a copy to repair.
    private struct Workbench {
        let path: String

        init() throws(OutboxFileFault) {
            var template = Array("/tmp/arbnode-audit-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else {
                throw OutboxFileFault(path: "/tmp", "takes no directory")
            }
            path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }

        func clear() {
            for name in ["none", "copy", ""] {
                do throws(OutboxFileFault) { try OutboxFiles.removeTree(path + "/" + name) } catch {
                    // It lies in /tmp and holds nothing that matters.
                    continue
                }
            }
        }
    }
}

extension OutboxAudit {
    /// Every row that a directory's outbox still holds, oldest first, read without changing anything. Of a
    /// directory that a node is using, without its newest rows perhaps.
    ///
    /// Throws `OutboxFault`: `.corrupted` where the chain is broken; what cannot be proven is not shown.
    public static func rows(in directory: String) throws(OutboxFault) -> [(sequence: UInt64, bytes: [UInt8])]
    {
        do {
            let desk = try Workbench()
            defer { desk.clear() }
            let survey = try OutboxSurvey(OutboxFiles(directory: directory)) {
                path throws(RocksTable.Fault) in
                try RocksTable(path, .readOnly(logs: desk.path))
            }
            let base = survey.image?.superblock.base.sequence ?? 0
            var rows: [(sequence: UInt64, bytes: [UInt8])] = []
            try survey.table?.scan { key, value in
                guard let sequence = ChainedRecord.sequence(ofKey: key), sequence > base else { return }
                rows.append((sequence, Array(ChainedRecord.payload(value))))
            }
            switch survey.verdict {
            case .fresh, .intact: return rows
            case .behind(let missing): return rows + missing.map { ($0.sequence, $0.payload) }
            case .broken(let reason):
                throw OutboxFault.corrupted(sequence: survey.head.sequence + 1, detail: reason)
            }
        } catch let fault as OutboxFault {
            throw fault
        } catch let fault as OutboxFileFault {
            throw .unavailable(fault.text)
        } catch let fault as RocksTable.Fault {
            throw .unavailable(fault.text)
        } catch {
            throw .unavailable("\(error)")
        }
    }
}
