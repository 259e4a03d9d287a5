/// Takes secrets out of what people say, before it is written down anywhere.
public struct SecretMask: Sendable {
    private let words: [String]
    static let mask = "•••"
    /// What follows one of these and `=` or `:` is a secret, whatever it looks like.
    private static let names = ["secret", "passphrase", "password", "passwd", "token", "key"]

    /// - Parameter words: secrets that the node knows; short ones stand in too many words to be looked for.
    public init(_ words: [String] = []) {
        self.words = words.filter { $0.utf8.count >= 4 }.sorted { $0.utf8.count > $1.utf8.count }
    }

    /// Also these, from here on.
    func with(_ more: [String]) -> SecretMask { SecretMask(words + more) }

    public func masked(_ text: String) -> String {
        var text = text
        for word in words { text = text.replacing(word, with: SecretMask.mask) }
        return text.split(separator: " ", omittingEmptySubsequences: false)
            .map { SecretMask.maskedWord(String($0)) }.joined(separator: " ")
    }

    private static func maskedWord(_ word: String) -> String {
        if let sign = word.firstIndex(where: { $0 == "=" || $0 == ":" }) {
            let name = word[..<sign].lowercased()
            let rest = word[word.index(after: sign)...]
            if !rest.isEmpty, names.contains(where: { name.hasSuffix($0) }) {
                return String(word[...sign]) + mask
            }
        }
        return isKeyLike(word) ? mask : word
    }

    /// Long, of a key's alphabet, with letters and digits; not 32 hex digits, which name an order.
    private static func isKeyLike(_ word: String) -> Bool {
        let core = word.utf8.filter { !"\"'.,;()".utf8.contains($0) }
        guard core.count >= 24 else { return false }
        let isHex = core.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        if isHex, core.count == 32 { return false }
        var letters = false
        var digits = false
        for byte in core {
            switch byte {
            case 48...57: digits = true
            case 65...90, 97...122: letters = true
            case 43, 45, 47, 61, 95: break
            default: return false
            }
        }
        return letters && digits
    }
}
