import Glibc
import Journal

/// The head mirror that directories of version 1 have instead of a reserve file: read once, when such a
/// directory is opened for the first time, then removed.
///
/// Two slots of one block: `"arbhead1" · generation (8) · sequence (8) · hash (32) · SHA-256 of that (32)`.
enum LegacyMirror {
    private static let slotLength = 4_096
    private static let magic = Array("arbhead1".utf8)

    /// The newest head in the file's bytes; `nil` if there is none.
    static func head(_ file: UnsafeRawBufferPointer) -> ChainHead? {
        let heads = (0..<2).compactMap { slot -> (generation: UInt64, head: ChainHead)? in
            let start = slot * slotLength
            guard file.count >= start + 88 else { return nil }
            let bytes = UnsafeRawBufferPointer(rebasing: file[start..<(start + 88)])
            let covered = UnsafeRawBufferPointer(rebasing: bytes[..<56])
            guard bytes.starts(with: magic),
                SHA256Seal.seal(covered, UnsafeRawBufferPointer(start: nil, count: 0))
                    == Fingerprint(bytes, at: 56)
            else { return nil }
            let generation = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            let sequence = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
            return (generation, ChainHead(sequence: sequence, hash: Fingerprint(bytes, at: 24)))
        }
        return heads.max { $0.generation < $1.generation }?.head
    }
}
