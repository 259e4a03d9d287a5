/// The busiest second of each recording in `../shared/recordings`: frames received on the venue's public
/// connections between two whole seconds, trades and tickers included, as `bench w6 --derive` counts them.
/// Most of them are no book messages: a node that subscribes to books alone would receive far fewer.
enum RecordedPeaks {
    /// Messages a second by venue.
    static func messages(of venue: String) -> Int {
        switch venue {
        // binance-spot-btcusdt-2024-08-08: 1,362; its perpetual had 2,466, and is no venue of the demo.
        case "binance-spot": 1_362
        // okx-three-2022-05-13.
        case "okx": 44
        // bybit-spot-linear-2026-08-09.
        case "bybit": 188
        // Kraken was not recorded: the busiest of the venues that were, Binance apart.
        case "kraken": 188
        default: 188
        }
    }
}
