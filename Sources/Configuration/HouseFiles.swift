import Foundation

/// Finds what comes with the product (`Tests/Corpus`, `config/…`): under the working directory, else beside
/// the executable or in any folder above it.
public enum HouseFiles {
    /// The file's path; `nil` when it is nowhere.
    public static func find(_ name: String) -> String? {
        if FileManager.default.fileExists(atPath: name) { return name }
        return above(name)
    }

    /// The folder of the package this executable was built from.
    public static var packageRoot: String? {
        above("Package.swift").map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
    }

    /// The path of this executable.
    public static var executable: String {
        // Absent outside Linux; the command's own path then serves.
        if let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            return own
        }
        return URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().path
    }

    private static func above(_ name: String) -> String? {
        var folder = URL(fileURLWithPath: executable)
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let candidate = folder.appendingPathComponent(name).path
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
        }
        return nil
    }
}
