/// Secrets never stand in YAML: files are copied, committed and pasted into chats. What looks like one is
/// refused.
enum SecretKeys {
    private static let marks = [
        "secret", "passphrase", "password", "passwd", "apikey", "privatekey", "accesskey", "token",
    ]

    /// Whether a key or variable name says that it holds a secret: `api_key`, `apiKey`, `OKX_PASSPHRASE`, …
    static func names(_ name: String) -> Bool {
        let letters = String(name.lowercased().filter { $0.isLetter || $0.isNumber })
        return marks.contains { letters.contains($0) }
    }

    static let remedy =
        "secrets do not belong in configuration files: put it into the environment (ARBNODE_<VENUE>_API_KEY, "
        + "ARBNODE_<VENUE>_SECRET, ARBNODE_<VENUE>_PASSPHRASE) or into the owner-only file that "
        + "`credentials_file` names, remove it here, and replace it at the venue if this file was ever shared"
}
