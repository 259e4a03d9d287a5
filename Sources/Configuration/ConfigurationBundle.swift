import Foundation
import Synchronization

/// Everything a configuration was read from: its files and the environment variables they name. Read again,
/// it is the same configuration on any machine at any time; secrets are in none of it.
public struct ConfigurationBundle: Codable, Hashable, Sendable {
    /// The file that was loaded.
    public var file: String
    /// By path.
    public var texts: [String: String]
    /// By name.
    public var variables: [String: String]
    /// Files that only had to be there, as `ca:`.
    public var present: Set<String>

    public init(file: String, texts: [String: String], variables: [String: String], present: Set<String>) {
        self.file = file
        self.texts = texts
        self.variables = variables
        self.present = present
    }

    /// The one spelling that its digest is taken of: JSON with ordered keys.
    public var canonical: [UInt8] {
        struct Ordered: Encodable {
            var file: String
            var present: [String]
            var texts: [String: String]
            var variables: [String: String]
        }
        return Array(
            JSONText.of(
                Ordered(file: file, present: present.sorted(), texts: texts, variables: variables)
            ).utf8)
    }

    /// The same wherever its files lie, and whatever the environment is: what is signed. Paths are as seen
    /// from the folder of the file that was loaded.
    public var portable: [UInt8] {
        struct Ordered: Encodable {
            var file: String
            var texts: [String: String]
        }
        var named: [String: String] = [:]
        for (path, text) in texts { named[ConfigurationPath.relative(path, to: file)] = text }
        return Array(
            JSONText.of(Ordered(file: ConfigurationPath.relative(file, to: file), texts: named)).utf8)
    }

    /// What `canonical` spelled; `nil`: something else.
    public init?(canonical bytes: [UInt8]) {
        // Whatever is not one is none, for whichever reason.
        guard let read = try? JSONDecoder().decode(ConfigurationBundle.self, from: Data(bytes)) else {
            return nil
        }
        self = read
    }
}

extension ConfigurationBundle: ConfigurationSource {
    public func bytes(of path: String) -> Result<[UInt8], UnreadableFile> {
        texts[path].map { .success(Array($0.utf8)) }
            ?? .failure(UnreadableFile(reason: "it is not among the files that were read"))
    }

    public func exists(_ path: String) -> Bool { present.contains(path) || texts[path] != nil }
    public func variable(_ name: String) -> String? { variables[name] }
}

/// Remembers what it was asked for. Each file is read once: what was checked is what is used, also while
/// somebody is writing it.
final class RememberingSource: ConfigurationSource {
    private struct Memory {
        var files: [String: Result<[UInt8], UnreadableFile>] = [:]
        var variables: [String: String] = [:]
        var present: Set<String> = []
    }

    private let source: any ConfigurationSource
    private let memory = Mutex(Memory())

    init(_ source: any ConfigurationSource) { self.source = source }

    func bytes(of path: String) -> Result<[UInt8], UnreadableFile> {
        if let known = memory.withLock({ $0.files[path] }) { return known }
        let found = source.bytes(of: path)
        memory.withLock { $0.files[path] = found }
        return found
    }

    func exists(_ path: String) -> Bool {
        let isThere = source.exists(path)
        if isThere { memory.withLock { _ = $0.present.insert(path) } }
        return isThere
    }

    func variable(_ name: String) -> String? {
        let value = source.variable(name)
        if let value { memory.withLock { $0.variables[name] = value } }
        return value
    }

    func bundle(of file: String) -> ConfigurationBundle {
        memory.withLock { memory in
            ConfigurationBundle(
                file: file,
                texts: memory.files.compactMapValues { found in
                    guard case .success(let bytes) = found else { return nil }
                    return String(decoding: bytes, as: UTF8.self)
                },
                variables: memory.variables, present: memory.present)
        }
    }
}

extension NodeConfiguration {
    /// As `load`, with everything it was read from.
    public static func loadBundle(
        path: String, source: some ConfigurationSource = DiskSource()
    ) -> Result<(NodeConfiguration, ConfigurationBundle), ConfigurationProblems> {
        let memory = RememberingSource(source)
        return load(path: path, source: memory).map {
            ($0, memory.bundle(of: ConfigurationPath.normalized(path)))
        }
    }
}
