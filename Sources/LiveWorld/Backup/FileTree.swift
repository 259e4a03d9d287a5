import COpenSSL
import Glibc

/// The regular files below a directory, by their paths in it, sorted. Locks and sockets belong to a process,
/// not to the data, and are left out.
struct FileTree {
    private(set) var files: [String] = []

    init(_ root: String) throws(OutboxFileFault) {
        try walk(root, "")
        files.sort()
    }

    private mutating func walk(_ root: String, _ prefix: String) throws(OutboxFileFault) {
        guard let names = try OutboxFiles.names(prefix.isEmpty ? root : root + "/" + prefix) else {
            throw OutboxFileFault(path: root, detail: "does not exist")
        }
        for name in names {
            let path = prefix.isEmpty ? name : prefix + "/" + name
            var information = stat()
            guard lstat(root + "/" + path, &information) == 0 else {
                throw OutboxFileFault(path: path, "cannot be looked at")
            }
            switch information.st_mode & S_IFMT {
            case S_IFDIR: try walk(root, path)
            case S_IFREG where name != "LOCK" && !name.hasSuffix(".lock"): files.append(path)
            default: continue
            }
        }
    }

    /// Owner-only, like what it copies; durable before it returns.
    static func copy(_ files: [String], from: String, to target: String) throws(OutboxFileFault) {
        try makeDirectory(target)
        for file in files {
            var directory = target
            for part in file.split(separator: "/").dropLast() {
                directory += "/" + part
                try makeDirectory(directory)
            }
            try OutboxFiles.copy(from + "/" + file, to: target + "/" + file)
            try sync(target + "/" + file)
            try DirectorySync.sync(directoryOf: target + "/" + file)
        }
        try DirectorySync.sync(directoryOf: target)
    }

    private static func makeDirectory(_ path: String) throws(OutboxFileFault) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw OutboxFileFault(path: path, "cannot be created")
        }
    }

    private static func sync(_ path: String) throws(OutboxFileFault) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw OutboxFileFault(path: path, "cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw OutboxFileFault(path: path, "cannot be synced") }
    }

    static func size(_ path: String) -> Int64 {
        var information = stat()
        return lstat(path, &information) == 0 ? Int64(information.st_size) : 0
    }

    static func write(_ text: String, to path: String) throws(OutboxFileFault) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw OutboxFileFault(path: path, "cannot be created") }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw OutboxFileFault(path: path, "cannot be written") }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw OutboxFileFault(path: path, "cannot be synced") }
        try DirectorySync.sync(directoryOf: path)
    }

    /// `nil` if there is no such file.
    static func text(_ path: String) throws(OutboxFileFault) -> String? {
        guard OutboxFiles.exists(path) else { return nil }
        var bytes: [UInt8] = []
        try read(path) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// SHA-256 in hexadecimal digits.
    static func digest(_ path: String) throws(OutboxFileFault) -> String {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "SHA-256 failed: out of memory")
        try read(path) { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        var out = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &out, nil)
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: out.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func read(
        _ path: String, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(OutboxFileFault) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw OutboxFileFault(path: path, "cannot be read") }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw OutboxFileFault(path: path, "cannot be read") }
            if count == 0 { return }
            buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
