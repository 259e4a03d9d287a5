import VenueKit

/// The environment variables that hold a venue's secrets. The names are configuration; the values never pass
/// through here.
public struct CredentialNames: Hashable, Sendable {
    /// `ARBNODE_BINANCE_SPOT_API_KEY`.
    public let apiKey: String
    /// `ARBNODE_BINANCE_SPOT_SECRET`.
    public let secret: String
    /// `ARBNODE_OKX_PASSPHRASE`; `nil` where the venue has none.
    public let passphrase: String?

    /// For a venue by its name, `binance-spot`.
    public init(venue: String) {
        let prefix = "ARBNODE_" + String(venue.map { $0 == "-" ? "_" : $0 }).uppercased()
        apiKey = prefix + "_API_KEY"
        secret = prefix + "_SECRET"
        passphrase = DialectCatalog.takesPassphrase(venue) ? prefix + "_PASSPHRASE" : nil
    }

    /// Two segments of a house on one account would each take the other's trades for a stranger's: a segment
    /// of perpetuals has a sub-account of its own. What is wrong, one sentence each; keys are not told.
    public static func shared(_ keys: [(venue: String, apiKey: String?)]) -> [String] {
        var owners: [String: String] = [:]
        var faults: [String] = []
        for (venue, key) in keys {
            guard let key else { continue }
            let account = DialectCatalog.house(venue) + " " + key
            if let other = owners[account] {
                faults.append(
                    "\(other) and \(venue) have the same API key; give \(venue) a sub-account with a key of "
                        + "its own")
            }
            owners[account] = venue
        }
        return faults
    }
}
