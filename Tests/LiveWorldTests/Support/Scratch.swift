import Foundation

/// A directory of this test's own, removed when the test is over.
final class Scratch: Sendable {
    let path: String
    init() throws {
        path = NSTemporaryDirectory() + "arbnode-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let file = file(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }
}

/// The recordings and vectors beside the repository.
enum SharedFiles {
    static let root: String = {
        if let given = ProcessInfo.processInfo.environment["ARBNODE_SHARED"] { return given }
        let package = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared").path
    }()
    static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: root + "/" + name) }
    static func data(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: root + "/" + name))
    }
}
