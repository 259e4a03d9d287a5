import Glibc

/// Where a node's control socket is when nobody says: the one socket below `data/`, as the shipped
/// configurations put it, or that of a demo in a temporary directory.
public enum ControlSocketSearch {
    public enum Finding: Hashable, Sendable {
        case one(String)
        /// No socket, or none that a process listens at; `dead` are those.
        case none(dead: [String])
        case several([String])
    }

    /// A configuration's data directory, with the folder that `arbnode run` makes in it.
    static let patterns = ["data/*/control.sock", "data/*/live/control.sock", "data/*/paper/control.sock"]
    static let demos = "arbnode-demo-*/control.sock"

    /// - Parameters:
    ///   - directory: where `data/` is looked for.
    ///   - temporary: where demos are.
    public static func find(below directory: String, temporary: String) -> Finding {
        let paths =
            patterns.flatMap { matches(directory, $0) } + matches(temporary, demos)
        let live = paths.filter { path in
            do throws(UnixAddress.TooLong) { return try UnixAddress(path).isLive } catch { return false }
        }
        switch live.count {
        case 0: return .none(dead: paths)
        case 1: return .one(live[0])
        default: return .several(live)
        }
    }

    /// Sockets of our own or of root; in a directory that all may write to others may have put theirs.
    private static func matches(_ directory: String, _ pattern: String) -> [String] {
        let separator = directory.hasSuffix("/") ? "" : "/"
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(directory + separator + pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in
            guard let text = found.gl_pathv[index] else { return nil }
            var about = stat()
            guard lstat(text, &about) == 0, about.st_mode & S_IFMT == S_IFSOCK,
                about.st_uid == geteuid() || about.st_uid == 0
            else { return nil }
            return String(cString: text)
        }
    }
}
