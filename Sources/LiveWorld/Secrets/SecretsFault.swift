/// Why secrets could not be had. The texts name the remedy and never a secret.
public enum SecretsFault: Error, Hashable, Sendable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    /// Others may read the file.
    case tooOpen(path: String, mode: UInt32)
    case notOwned(path: String)
    case malformed(path: String, line: Int, problem: String)
    case missing(venue: String, fields: [String])
    /// The venue signs with the decoded secret.
    case notBase64(venue: String)
    /// The value has a character that cannot stand in a request header.
    case unusable(venue: String, field: String)

    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "credentials_file \(path) cannot be read: \(reason). Write the keys there (chmod 600), or take "
                + "the line out and give them as ARBNODE_<VENUE>_API_KEY, …_SECRET, …_PASSPHRASE"
        case .tooOpen(let path, let mode):
            "credentials_file \(path) has mode \(String(mode, radix: 8)): others may read it. "
                + "Run: chmod 600 \(path)"
        case .notOwned(let path):
            "credentials_file \(path) belongs to another user. It must belong to the user who runs the node."
        case .malformed(let path, let line, let problem):
            "\(path):\(line): \(problem); "
                + "a line is 'venue.api_key = …', 'venue.secret = …' or 'venue.passphrase = …'"
        case .missing(let venue, let fields):
            "venue \(venue) has no \(fields.joined(separator: ", ")): set "
                + fields.map { Secrets.variable(venue, $0) }.joined(separator: ", ") + ", or write "
                + fields.map { "'\(venue).\($0) = …'" }.joined(separator: ", ")
                + " into the file that credentials_file names"
        case .notBase64(let venue):
            "the secret of venue \(venue) is not base64: copy it again, whole, from the venue's page"
        case .unusable(let venue, let field):
            "the \(field) of venue \(venue) has a control or a non-ASCII character: copy it again"
        }
    }
}
