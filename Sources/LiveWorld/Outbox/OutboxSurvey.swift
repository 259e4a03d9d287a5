import Journal
import Ports

/// What a data directory holds, read and judged; nothing is changed by looking. Shared by opening and by the
/// audit.
final class OutboxSurvey {
    let image: ReserveImage?
    let isLegacy: Bool
    let head: ChainHead
    let hasDiscarded: Bool
    let verdict: ChainInspection.Verdict
    /// `nil` if RocksDB refused it.
    private(set) var table: RocksTable?
    private let readsToEnd: Bool

    /// Throws `OutboxFault` and `OutboxFileFault`.
    init(_ files: OutboxFiles, open: (String) throws(RocksTable.Fault) -> RocksTable) throws {
        let reserve = try OutboxSurvey.reserve(files)
        image = reserve.image
        isLegacy = reserve.isLegacy
        var inspection = ChainInspection(reserve: image, flaw: reserve.flaw, SHA256Seal.seal)
        var fault: String?
        do {
            let names = try OutboxFiles.names(files.store) ?? []
            // RocksDB would make a new store in the place of one that has lost this file.
            if !names.isEmpty, !names.contains("CURRENT") {
                throw RocksTable.Fault(text: "the store has lost its file CURRENT")
            }
            let table = try open(files.store)
            try table.scan { inspection.take(key: $0, value: $1) }
            self.table = table
            readsToEnd = true
        } catch let refusal as RocksTable.Fault {
            if OutboxSurvey.isEnvironment(refusal) { throw OutboxFault.unavailable(refusal.text) }
            fault = refusal.text
            readsToEnd = false
        }
        if let version = inspection.newerVersion { throw OutboxSurvey.newer(version) }
        head = inspection.head
        hasDiscarded = inspection.hasDiscarded
        verdict = inspection.verdict(fault: fault)
    }

    /// Everything that still verifies: of the store, of a repaired copy of it where it does not read, and of
    /// the reserve file. The copy goes to `copy` and is removed again.
    func salvage(_ files: OutboxFiles, copyingTo copy: String) throws -> Salvage.Result {
        var salvage = Salvage(reserve: image, SHA256Seal.seal)
        if readsToEnd, let table {
            do {
                try table.scan { salvage.take(key: $0, value: $1) }
                return salvage.result()
            } catch let fault as RocksTable.Fault {
                // It read before and does not now: the copy below may still give the rest.
                salvage.note(fault.text)
            }
        }
        release()
        try OutboxFiles.removeTree(copy)
        try OutboxFiles.copyTree(files.store, to: copy)
        do {
            try RocksTable.repair(copy)
            try RocksTable(copy).scan { salvage.take(key: $0, value: $1) }
        } catch let fault as RocksTable.Fault {
            // Beyond repair, or repaired in part: what was read until here counts, and the reserve file.
            salvage.note(fault.text)
        }
        try OutboxFiles.removeTree(copy)
        return salvage.result()
    }

    /// Closes the store.
    func release() { table = nil }

    private static func reserve(
        _ files: OutboxFiles
    ) throws -> (image: ReserveImage?, flaw: String?, isLegacy: Bool) {
        if let bytes = try ReserveFile.contents(files.reserve) {
            switch bytes.withUnsafeBytes({ ReserveImage.read($0, SHA256Seal.seal) }) {
            case .found(let image): return (image, nil, false)
            case .newer(let version): throw newer(version)
            case .unreadable(let text): return (nil, text, false)
            }
        }
        guard let bytes = try ReserveFile.contents(files.legacyMirror) else { return (nil, nil, false) }
        guard let head = bytes.withUnsafeBytes({ LegacyMirror.head($0) }) else {
            return (nil, "the head mirror holds no valid head", false)
        }
        return (ReserveImage(mirrored: head), nil, true)
    }

    private static func newer(_ version: UInt8) -> OutboxFault {
        .unavailable(
            "a newer arbnode wrote here (format \(version), this one reads \(ChainedRecord.version)): "
                + "start the newer one")
    }

    /// Whether RocksDB was kept from reading, rather than displeased by what it read.
    static func isEnvironment(_ fault: RocksTable.Fault) -> Bool {
        [
            "Permission denied", "No space left", "lock hold by", "While lock file", "Read-only file system",
            "Too many open files",
        ]
        .contains { fault.text.contains($0) }
    }
}
