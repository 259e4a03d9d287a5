import Configuration
import Foundation

/// Which code and which configuration a run was made with, so that a failure can be found again.
struct Provenance {
    /// Of the tree the executable was built in; "unknown" without git or tree.
    let commit: String
    /// Over names and contents of `config/` and `venues/`; "none" when neither is found.
    let configurationHash: String

    init() {
        commit = Provenance.commit()
        configurationHash = Provenance.configurationHash()
    }

    private static func commit() -> String {
        let folder = HouseFiles.packageRoot ?? "."
        let git = Process()
        let output = Pipe()
        git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        git.arguments = ["git", "-C", folder, "rev-parse", "HEAD"]
        git.standardOutput = output
        git.standardError = FileHandle.nullDevice
        do {
            try git.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            git.waitUntilExit()
            let commit = text.trimmingCharacters(in: .whitespacesAndNewlines)
            return git.terminationStatus == 0 && !commit.isEmpty ? commit : "unknown"
        } catch { return "unknown" }
    }

    private static func configurationHash() -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a: a fingerprint to compare by eye, no proof
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        var count = 0
        for folder in ["config", "venues"] {
            guard let path = HouseFiles.find(folder) else { continue }
            // A folder that cannot be listed adds nothing, and the hash then differs from one that could.
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            for name in names.sorted() where name.hasSuffix(".yaml") {
                guard let content = FileManager.default.contents(atPath: "\(path)/\(name)") else { continue }
                add("\(folder)/\(name)\0".utf8)
                add(content)
                count += 1
            }
        }
        let digits = String(hash, radix: 16)
        return count == 0 ? "none" : String(repeating: "0", count: 16 - digits.count) + digits
    }
}
