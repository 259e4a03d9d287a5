import Streams

/// Whole lines to stdout (results) and stderr (everything for people).
enum Console {
    static func result(_ line: String) { TextStream.result(line + "\n") }
    static func note(_ line: String) { raw(line + "\n") }
    /// Part of a line on stderr, as a progress line on a terminal needs it.
    static func raw(_ text: String) { TextStream.error.write(text) }
}
