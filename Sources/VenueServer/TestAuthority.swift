import Glibc
import NIOSSL

/// A private certificate authority for venue doubles: a client that trusts `ca.pem` accepts them as
/// `localhost`, `127.0.0.1` and `::1`, and nobody else. Valid 30 days.
public struct TestAuthority: Sendable {
    public let directory: String
    /// What a client must trust.
    public var caPath: String { directory + "/ca.pem" }
    public var certificatePath: String { directory + "/server.pem" }
    /// Readable by its owner only.
    public var keyPath: String { directory + "/server-key.pem" }
    private let isTemporary: Bool
    private static let days = 30

    public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// The directory cannot be made, locked or written.
        case unwritable(path: String, reason: String)
        /// Some of the three files exist and others do not; none was touched.
        case incomplete(directory: String, missing: [String])
        /// The files are no certificate and key that belong together and are valid today.
        case unusable(directory: String, reason: String)

        public var description: String {
            switch self {
            case .unwritable(let path, let reason): "\(path): \(reason)"
            case .incomplete(let directory, let missing):
                "\(directory): \(missing.joined(separator: ", ")) missing beside the others;"
                    + " remove all three files to have new ones made"
            case .unusable(let directory, let reason):
                "\(directory): \(reason); remove ca.pem, server.pem and server-key.pem to have new ones made"
            }
        }
    }

    /// Certificates in a new directory of their own under `$TMPDIR` (else `/tmp`); `remove()` deletes it.
    public static func temporary() throws(Fault) -> TestAuthority {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        guard let template = strdup(parent + "/arbsim-tls-XXXXXX") else {
            throw .unwritable(path: parent, reason: "no memory")
        }
        defer { free(template) }
        guard mkdtemp(template) != nil else {
            throw .unwritable(path: parent, reason: String(cString: strerror(errno)))
        }
        let authority = TestAuthority(directory: String(cString: template), isTemporary: true)
        try authority.fill()
        return authority
    }

    /// The certificates of `directory`; made there when it holds none (so is the directory, when only its
    /// last part is missing). Servers that start at the same moment agree on one set.
    /// Certificates that were made here and have expired are replaced.
    public static func inDirectory(_ directory: String) throws(Fault) -> TestAuthority {
        try inDirectory(directory, days: days)
    }

    static func inDirectory(_ directory: String, days: Int) throws(Fault) -> TestAuthority {
        let authority = TestAuthority(directory: directory, isTemporary: false)
        if mkdir(directory, 0o755) != 0 && errno != EEXIST {
            throw .unwritable(path: directory, reason: String(cString: strerror(errno)))
        }
        let lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
            let reason = String(cString: strerror(errno))
            if lock >= 0 { close(lock) }
            throw .unwritable(path: directory, reason: reason)
        }
        defer { close(lock) }
        let files: [String] = [authority.caPath, authority.certificatePath, authority.keyPath]
        let missing = files.filter { access($0, F_OK) != 0 }
        switch missing.count {
        case 0:
            if try authority.isExpired() {
                for path in files { unlink(path) }
                try authority.fill(days: days)
            }
        case 3: try authority.fill(days: days)
        default:
            let names = missing.map { String($0.dropFirst(directory.count + 1)) }
            throw .incomplete(directory: directory, missing: names)
        }
        return authority
    }

    /// Deletes the directory when it is `temporary()`'s own.
    public func remove() {
        guard isTemporary else { return }
        for path in [caPath, certificatePath, keyPath] { unlink(path) }
        rmdir(directory)
    }

    /// TLS for a server with this certificate: TLS 1.2 and 1.3, no client certificates.
    func serverContext() throws(Fault) -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificatePath).map {
                NIOSSLCertificateSource.certificate($0)
            }
            let key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unusable(
                directory: directory, reason: "the server's certificate or key does not load (\(error))")
        }
    }

    private func fill(days: Int = TestAuthority.days) throws(Fault) {
        let made: CertificateMaker.Made
        do throws(CertificateMaker.Fault) { made = try CertificateMaker.make(days: days) } catch {
            throw .unwritable(path: directory, reason: error.reason)
        }
        try write(made.serverKey, to: keyPath, mode: 0o600)
        try write(made.server, to: certificatePath, mode: 0o644)
        try write(made.authority, to: caPath, mode: 0o644)
    }

    private func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(Fault) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(file) }
        let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count else {
            throw .unwritable(
                path: path, reason: written < 0 ? String(cString: strerror(errno)) : "disk full")
        }
    }

    /// Throws when a client that trusts `ca.pem` would refuse the certificate for another reason than its
    /// age.
    private func isExpired() throws(Fault) -> Bool {
        _ = try serverContext()
        switch CertificateCheck.judge(authority: caPath, server: certificatePath, key: keyPath) {
        case .sound: return false
        case .expired: return true
        case .problem(let reason): throw .unusable(directory: directory, reason: reason)
        }
    }
}
