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
}
