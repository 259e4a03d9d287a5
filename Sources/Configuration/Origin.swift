/// A place in a configuration file. Lines and columns count from 1, columns in Unicode scalars, as editors
/// do.
public struct Origin: Hashable, Sendable, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`.
    public var description: String { "\(file):\(line):\(column)" }
}

/// Where an effective value comes from, as `arbnode config show` prints it.
public enum ValueOrigin: Hashable, Sendable, CustomStringConvertible {
    /// Written in a file; `variables` are the environment variables that were filled into it.
    case written(Origin, variables: [String])
    case standard

    /// `config/live.yaml:12`, `config/live.yaml:12 via ${HOME}` or `default`.
    public var description: String {
        switch self {
        case .standard: "default"
        case .written(let origin, let variables) where variables.isEmpty: "\(origin.file):\(origin.line)"
        case .written(let origin, let variables):
            "\(origin.file):\(origin.line) via " + variables.map { "${\($0)}" }.joined(separator: ", ")
        }
    }
}
