import Foundation

/// Where configuration text comes from: the disk, or a table in tests.
public protocol ConfigurationSource: Sendable {
    /// The file's bytes, or in plain words why there are none.
    func bytes(of path: String) -> Result<[UInt8], UnreadableFile>
    /// Whether a file stands at `path`.
    func exists(_ path: String) -> Bool
    /// The value of an environment variable.
    func variable(_ name: String) -> String?
}

public struct UnreadableFile: Error, Hashable, Sendable {
    /// `no such file`, `is a directory`, …
    public var reason: String
    public init(reason: String) { self.reason = reason }
}

/// Files on this machine and the process's environment.
public struct DiskSource: ConfigurationSource {
    /// A configuration is a few kilobytes; anything near this is the wrong file.
    static let largestFile = 1 << 20

    public init() {}

    public func bytes(of path: String) -> Result<[UInt8], UnreadableFile> {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            return .failure(UnreadableFile(reason: "no such file"))
        }
        if isDirectory.boolValue { return .failure(UnreadableFile(reason: "is a directory")) }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            return .failure(UnreadableFile(reason: "not readable by this user"))
        }
        do {
            defer { try? handle.close() }  // only read from: a failing close loses nothing
            let data = try handle.read(upToCount: DiskSource.largestFile + 1) ?? Data()
            guard data.count <= DiskSource.largestFile else {
                return .failure(UnreadableFile(reason: "larger than 1 MiB: not a configuration file"))
            }
            return .success(Array(data))
        } catch {
            return .failure(UnreadableFile(reason: error.localizedDescription))
        }
    }

    public func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
    public func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
}

/// Paths as configuration files spell them.
enum ConfigurationPath {
    /// `path` as seen from the directory of `file`, without `.` and `..` where they can be removed.
    static func resolve(_ path: String, from file: String) -> String {
        if path.hasPrefix("/") { return normalized(path) }
        let directory = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        if directory.isEmpty { return normalized(file.hasPrefix("/") ? "/" + path : path) }
        return normalized(directory + "/" + path)
    }

    /// `path` as seen from the folder of `file`: what `resolve` turns back.
    static func relative(_ path: String, to file: String) -> String {
        let folder = file.split(separator: "/").dropLast()
        let parts = path.split(separator: "/")
        let shared = zip(folder, parts).prefix { $0 == $1 }.count
        return
            (Array(repeating: "..", count: folder.count - shared) + parts.dropFirst(shared).map(String.init))
            .joined(separator: "/")
    }

    static func normalized(_ path: String) -> String {
        var kept: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = kept.last, last != ".." {
                kept.removeLast()
            } else if part != ".." || !path.hasPrefix("/") {
                kept.append(part)
            }
        }
        let joined = kept.joined(separator: "/")
        return path.hasPrefix("/") ? "/" + joined : joined.isEmpty ? "." : joined
    }
}
