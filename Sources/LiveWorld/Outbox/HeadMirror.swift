import Glibc

/// The chain's head in a second file, written and synced after every batch: what the store must still hold
/// when it is opened again. RocksDB opens happily without a lost log file; this file remembers.
///
/// Two slots of one block each are written in turn and in place, so that a torn write leaves the other, and a
/// sync has no metadata to write. The file lies beside the store's directory, not in it.
final class HeadMirror: @unchecked Sendable {
    private static let slotLength = 4_096
    private static let magic = Array("arbhead1".utf8)

    private let descriptor: Int32
    private var generation: UInt64

    /// Opens the file and answers the head it holds; `nil` if there is no such file.
    static func open(_ path: String) throws(OutboxFileFault) -> (mirror: HeadMirror, head: ChainHead)? {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw OutboxFileFault(path: path, "cannot be opened")
        }
        let slots = [readSlot(descriptor, 0), readSlot(descriptor, 1)].compactMap { $0 }
        guard let newest = slots.max(by: { $0.generation < $1.generation }) else {
            Glibc.close(descriptor)
            throw OutboxFileFault(
                path: path, detail: "holds no valid head: it was damaged or is another file")
        }
        return (HeadMirror(descriptor: descriptor, generation: newest.generation), newest.head)
    }

    /// Creates the file for an empty store.
    static func create(_ path: String) throws(OutboxFileFault) -> HeadMirror {
        // Under another name first: a crash must not leave a mirror without a head.
        let draft = path + ".new"
        unlink(draft)
        let descriptor = Glibc.open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw OutboxFileFault(path: draft, "cannot be created") }
        // From here on the mirror closes the descriptor.
        let mirror = HeadMirror(descriptor: descriptor, generation: 1)
        guard posix_fallocate(descriptor, 0, off_t(2 * slotLength)) == 0 else {
            throw OutboxFileFault(path: draft, detail: "cannot be given its \(2 * slotLength) bytes")
        }
        for generation in [UInt64(0), 1] { try write(descriptor, generation: generation, ChainHead()) }
        guard fsync(descriptor) == 0, rename(draft, path) == 0 else {
            throw OutboxFileFault(path: path, "cannot be put in place")
        }
        try DirectorySync.sync(directoryOf: path)
        return mirror
    }

    private init(descriptor: Int32, generation: UInt64) {
        self.descriptor = descriptor
        self.generation = generation
    }

    deinit { Glibc.close(descriptor) }

    /// Records `head`; when it returns the head survives a power cut.
    func record(_ head: ChainHead) throws(OutboxFileFault) {
        generation += 1
        try HeadMirror.write(descriptor, generation: generation, head)
    }

    private static func write(_ descriptor: Int32, generation: UInt64, _ head: ChainHead)
        throws(OutboxFileFault)
    {
        var slot = magic
        slot += ChainedRecord.key(generation) + ChainedRecord.key(head.sequence) + head.hash
        slot += Digest.sha256(slot)
        let offset = off_t(generation & 1) * off_t(slotLength)
        guard pwrite(descriptor, slot, slot.count, offset) == slot.count, fdatasync(descriptor) == 0 else {
            throw OutboxFileFault(path: "head mirror", "cannot be written")
        }
    }

    private static func readSlot(_ descriptor: Int32, _ index: Int) -> (generation: UInt64, head: ChainHead)?
    {
        let length = magic.count + 8 + 8 + 32 + 32
        var slot = [UInt8](repeating: 0, count: length)
        guard pread(descriptor, &slot, length, off_t(index * slotLength)) == length,
            slot.starts(with: magic), Array(slot[56...]) == Digest.sha256(Array(slot[..<56]))
        else { return nil }
        return slot.withUnsafeBytes { bytes in
            let generation = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            let sequence = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
            return (generation, ChainHead(sequence: sequence, hash: Array(bytes[24..<56])))
        }
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
