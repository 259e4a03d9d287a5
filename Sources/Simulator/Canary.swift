/// The secrets of the simulated accounts, looked for wherever a node writes something down (S14).
enum Canary {
    /// Base64, because Kraken's secrets are.
    static let secret = "c2ltdWxhdGVkLXNlY3JldA=="
    static let passphrase = "a-passphrase-that-nobody-repeats"

    private static let all = [Array(secret.utf8), Array(passphrase.utf8)]

    /// Whether one of them stands in these bytes.
    static func stands(in bytes: [UInt8]) -> Bool {
        all.contains { word in
            guard bytes.count >= word.count, let first = word.first else { return false }
            for start in 0...(bytes.count - word.count) where bytes[start] == first {
                if bytes[start..<(start + word.count)].elementsEqual(word) { return true }
            }
            return false
        }
    }

    static func stands(in text: String) -> Bool { stands(in: Array(text.utf8)) }
}
