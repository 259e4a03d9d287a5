import Glibc

/// What went wrong with a file that the node keeps.
public struct FileFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(path: String, detail: String) { description = "\(path) \(detail)" }
    /// With the system's last error.
    init(path: String, _ what: String) {
        description = "\(path) \(what): \(String(cString: strerror(errno)))"
    }
}

/// Files that are there whole or not at all, for their owner only.
public enum DurableFile {
    /// Puts `bytes` at `path`: written beside it, synced, moved over it, and the name synced.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileFault) {
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFault(path: draft, "cannot be created") }
        defer { close(descriptor) }
        try append(bytes, to: descriptor, path: draft)
        guard rename(draft, path) == 0 else { throw FileFault(path: path, "cannot be replaced") }
        try syncName(path)
    }

    /// All of it, or throws; synced.
    static func append(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(FileFault) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.write(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileFault(path: path, "cannot be written") }
            done += count
        }
        guard fdatasync(descriptor) == 0 else { throw FileFault(path: path, "cannot be synced") }
    }

    static func syncName(_ path: String) throws(FileFault) {
        do throws(OutboxFileFault) { try DirectorySync.sync(directoryOf: path) } catch {
            throw FileFault(path: path, detail: "may not survive a power cut: \(error.text)")
        }
    }

    /// `nil`: there is none.
    public static func read(_ path: String, most: Int = 1 << 30) throws(FileFault) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileFault(path: path, "cannot be read")
        }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw FileFault(path: path, "cannot be read") }
        guard information.st_size <= most else {
            throw FileFault(path: path, detail: "is larger than \(most) bytes")
        }
        var bytes = [UInt8](repeating: 0, count: Int(information.st_size))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes { raw in
                Glibc.read(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            done += count
        }
        return Array(bytes.prefix(done))
    }

    public static func makeDirectory(_ path: String) throws(FileFault) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw FileFault(path: path, "cannot be created")
        }
    }

    /// The names in a directory, sorted; none where there is no such directory.
    public static func names(in path: String) throws(FileFault) -> [String] {
        do throws(OutboxFileFault) { return try OutboxFiles.names(path) ?? [] } catch {
            throw FileFault(path: path, detail: error.text)
        }
    }
}
