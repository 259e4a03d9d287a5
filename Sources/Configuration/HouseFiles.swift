import Foundation

/// Finds files that come with the product (`config/demo.yaml`, `venues/…`): under the working directory, else
/// beside the executable or any folder above it.
public enum HouseFiles {
    /// The file's path, `nil` when it is nowhere.
    public static func find(_ name: String) -> String? {
        let manager = FileManager.default
        if manager.fileExists(atPath: name) { return name }
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        // Absent outside Linux; the command's own path then serves.
        if let own = try? manager.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            folder = URL(fileURLWithPath: own)
        }
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let candidate = folder.appendingPathComponent(name).path
            if manager.fileExists(atPath: candidate) { return candidate }
        }
        return nil
    }
}
