import Audit
import Glibc
import Journal

/// The audit log of a data directory: `audit/log.jsonl`, only ever appended to, the newest head a second time
/// in `audit/head.jsonl`, and the key that signs in `audit/key.pem`. One writer, on one lane.
public final class AuditFile {
    public let directory: String
    public let key: SigningKey
    /// What opening it found; `nil`: everything is as it was written.
    public let repaired: String?
    /// Lines are, or may be, missing or altered: what was there is kept beside the new log.
    public let damaged: String?
    public private(set) var chain: AuditChain
    private let descriptor: Int32

    /// Opens or begins the log of `data`, verifies all of it, and hands each sound line to `body`.
    public init(in data: String, _ body: (ArraySlice<UInt8>) -> Void = { _ in }) throws(FileFault) {
        directory = data + "/audit"
        try DurableFile.makeDirectory(directory)
        key = try SigningKey(at: AuditFile.keyPath(data))
        let verifying = key.verifying
        let path = AuditFile.logPath(data)
        let bytes = try DurableFile.read(path) ?? []
        var inspection = AuditInspection(SHA256Seal.seal) { verifying.verify($0, $1) }
        let mirror = try AuditFile.mirror(data)
        inspection.expect(mirror)
        inspection.read(bytes, body)
        if let flaw = inspection.verdict {
            damaged = "line \(flaw.line) of \(path) \(flaw.what)"
            repaired = nil
            try AuditFile.setAside(path, data)
            chain = AuditChain(SHA256Seal.seal)
        } else {
            damaged = nil
            repaired = inspection.torn > 0 ? "\(inspection.torn) bytes of a line that was cut off" : nil
            chain = AuditChain(SHA256Seal.seal, head: inspection.head)
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFault(path: path, "cannot be opened") }
        self.descriptor = descriptor
        if damaged == nil, inspection.torn > 0 {
            guard ftruncate(descriptor, off_t(bytes.count - inspection.torn)) == 0 else {
                throw FileFault(path: path, "cannot be cut back to its last whole line")
            }
        }
        try DurableFile.syncName(path)
    }

    deinit { close(descriptor) }

    static func logPath(_ data: String) -> String { data + "/audit/log.jsonl" }
    static func headPath(_ data: String) -> String { data + "/audit/head.jsonl" }
    static func keyPath(_ data: String) -> String { data + "/audit/key.pem" }

    /// Appends whole lines, durably. After a failure what lies on the disk is not known: the log is opened
    /// anew before the next line.
    public func append(_ extend: (inout AuditChain) -> [UInt8]) throws(FileFault) {
        var chain = chain
        let lines = extend(&chain)
        guard !lines.isEmpty else { return }
        try DurableFile.append(lines, to: descriptor, path: AuditFile.logPath(parent))
        self.chain = chain
    }

    /// As `append`, for a head: the mirror follows, so that a log that lost its end is noticed.
    public func appendHead(_ extend: (inout AuditChain, SigningKey) -> [UInt8]) throws(FileFault) {
        var line: [UInt8] = []
        try append { chain in
            line = extend(&chain, key)
            return line
        }
        try DurableFile.write(line, to: AuditFile.headPath(parent))
    }

    private var parent: String { String(directory.dropLast("/audit".count)) }

    /// Where the log has to reach at least.
    static func mirror(_ data: String) throws(FileFault) -> ChainHead? {
        guard let bytes = try DurableFile.read(headPath(data)) else { return nil }
        return AuditInspection.head(ofLine: bytes.prefix { $0 != UInt8(ascii: "\n") }, SHA256Seal.seal)
    }

    private static func setAside(_ path: String, _ data: String) throws(FileFault) {
        var number = 1
        while OutboxFiles.exists("\(path).damaged-\(number)") { number += 1 }
        guard rename(path, "\(path).damaged-\(number)") == 0 || errno == ENOENT else {
            throw FileFault(path: path, "cannot be set aside")
        }
        guard unlink(headPath(data)) == 0 || errno == ENOENT else {
            throw FileFault(path: headPath(data), "cannot be removed")
        }
    }
}

/// What `arbnode audit verify` says of an audit log, found out without writing to it.
public struct AuditReport: Hashable, Sendable {
    public var lines: UInt64
    public var heads: Int
    public var headHash: String
    /// Lines that no signature covers yet.
    public var unsigned: UInt64
    /// The name of the key that was checked against.
    public var key: String
    /// Bytes of a line that was cut off: the next start removes them.
    public var torn: Int
    /// `nil`: intact.
    public var flaw: String?

    /// `nil`: there is no audit log. Throws when it cannot be read.
    ///
    /// - Parameters:
    ///   - key: what to check against; `nil`: the directory's own key, which proves only that nobody without
    ///     it has written.
    ///   - expected: a head that was noted elsewhere, as its number and hash.
    public static func inspect(
        _ data: String, key: VerifyingKey? = nil, expected: (sequence: UInt64, hash: String)? = nil
    ) throws(FileFault) -> AuditReport? {
        guard let bytes = try DurableFile.read(AuditFile.logPath(data)) else { return nil }
        let own = key == nil ? try SigningKey(at: AuditFile.keyPath(data)).verifying : nil
        guard let key = key ?? own else { return nil }
        var inspection = AuditInspection(SHA256Seal.seal) { key.verify($0, $1) }
        inspection.expect(try AuditFile.mirror(data))
        inspection.expect(sequence: expected?.sequence, hash: expected?.hash)
        inspection.read(bytes)
        return AuditReport(
            lines: inspection.head.sequence, heads: inspection.heads,
            headHash: inspection.head.hash.hexadecimal, unsigned: inspection.unsigned, key: key.name,
            torn: inspection.torn, flaw: inspection.verdict.map { "line \($0.line) \($0.what)" })
    }

    /// The whole lines of a log, for people; `nil`: there is none.
    public static func lines(_ data: String) throws(FileFault) -> [[UInt8]]? {
        try DurableFile.read(AuditFile.logPath(data))?.split(separator: UInt8(ascii: "\n")).map(Array.init)
    }
}
