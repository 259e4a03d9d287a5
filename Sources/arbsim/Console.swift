import Glibc

/// Whole lines to stdout (results) and stderr (everything for people).
enum Console {
    static func result(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }
    static func note(_ line: String) { write(line + "\n", to: STDERR_FILENO) }
    /// Part of a line on stderr, as a progress line on a terminal needs it.
    static func raw(_ text: String) { write(text, to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }  // nobody reads any more; there is no third place to say so
            rest = rest.dropFirst(count)
        }
    }
}
