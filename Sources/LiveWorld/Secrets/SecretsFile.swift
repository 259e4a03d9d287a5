import Glibc

/// A file of `venue.field = value` lines that only its owner can read.
enum SecretsFile {
    static let sizeLimit = 65_536
    /// Of venues, then of channels to people.
    static let fields = ["api_key", "secret", "passphrase", "token", "password", "url"]

    /// Reads and checks the file; answers values by `venue.field`.
    static func read(_ path: String) throws(SecretsFault) -> [String: [UInt8]] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        try checkAccess(descriptor, path)
        var bytes = [UInt8](repeating: 0, count: sizeLimit + 1)
        defer { SecretBytes.wipe(&bytes) }
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count)
            }
            guard got >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
            if got == 0 { break }
            count += got
        }
        guard count <= sizeLimit else { throw .unreadable(path: path, reason: "it is larger than 64 KiB") }
        return try parse(bytes[..<count], path)
    }

    /// The open file is what is checked, so that nobody can swap it in between.
    private static func checkAccess(_ descriptor: Int32, _ path: String) throws(SecretsFault) {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, reason: "it is not a regular file")
        }
        guard information.st_uid == geteuid() else { throw .notOwned(path: path) }
        let mode = UInt32(information.st_mode & 0o7777)
        guard mode & 0o077 == 0 else { throw .tooOpen(path: path, mode: mode) }
    }

    private static func parse(_ bytes: ArraySlice<UInt8>, _ path: String) throws(SecretsFault) -> [String:
        [UInt8]]
    {
        var values: [String: [UInt8]] = [:]
        var number = 0
        for raw in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            let line = trim(raw)
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
                throw .malformed(path: path, line: number, problem: "no '='")
            }
            let name = String(decoding: trim(line[..<equals]), as: UTF8.self)
            guard isKnown(name) else {
                throw .malformed(
                    path: path, line: number, problem: "what stands before '=' is no venue's field")
            }
            let value = Array(trim(line[(equals + 1)...]))
            guard !value.isEmpty else {
                throw .malformed(path: path, line: number, problem: "an empty value")
            }
            guard values[name] == nil else {
                throw .malformed(path: path, line: number, problem: "given twice")
            }
            values[name] = value
        }
        return values
    }

    private static func isKnown(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return false }
        let isVenue = parts[0].utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
        }
        return isVenue && fields.contains(String(parts[1]))
    }

    private static func trim(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let first = line.first, first == 0x20 || first == 0x09 { line.removeFirst() }
        while let last = line.last, last == 0x20 || last == 0x09 || last == 0x0D { line.removeLast() }
        return line
    }
}
