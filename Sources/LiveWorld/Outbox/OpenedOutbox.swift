import Glibc
import Journal
import Ports

/// Opens a data directory: finds out what is there, repairs what can be proven, builds anew what cannot.
struct OpenedOutbox {
    let lock: DirectoryLock
    let table: RocksTable
    let reserve: ReserveFile
    let chain: OutboxChain
    let opening: OutboxOpening

    init(_ disk: DiskReserve, _ geometry: ReserveGeometry) throws(OutboxFault) {
        let files = OutboxFiles(directory: disk.directory)
        try OpenedOutbox.makeDirectory(disk.directory)
        lock = try OpenedOutbox.lock(files)
        if let refusal = disk.makeRoomToOpen() { throw .unavailable(refusal) }
        do {
            try files.finishReplacement()
            let survey = try OutboxSurvey(files) { path throws(RocksTable.Fault) in try RocksTable(path) }
            let found = try OpenedOutbox.settle(survey, files, geometry)
            (table, chain) = (found.table, found.chain)
            opening = OutboxOpening(
                condition: found.condition, openings: chain.openings,
                rows: chain.head.sequence - chain.base.sequence)
            reserve = try OpenedOutbox.reserveFile(files, ReserveGeometry.live)
        } catch let fault as OutboxFault {
            throw fault
        } catch let fault as OutboxFileFault {
            throw .unavailable(fault.text)
        } catch {
            throw .unavailable("\(error)")
        }
    }

    private typealias Settled = (
        table: RocksTable, chain: OutboxChain, condition: OutboxOpening.Condition
    )

    /// Acts on the verdict. Throws `OutboxFault`, `OutboxFileFault` and `RocksTable.Fault`.
    private static func settle(
        _ survey: OutboxSurvey, _ files: OutboxFiles, _ geometry: ReserveGeometry
    ) throws -> Settled {
        switch survey.verdict {
        case .broken(let reason): return try rebuild(survey, files, geometry, reason)
        case .fresh:
            guard let table = survey.table else { throw OutboxFault.unavailable("the store did not open") }
            let chain = try layReserve(files, geometry, OutboxChain(new: geometry, SHA256Seal.seal))
            try table.write([], base: chain.storeBase.stored(SHA256Seal.seal))
            return (table, chain, .intact)
        case .intact: return try goOnOrRebuild(survey, files, geometry, appending: [])
        case .behind(let missing): return try goOnOrRebuild(survey, files, geometry, appending: missing)
        }
    }

    /// A store can read well and still take no writes: its background work meets rot where no row lies.
    private static func goOnOrRebuild(
        _ survey: OutboxSurvey, _ files: OutboxFiles, _ geometry: ReserveGeometry,
        appending missing: [StoredRecord]
    ) throws -> Settled {
        do {
            return try goOn(survey, files, geometry, appending: missing)
        } catch let fault as RocksTable.Fault {
            guard !OutboxSurvey.isEnvironment(fault) else { throw fault }
            return try rebuild(survey, files, geometry, fault.text)
        }
    }

    private static func goOn(
        _ survey: OutboxSurvey, _ files: OutboxFiles, _ geometry: ReserveGeometry,
        appending missing: [StoredRecord]
    ) throws -> Settled {
        guard let table = survey.table, let image = survey.image else {
            throw OutboxFault.unavailable("the store did not open")
        }
        // The store first: once the reserve file's floor has moved, its ring vouches for these rows no more.
        if !missing.isEmpty { try table.write(missing) }
        let head = missing.last?.record.head ?? survey.head
        var chain: OutboxChain
        if survey.isLegacy {
            chain = try layReserve(
                files, geometry, OutboxChain(new: geometry, head: head, SHA256Seal.seal))
            try files.move(files.legacyMirror, to: files.legacyMirror + ".v1")
        } else {
            chain = OutboxChain(reopening: image, at: head, SHA256Seal.seal)
            try reserveFile(files, image.geometry).write(chain.superblockWrites())
        }
        let row = chain.storeBase.stored(SHA256Seal.seal)
        if survey.hasDiscarded {
            try table.discard(through: chain.base.sequence, base: row)
        } else {
            try table.write([], base: row)
        }
        if chain.repeatsDamage {
            return (table, chain, .damaged("found at an opening before; nothing was appended since"))
        }
        return (
            table, chain,
            missing.isEmpty
                ? .intact
                : .repaired(
                    "records \(missing[0].sequence) to \(head.sequence) came back from the reserve file")
        )
    }

    /// Builds a store and a reserve file of what still verifies, then puts both in the place of the old ones.
    private static func rebuild(
        _ survey: OutboxSurvey, _ files: OutboxFiles, _ geometry: ReserveGeometry, _ reason: String
    ) throws -> Settled {
        let result = try survey.salvage(files, copyingTo: files.repairCopy)
        survey.release()
        var chain = OutboxChain(
            new: geometry, base: result.base, head: result.head, openings: result.openings + 1,
            isDamaged: !result.isComplete, SHA256Seal.seal)
        try build(result, chain, at: files.newStore)
        try ReserveFile.create(files.newReserve, geometry, chain.superblockWrites())
        try files.move(files.newReserve, to: files.readyReserve)
        try DirectorySync.sync(directoryOf: files.readyReserve)
        try files.finishReplacement()
        let kept = "the old files are kept as outbox*.damaged-\(chain.openings)"
        return (
            try RocksTable(files.store), chain,
            result.isComplete
                ? .repaired("\(reason): the store was built anew, \(result.account); \(kept)")
                : .damaged("\(reason): \(result.account); \(kept)")
        )
    }

    private static func build(_ result: Salvage.Result, _ chain: OutboxChain, at path: String) throws {
        let table = try RocksTable(path)
        try table.write([], base: chain.storeBase.stored(SHA256Seal.seal))
        var start = 0
        while start < result.records.count {
            let end = min(start + 1_000, result.records.count)
            try table.write(Array(result.records[start..<end]))
            start = end
        }
    }

    private static func layReserve(
        _ files: OutboxFiles, _ geometry: ReserveGeometry, _ new: OutboxChain
    ) throws -> OutboxChain {
        var chain = new
        try ReserveFile.create(files.newReserve, geometry, chain.superblockWrites())
        try files.move(files.newReserve, to: files.reserve)
        try DirectorySync.sync(directoryOf: files.reserve)
        return chain
    }

    private static func reserveFile(
        _ files: OutboxFiles, _ geometry: ReserveGeometry
    ) throws(OutboxFileFault) -> ReserveFile {
        try ReserveFile(files.reserve, blockLength: geometry.blockLength)
    }

    private static func makeDirectory(_ path: String) throws(OutboxFault) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw .unavailable("data directory \(path) cannot be created: \(String(cString: strerror(errno)))")
    }

    private static func lock(_ files: OutboxFiles) throws(OutboxFault) -> DirectoryLock {
        do {
            return try DirectoryLock(files.lock)
        } catch {
            switch error {
            case .file(let fault): throw .unavailable(fault.text)
            case .held(let holder):
                let who = holder.map { "process \($0)" } ?? "another process"
                throw .inUse(
                    "\(who) holds data directory \(files.directory): stop it, or give this node its own "
                        + "directory")
            }
        }
    }
}
