import Glibc
import Journal
import Synchronization

/// The reserve file of a store: where rows become durable.
///
/// The file is laid out in full when it is created: a write changes no metadata, and a full disk does not
/// matter to it. Writes bypass the page cache and return when the device has them for good (`O_DIRECT |
/// O_DSYNC`): measured on ext4, 0.7 times as long as a synced put of RocksDB, whose log grows.
final class ReserveFile: Sendable {
    private let writer: Mutex<BlockWriter>

    /// Opens an existing file for writing.
    init(_ path: String, blockLength: Int) throws(OutboxFileFault) {
        let flags = O_RDWR | O_DSYNC | O_CLOEXEC | O_NOFOLLOW
        // Some file systems know no direct access; there the synced write goes through the page cache.
        var descriptor = open(path, flags | directAccess)
        if descriptor < 0 { descriptor = open(path, flags) }
        guard descriptor >= 0 else { throw OutboxFileFault(path: path, "cannot be opened") }
        writer = Mutex(BlockWriter(path: path, descriptor: descriptor, alignment: blockLength))
    }

    /// Each write is durable before the next begins, all are on return. After one that failed, all fail: what
    /// lies in the file then is not known, and nothing may follow it.
    func write(_ writes: [OutboxChain.ReserveWrite]) throws(OutboxFileFault) {
        try writer.withLock { writer throws(OutboxFileFault) in try writer.write(writes) }
    }

    /// Nothing is written after this.
    func close() { writer.withLock { $0.fault = OutboxFileFault(path: $0.path, detail: "is closed") } }
}

extension ReserveFile {
    /// The whole file; `nil` if there is none.
    static func contents(_ path: String) throws(OutboxFileFault) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw OutboxFileFault(path: path, "cannot be opened")
        }
        defer { Glibc.close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw OutboxFileFault(path: path, "cannot be read")
        }
        var bytes = [UInt8](repeating: 0, count: Int(information.st_size))
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
            }
            guard count > 0 else { throw OutboxFileFault(path: path, "cannot be read") }
            offset += count
        }
        return bytes
    }

    /// Lays a new file out, zeros and superblocks, durably; its name is the caller's to sync.
    ///
    /// Zeros are written, not only allocated: the first write to an allocated block would change metadata.
    static func create(
        _ path: String, _ geometry: ReserveGeometry, _ writes: [OutboxChain.ReserveWrite]
    ) throws(OutboxFileFault) {
        unlink(path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw OutboxFileFault(path: path, "cannot be created") }
        defer { Glibc.close(descriptor) }
        let zeros = [UInt8](repeating: 0, count: 64 * geometry.blockLength)
        var offset = 0
        while offset < geometry.fileLength {
            let count = pwrite(
                descriptor, zeros, min(zeros.count, geometry.fileLength - offset), off_t(offset))
            guard count > 0 else { throw OutboxFileFault(path: path, "cannot be laid out") }
            offset += count
        }
        for write in writes {
            let count = pwrite(descriptor, write.bytes, write.bytes.count, off_t(write.offset))
            guard count == write.bytes.count else { throw OutboxFileFault(path: path, "cannot be written") }
        }
        guard fsync(descriptor) == 0 else { throw OutboxFileFault(path: path, "cannot be synced") }
    }
}

/// `O_DIRECT`, which Swift's Glibc module lacks and which is not the same number everywhere.
#if arch(arm64)
    private let directAccess: Int32 = 0o200000
#else
    private let directAccess: Int32 = 0o40000
#endif

/// Writes blocks from memory aligned as direct access wants it.
private struct BlockWriter: ~Copyable {
    let path: String
    var fault: OutboxFileFault?
    private let descriptor: Int32
    private let alignment: Int
    private var buffer: UnsafeMutableRawBufferPointer

    init(path: String, descriptor: Int32, alignment: Int) {
        self.path = path
        self.descriptor = descriptor
        self.alignment = alignment
        buffer = .allocate(byteCount: 16 * alignment, alignment: alignment)
    }

    deinit {
        Glibc.close(descriptor)
        buffer.deallocate()
    }

    mutating func write(_ writes: [OutboxChain.ReserveWrite]) throws(OutboxFileFault) {
        for write in writes {
            if let fault { throw fault }
            if buffer.count < write.bytes.count {
                buffer.deallocate()
                buffer = .allocate(byteCount: write.bytes.count, alignment: alignment)
            }
            write.bytes.withUnsafeBytes { buffer.copyMemory(from: $0) }
            let count = pwrite(descriptor, buffer.baseAddress, write.bytes.count, off_t(write.offset))
            if count != write.bytes.count { fault = OutboxFileFault(path: path, "cannot be written") }
        }
        if let fault { throw fault }
    }
}
