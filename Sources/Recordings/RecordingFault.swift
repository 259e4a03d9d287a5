/// Why a recording cannot be read or written. Line numbers count from 1 (the header).
public enum RecordingFault: Error, Hashable, Sendable {
    case notFound(path: String)
    /// The file cannot be opened or read (rights, a directory, an I/O error).
    case unreadable(path: String, reason: String)
    /// The first line is not `# {"venue":…,"symbols":[…]}`.
    case badHeader(path: String)
    /// A line that is not `time <TAB> channel <TAB> payload`. Reading may go on after it.
    case badLine(path: String, line: Int, problem: LineProblem)
    /// A line longer than the reader's limit. Reading cannot go on.
    case lineTooLong(path: String, line: Int, limit: Int)
    /// The gzip stream ends in the middle, as after a kill of its writer: every line up to `afterLine` was
    /// read whole.
    case truncated(path: String, afterLine: Int)
    /// The gzip stream is damaged behind `afterLine`.
    case corrupted(path: String, afterLine: Int, reason: String)
    /// The file to write exists already.
    case exists(path: String)
    /// The disk refused (full, rights, I/O error); nothing more can be written.
    case unwritable(path: String, reason: String)

    public enum LineProblem: String, Hashable, Sendable {
        case fields = "expected time <TAB> channel <TAB> payload"
        case time = "the time is not a count of nanoseconds since 1970"
        case channel = "the channel is none of ws<n>, ws<n>>, open<n>, close<n>, http <METHOD> <path?query>"
    }
}

extension RecordingFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound(let path): "\(path): no such file"
        case .unreadable(let path, let reason): "\(path): cannot read: \(reason)"
        case .badHeader(let path):
            "\(path):1: not a recording: the first line must be # {\"venue\":\"…\",\"symbols\":[…]}"
        case .badLine(let path, let line, let problem): "\(path):\(line): \(problem.rawValue)"
        case .lineTooLong(let path, let line, let limit):
            "\(path):\(line): the line is longer than \(limit) bytes"
        case .truncated(let path, let line): "\(path): the gzip stream is cut off after line \(line)"
        case .corrupted(let path, let line, let reason):
            "\(path): the gzip stream is damaged after line \(line): \(reason)"
        case .exists(let path): "\(path): exists already"
        case .unwritable(let path, let reason): "\(path): cannot write: \(reason)"
        }
    }
}
