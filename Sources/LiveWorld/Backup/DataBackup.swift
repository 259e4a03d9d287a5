import Glibc
import Ports

/// A copy of a node's data directory that can be proven, and put back. The node must not be running: files
/// that are written meanwhile make no moment of the past.
///
/// What is restored is older than what the venues know. That is safe: order numbers never fall behind the
/// clock, so no id repeats, and a start reconciles with the venues before it trades.
public struct DataBackup: Sendable {
    /// Lists every file with its SHA-256, as `sha256sum --check` reads it.
    public static let manifest = "BACKUP.sha256"

    public enum Fault: Error, Hashable, Sendable {
        /// A node uses the directory; by its process number, if known.
        case inUse(String, by: Int32?)
        /// Something is there already, and nothing is overwritten.
        case targetTaken(String)
        case notABackup(String)
        /// Files that differ from the manifest, are missing, or are not in it.
        case altered([String])
        case outbox(OutboxFault)
        case file(String)
    }

    public struct Summary: Hashable, Sendable {
        public let files: Int
        public let bytes: Int64
        /// The outbox as the copy holds it.
        public let audit: OutboxAudit
    }

    /// Copies `directory` to `target`, which must not exist yet, and proves the copy by reading it again.
    public static func create(of directory: String, in target: String) throws(Fault) -> Summary {
        let lock = try held(directory)
        let summary = try translating { () throws in
            guard !OutboxFiles.exists(target) else { throw Fault.targetTaken(target) }
            let files = try FileTree(directory).files
            try FileTree.copy(files, from: directory, to: target)
            let lines = try files.map { "\(try FileTree.digest(target + "/" + $0))  \($0)\n" }
            try FileTree.write(lines.joined(), to: target + "/" + manifest)
            return try proven(target)
        }
        withExtendedLifetime(lock) {}
        return summary
    }

    /// Reads a backup whole and holds it against its manifest.
    public static func verify(_ backup: String) throws(Fault) -> Summary {
        try translating { () throws in try proven(backup) }
    }

    /// Verifies `backup` and copies it to `directory`, which must not hold an outbox.
    public static func restore(_ backup: String, to directory: String) throws(Fault) -> Summary {
        try translating { () throws in
            let names = try OutboxFiles.names(directory) ?? []
            guard names.isEmpty else { throw Fault.targetTaken(directory) }
            let known = try proven(backup)
            try FileTree.copy(try listed(backup).map(\.path), from: backup, to: directory)
            let audit = try OutboxAudit.inspect(directory: directory)
            guard audit == known.audit else { throw Fault.altered([directory]) }
            return Summary(files: known.files, bytes: known.bytes, audit: audit)
        }
    }

    // MARK: Parts

    private static func held(_ directory: String) throws(Fault) -> DirectoryLock {
        guard OutboxFiles.exists(directory) else { throw .file("\(directory) does not exist") }
        let files = OutboxFiles(directory: directory)
        guard files.exist else { throw .file(files.absence) }
        do throws(DirectoryLock.Fault) {
            return try DirectoryLock(files.lock)
        } catch {
            switch error {
            case .held(let holder): throw .inUse(directory, by: holder)
            case .file(let fault): throw .file(fault.text)
            }
        }
    }

    private static func proven(_ backup: String) throws -> Summary {
        let listed = try listed(backup)
        let present = try FileTree(backup).files.filter { $0 != manifest }
        var altered = Set(present).symmetricDifference(listed.map(\.path))
        var bytes: Int64 = 0
        for line in listed where !altered.contains(line.path) {
            let path = backup + "/" + line.path
            if try FileTree.digest(path) != line.digest { altered.insert(line.path) }
            bytes += FileTree.size(path)
        }
        guard altered.isEmpty else { throw Fault.altered(altered.sorted()) }
        return Summary(
            files: listed.count, bytes: bytes, audit: try OutboxAudit.inspect(directory: backup))
    }

    private static func listed(_ backup: String) throws -> [(digest: String, path: String)] {
        guard let text = try FileTree.text(backup + "/" + manifest) else {
            throw Fault.notABackup("\(backup) has no \(manifest)")
        }
        return try text.split(separator: "\n").map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].utf8.count == 64, parts[1].hasPrefix(" ") else {
                throw Fault.notABackup("\(backup)/\(manifest) cannot be read")
            }
            return (String(parts[0]), String(parts[1].dropFirst()))
        }
    }

    private static func translating<Result>(_ body: () throws -> Result) throws(Fault) -> Result {
        do { return try body() } catch let fault as Fault { throw fault } catch let fault as OutboxFault {
            throw .outbox(fault)
        } catch let fault as OutboxFileFault { throw .file(fault.text) } catch { throw .file("\(error)") }
    }
}

extension DataBackup.Fault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .inUse(let directory, let holder):
            "\(directory) is in use" + (holder.map { " by process \($0)" } ?? "") + ": stop the node first"
        case .targetTaken(let path): "\(path) is there already: name a path that is not taken"
        case .notABackup(let why): why
        case .altered(let paths): "not as it was written: " + paths.joined(separator: ", ")
        case .outbox(let fault): "the outbox cannot be read: \(fault)"
        case .file(let text): text
        }
    }
}
