import TradingModel
import VenueKit

/// The venues this build speaks to. A venue file can change a venue's numbers, not its language.
enum SupportedVenue: String, CaseIterable {
    case binanceSpot = "binance-spot"
    case okx
    case okxSwap = "okx-swap"
    case bybit
    case bybitLinear = "bybit-linear"
    case kraken

    /// How the venue lets its books be proven; another rule in its file would trade on unproven books.
    var proof: BookProof {
        switch self {
        case .binanceSpot: .spanningIDs
        case .okx, .okxSwap: .previousLink
        case .bybit, .bybitLinear: .consecutive
        case .kraken: .checksum
        }
    }

    /// A segment of linear perpetuals; it trades on an account of its own.
    var isPerpetual: Bool { self == .okxSwap || self == .bybitLinear }

    /// What the venue's dead-man switch waits for; `nil` where there is none. Binance spot documents none
    /// (`field/venue-facts.md` §4f).
    var deadMan: DeadManRule.Trigger? {
        switch self {
        case .binanceSpot: nil
        case .okx, .okxSwap, .kraken: .timer
        case .bybit, .bybitLinear: .disconnection
        }
    }
}
