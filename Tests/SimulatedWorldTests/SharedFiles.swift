import Foundation

/// Files shared between checkouts (recordings, vectors): `$ARBNODE_SHARED`, else `shared` beside the package.
enum SharedFiles {
    static let root: URL = {
        if let given = ProcessInfo.processInfo.environment["ARBNODE_SHARED"] { return URL(filePath: given) }
        var package = URL(filePath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<4 { package = package.deletingLastPathComponent() }
        return package.appending(path: "shared")
    }()

    static var exist: Bool {
        FileManager.default.fileExists(atPath: root.appending(path: "recordings").path(percentEncoded: false))
    }

    /// Names of every recording, sorted; none when the shared files are absent.
    static var recordings: [String] {
        let folder = root.appending(path: "recordings").path(percentEncoded: false)
        // Absent files mean no arguments; the tests are skipped then.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".rec.gz") }.sorted()
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: name)))
    }

    /// A gzip file's content.
    static func unzipped(_ name: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", root.appending(path: name).path(percentEncoded: false)]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(data)
    }

    /// The payloads of the lines whose channel is `marker` (tabs included), one a line.
    static func payloads(of marker: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for line in bytes.split(separator: 0x0A) {
            guard let tab = line.firstIndex(of: 0x09) else { continue }
            let rest = line[tab...]
            if rest.starts(with: marker) { out += rest[(tab + marker.count)...] + [0x0A] }
        }
        return out
    }
}
