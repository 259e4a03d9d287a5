import TradingModel
import VenueKit

/// The venues this build speaks to. A venue file can change a venue's numbers, not its language.
enum SupportedVenue: String, CaseIterable {
    case binanceSpot = "binance-spot"
    case okx
    case bybit
    case kraken

    /// How the venue lets its books be proven; another rule in its file would trade on unproven books.
    var proof: BookProof {
        switch self {
        case .binanceSpot: .spanningIDs
        case .okx: .previousLink
        case .bybit: .consecutive
        case .kraken: .checksum
        }
    }

    /// What the venue's dead-man switch waits for; `nil` where there is none. Binance spot documents none
    /// (`field/venue-facts.md` §4f).
    var deadMan: DeadManRule.Trigger? {
        switch self {
        case .binanceSpot: nil
        case .okx, .kraken: .timer
        case .bybit: .disconnection
        }
    }
}
