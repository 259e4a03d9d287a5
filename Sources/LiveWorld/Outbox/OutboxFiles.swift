import Glibc
import Journal

/// The names in a data directory, and the moves between them.
struct OutboxFiles: Sendable {
    let directory: String

    var store: String { directory + "/outbox" }
    var reserve: String { directory + "/outbox.reserve" }
    var lock: String { directory + "/outbox.lock" }
    /// The head mirror of a version-1 directory.
    var legacyMirror: String { directory + "/outbox.head" }
    /// A store under construction, and its reserve file.
    var newStore: String { directory + "/outbox.new" }
    var newReserve: String { directory + "/outbox.reserve.new" }
    /// The finished reserve file of `newStore`: once it has this name, the two replace what was there.
    var readyReserve: String { directory + "/outbox.reserve.ready" }
    /// A copy of a damaged store, for RocksDB's own repair.
    var repairCopy: String { directory + "/outbox.repair" }

    /// Whether there is an outbox.
    var exist: Bool { [store, reserve, legacyMirror].contains(where: OutboxFiles.exists) }
    /// For people.
    var absence: String { "\(directory) holds no outbox: a node keeps its own in DATA/live or DATA/paper" }

    static func exists(_ path: String) -> Bool {
        var information = stat()
        return lstat(path, &information) == 0
    }

    /// Completes a replacement that was committed; discards one that was not.
    func finishReplacement() throws(OutboxFileFault) {
        try OutboxFiles.removeTree(repairCopy)
        guard OutboxFiles.exists(readyReserve) else {
            try OutboxFiles.removeTree(newStore)
            unlink(newReserve)
            return
        }
        let suffix = ".damaged-\(try openingsOfReady())"
        if OutboxFiles.exists(newStore) {
            if OutboxFiles.exists(store) { try move(store, to: store + suffix) }
            try move(newStore, to: store)
        }
        if OutboxFiles.exists(reserve) { try move(reserve, to: reserve + suffix) }
        if OutboxFiles.exists(legacyMirror) { try move(legacyMirror, to: legacyMirror + suffix) }
        try DirectorySync.sync(directoryOf: reserve)
        try move(readyReserve, to: reserve)
        try DirectorySync.sync(directoryOf: reserve)
    }

    private func openingsOfReady() throws(OutboxFileFault) -> UInt64 {
        let bytes = try ReserveFile.contents(readyReserve) ?? []
        let reading = bytes.withUnsafeBytes { ReserveImage.read($0, SHA256Seal.seal) }
        guard case .found(let image) = reading else {
            throw OutboxFileFault(path: readyReserve, detail: "is damaged: remove it and outbox.new")
        }
        return image.superblock.openings
    }

    func move(_ path: String, to target: String) throws(OutboxFileFault) {
        // A name taken by an earlier finding stays: nothing that was kept for people is overwritten.
        var free = target
        var number = 1
        while target.contains(".damaged-"), OutboxFiles.exists(free) {
            number += 1
            free = "\(target).\(number)"
        }
        guard rename(path, free) == 0 else {
            throw OutboxFileFault(path: path, "cannot be moved to \(free)")
        }
    }

    /// The names in a directory, sorted; `nil` if there is no such directory.
    static func names(_ path: String) throws(OutboxFileFault) -> [String]? {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return nil }
            throw OutboxFileFault(path: path, "cannot be read")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// A RocksDB directory is flat but for the folder `lost` that its repair makes.
    static func removeTree(_ path: String) throws(OutboxFileFault) {
        guard let names = try names(path) else { return }
        for name in names where unlink(path + "/" + name) != 0 { try removeTree(path + "/" + name) }
        guard rmdir(path) == 0 else { throw OutboxFileFault(path: path, "cannot be removed") }
    }

    static func copyTree(_ path: String, to target: String) throws(OutboxFileFault) {
        guard mkdir(target, 0o700) == 0 || errno == EEXIST else {
            throw OutboxFileFault(path: target, "cannot be created")
        }
        for name in try names(path) ?? [] where name != "LOCK" && name != "lost" {
            try copy(path + "/" + name, to: target + "/" + name)
        }
    }

    static func copy(_ path: String, to target: String) throws(OutboxFileFault) {
        let from = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard from >= 0 else { throw OutboxFileFault(path: path, "cannot be read") }
        defer { close(from) }
        let into = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard into >= 0 else { throw OutboxFileFault(path: target, "cannot be created") }
        defer { close(into) }
        var copied = 1
        while copied > 0 { copied = sendfile(into, from, nil, 1 << 30) }
        guard copied == 0 else { throw OutboxFileFault(path: target, "cannot be written") }
    }
}

/// What went wrong with a file of the outbox.
struct OutboxFileFault: Error, Hashable, Sendable {
    let text: String
    init(path: String, detail: String) { text = "\(path) \(detail)" }
    /// With the system's last error.
    init(path: String, _ what: String) { text = "\(path) \(what): \(String(cString: strerror(errno)))" }
}

enum DirectorySync {
    /// Makes a name in the directory of `path` survive a power cut.
    static func sync(directoryOf path: String) throws(OutboxFileFault) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(directory.isEmpty ? "/" : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw OutboxFileFault(path: directory, "cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw OutboxFileFault(path: directory, "cannot be synced") }
    }
}
